/** This machine as an executor: jobs in the background, each a process of its own, sharing the cores. */
import { availableParallelism } from 'node:os';
import { recordOf } from '../../jobs/job-record.ts';
import type { Executor } from '../executor.ts';
import { detachWork } from './detach.ts';

/** @param lif program and first arguments that start `lif` again. */
export function localExecutor(lif: string[]): Executor {
  return {
    id: 'local',
    submit: (jobs, { store, ...options }) => detachWork(lif, store, { jobs: [...jobs], ...options }),
    cancel: (job) => recordOf(job).requestStop(),
    describe() {
      const cores = availableParallelism();
      return { cores, title: `this machine, ${cores} core${cores === 1 ? '' : 's'}` };
    },
  };
}
