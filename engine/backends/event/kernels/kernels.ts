/** The kernels as functions of named arguments (signatures/), over one shared memory. */
import { readFileSync } from 'node:fs';
import { builtFile } from '../../../base/paths.ts';
import { bindOrdered } from './bind.ts';
import { CONTRACT, fingerprint, type KernelName, type Kernels, SIGNATURES } from './signatures/all.ts';

export { BACKWARD_WORK, recurrentWork, stepsWork } from './scratch.ts';
export type { Kernels } from './signatures/all.ts';
export {
  CELL,
  DECODE,
  GROUP_ROWS,
  LOSS,
  MAX_PANELWISE_COLUMNS,
  MAX_PANELWISE_RECURRENT,
  RESET,
  SPARE_EVENTS,
  START,
  SURROGATE,
  TABLE_ROWS,
} from './signatures/constants.ts';

/** Bytes at the start of the memory that the kernels keep their constants in. */
export const RESERVED_BYTES = 65_536;

/** The compiled kernels, as bytes; their SHA-256 is part of a run's provenance. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(builtFile('kernels.wasm')));
}

/** The WebAssembly kernels. Throws a sentence when they were built from other signatures than these. */
export function instantiateKernels(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: {
      memory,
      abort: () => {
        throw new Error('A kernel aborted.');
      },
    },
  });
  const built = exports.SIGNATURES as { value: number } | undefined;
  if (built?.value !== fingerprint(CONTRACT))
    throw new Error('kernels.wasm was built for another version of LIF Lab: run "npm run build", or install it again.');
  const names = Object.keys(SIGNATURES) as KernelName[];
  return Object.fromEntries(names.map((name) => [name, bindOrdered(name, exports[name])])) as unknown as Kernels;
}
