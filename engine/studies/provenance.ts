/** What besides the spec decides, or helps to find again, the bits of a run. */
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { BACKENDS } from '../backends/registry.ts';
import { engineVersion } from '../base/version.ts';
import type { Provenance } from '../runs/format.ts';
import { sha256 } from '../runs/key.ts';

const GIT_TIMEOUT_MS = 3000;

/** Provenance of runs of an experiment file with this text. The data set's part is known when it has been opened. */
export async function provenanceOf(file: string, text: string): Promise<Partial<Provenance>> {
  return {
    engineVersion: engineVersion(),
    ...BACKENDS.event.provenance(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    fileHash: sha256(text),
    ...(await gitState(dirname(file))),
  };
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
