/** The backends there are. */
import type { Backend, BackendId } from './backend.ts';
import { eventBackend } from './event/backend.ts';

export const BACKENDS: Readonly<Record<BackendId, Backend>> = {
  event: eventBackend,
};
