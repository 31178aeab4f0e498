/** What besides the spec decides, or helps to find again, the bits of a run. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { chosenInstructions, nativeFile } from '../backends/event/kernels/native.ts';
import { builtFile } from '../base/paths.ts';
import { engineVersion } from '../base/version.ts';
import type { Provenance } from '../runs/format.ts';
import { sha256 } from '../runs/key.ts';

const GIT_TIMEOUT_MS = 3000;

/** Provenance of runs of an experiment file with this text. The data set's part is known when it has been opened. */
export async function provenanceOf(file: string, text: string): Promise<Partial<Provenance>> {
  return {
    engineVersion: engineVersion(),
    ...kernelBuilds(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    fileHash: sha256(text),
    ...(await gitState(dirname(file))),
  };
}

/** SHA-256 of the compiled kernels, without those that are not built, and the instructions they use here. */
export function kernelBuilds(): Pick<Partial<Provenance>, 'kernels' | 'nativeKernels' | 'instructions'> {
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

/** Commit of the repository that a folder is in, and whether tracked files differ from it. */
async function gitState(folder: string): Promise<Pick<Provenance, 'gitCommit' | 'gitDirty'>> {
  // A repository's own settings may name programs for git to run; none of them is wanted here.
  const git = async (...args: string[]) =>
    (
      await promisify(execFile)('git', ['-C', folder, '-c', 'core.fsmonitor=false', ...args], {
        timeout: GIT_TIMEOUT_MS,
        windowsHide: true,
      })
    ).stdout.trim();
  try {
    const gitCommit = await git('rev-parse', 'HEAD');
    const gitDirty = (await git('status', '--porcelain', '--untracked-files=no')) !== '';
    return { gitCommit, gitDirty };
  } catch {
    return {};
  }
}
