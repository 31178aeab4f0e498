/** Every backend there is, and the event backend with each of its instruction sets in one process of its own. */
import { describe, vi } from 'vitest';
import { availableInstructions } from '../../../engine/backends/event/kernels/native.ts';
import { BACKENDS } from '../../../engine/backends/registry.ts';
import { conformance } from './conformance/conformance.ts';

conformance('reference', BACKENDS.reference);
// Where it is installed (npm test does that), the tests are of native TensorFlow: the operations are the same ones.
conformance('tfjs', BACKENDS.tfjs);
describe.each(availableInstructions())('%s', (set) => {
  // Worker threads inherit the environment when they start.
  const event = {
    ...BACKENDS.event,
    open: (...args: Parameters<typeof BACKENDS.event.open>) => {
      vi.stubEnv('LIF_KERNELS', set);
      return BACKENDS.event.open(...args).finally(() => vi.unstubAllEnvs());
    },
  };
  conformance(`event, ${set}`, event);
});
