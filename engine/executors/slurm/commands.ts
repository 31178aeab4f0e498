/** The commands of Slurm: arguments in a list, bounded in time and in what they say, without what an outer job left behind. */
import { execFile } from 'node:child_process';
import { plainLine } from '../../../protocol/text/plain-text.ts';
import { UserError } from '../../base/errors.ts';

const TIMEOUT_MS = 30_000;
/** A line of squeue has about 60 bytes. */
const MAX_OUTPUT = 64 * 2 ** 20;

/** What a user says of his own defaults, and where the cluster is. */
const KEPT = new Set(['SLURM_CONF', 'SBATCH_ACCOUNT', 'SBATCH_PARTITION', 'SBATCH_QOS', 'SBATCH_RESERVATION']);
const INHERITED = /^(?:SLURM|SLURMD|SBATCH|SQUEUE|SACCT|SCANCEL|SALLOC|SRUN|PMI|PMIX)_/;

export type SlurmCommand = 'sbatch' | 'squeue' | 'sacct' | 'scancel' | 'scontrol';

export interface Said {
  ok: boolean;
  out: string;
  /** Why not, one line. */
  problem: string;
}

/** How Slurm is asked; tests put their own in place. */
export type Ask = (command: SlurmCommand, args: readonly string[]) => Promise<Said>;

/** The environment of a command: jobs that are started within a job must not take its sizes for theirs. */
export function environment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => KEPT.has(name) || !INHERITED.test(name));
  return { ...Object.fromEntries(own), LC_ALL: 'C' };
}

/** Rejects with a UserError where there is no Slurm; whatever else goes wrong is an answer. */
export const askSlurm: Ask = (command, args) =>
  new Promise((resolve, reject) => {
    const options = { env: environment(), timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT, windowsHide: true };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error && 'code' in error && error.code === 'ENOENT')
        reject(
          new UserError(
            `There is no Slurm here: ${command} is not on the PATH; start this on a login node of the cluster, or take --executor local.`,
          ),
        );
      else resolve({ ok: !error, out: stdout, problem: error ? problemOf(error, stderr) : '' });
    });
  });

/** The last thing that a command said before it failed; banners come first. */
function problemOf(error: Error & { killed?: boolean }, stderr: string): string {
  if (error.killed) return 'it did not answer in time';
  const lines = stderr.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const line = lines.find((text) => /error|fail|invalid|disabled/i.test(text)) ?? lines.at(-1) ?? error.message;
  return plainLine(line).slice(0, 300);
}
