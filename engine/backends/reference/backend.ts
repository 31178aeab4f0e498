/**
 * A backend made of engine/reference: the equations as docs/engine.md has them, in float64, sample after sample on one
 * thread. Slow, for debugging and for doubt. Parameters and moments are kept in float32 between two updates, so that a
 * checkpoint holds all of them, and is one of the event backend, too.
 */
import { refuses } from '../../reference/network.ts';
import type { Backend } from '../backend.ts';

export const referenceBackend: Backend = {
  id: 'reference',
  refuses,
  provenance: () => ({}),
  describe: () => 'the float64 reference',
  // Readers of data formats are large; who only asks what there is need not wait for them.
  open: async (...args) => (await import('./network.ts')).ReferenceNetwork.open(...args),
};
