/** A Slurm cluster as an executor: jobs become tasks of arrays, which write the same store on a shared file system. */
import type { Slurm } from '../../experiment/schema.ts';
import type { Executor } from '../executor.ts';
import { type Ask, askSlurm } from './commands.ts';
import { submitJobs } from './submit.ts';

/** @param lif program and first arguments that start `lif`, on the nodes too */
export function slurmExecutor(lif: string[], slurm: Slurm, ask: Ask = askSlurm): Executor {
  return {
    id: 'slurm',
    ready: async () => void (await ask('sbatch', ['--version'])),
    submit: (jobs, options) =>
      jobs.length === 0 ? Promise.resolve() : submitJobs(jobs, { ...options, slurm, lif, ask }),
  };
}
