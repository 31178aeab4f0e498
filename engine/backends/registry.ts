/** The backends there are. */
import type { BackendId } from '../experiment/schema.ts';
import type { Backend } from './backend.ts';
import { eventBackend } from './event/backend.ts';
import { referenceBackend } from './reference/backend.ts';
import { tfjsBackends } from './tfjs/backend.ts';

export const BACKENDS: Readonly<Record<BackendId, Backend>> = {
  event: eventBackend,
  reference: referenceBackend,
  ...tfjsBackends,
};
