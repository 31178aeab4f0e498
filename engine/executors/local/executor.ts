/** This machine as an executor: jobs in the background, each a process of its own, sharing the cores. */
import type { Executor } from '../executor.ts';
import { detachWork } from './detach.ts';

/** @param lif program and first arguments that start `lif` again. */
export function localExecutor(lif: string[]): Executor {
  return {
    id: 'local',
    ready: async () => {},
    submit: async (jobs, { store, ...options }) => {
      if (jobs.length > 0) await detachWork(lif, store, { jobs: [...jobs], ...options });
    },
  };
}
