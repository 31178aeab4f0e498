/** The event-driven backend: exact, in float32, on as many threads as there are (docs/engine.md). */
import { readFileSync } from 'node:fs';
import { sha256 } from '../../base/hash.ts';
import { builtFile } from '../../base/paths.ts';
import type { Backend, BackendProvenance } from '../backend.ts';
import { chosenInstructions, kernelRemarks, nativeFile } from './kernels/native.ts';
import { EventNetwork } from './network.ts';
import { refuses } from './refuses.ts';

export const eventBackend: Backend = {
  id: 'event',
  refuses,
  provenance,
  describe: () => `${chosenInstructions()} kernels`,
  remarks: kernelRemarks,
  open: EventNetwork.open,
};

/** Without the kernels that are not built. */
function provenance(): BackendProvenance {
  const kernels = hashOf('kernels.wasm');
  const nativeKernels = hashOf(nativeFile());
  return {
    ...(kernels !== undefined && { kernels, instructions: chosenInstructions() }),
    ...(nativeKernels !== undefined && { nativeKernels }),
  };
}

function hashOf(built: string): string | undefined {
  try {
    return sha256(readFileSync(builtFile(built)));
  } catch {
    return undefined;
  }
}
