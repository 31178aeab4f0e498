/** Every backend in the registry, and the event backend with each of its instruction sets in one process of its own. */
import { describe, expect, test, vi } from 'vitest';
import { availableInstructions } from '../../../engine/backends/event/kernels/native.ts';
import { BACKENDS } from '../../../engine/backends/registry.ts';
import { conformance } from './conformance/conformance.ts';

test('no backend is left out', () => {
  // tfjs is native TensorFlow where it is installed (npm test does that), else the one in JavaScript. The operations that
  // it is asked for are the same ones; tfjs.test.ts walks both.
  expect(Object.keys(BACKENDS).sort()).toEqual(['event', 'reference', 'tfjs', 'tfjs-cpu', 'tfjs-node']);
});

conformance('reference', BACKENDS.reference);
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
