/** A network file system tells of what another machine has written only when a folder is listed. */
import { EventEmitter } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { lookAtCluster } from '../../../../engine/executors/slurm/look.ts';
import { submitJobs } from '../../../../engine/executors/slurm/submit.ts';
import { runTask } from '../../../../engine/executors/slurm/task.ts';
import { listSubmissions } from '../../../../engine/runs/cluster.ts';
import { openStore } from '../../../../engine/runs/store.ts';
import { updateStatus } from '../../../../engine/runs/write.ts';
import { fakeTrainer } from '../../../contract/fake/trainer.ts';
import { StandIn, slurmOf, storeOf } from './stand-in.ts';

/** Folders whose status is read as it was until they are listed. */
const stale = vi.hoisted(() => new Set<string>());
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    openSync: ((path: string, ...more: [number]) => {
      const old = basename(path) === 'status.json' && stale.has(dirname(path));
      return fs.openSync(old ? `${path}.old` : path, ...more);
    }) as typeof fs.openSync,
    readdirSync: ((path: string, ...more: []) => {
      stale.delete(path);
      return fs.readdirSync(path, ...more);
    }) as typeof fs.readdirSync,
  };
});

/** A run that was finished on another machine, which this one has not heard of. */
async function finishedElsewhere() {
  const { copyFileSync } = await import('node:fs');
  const slurm = new StandIn();
  const { store, jobs, folders } = storeOf(1);
  await submitJobs(jobs, { store, slurm: slurmOf(), lif: ['lif'], ask: slurm.ask });
  const [folder] = folders as [string];
  copyFileSync(join(folder, 'status.json'), join(folder, 'status.json.old'));
  updateStatus(folder, { state: 'finished' });
  stale.add(folder);
  return { store, slurm, folder, submission: listSubmissions(store)[0]! };
}

test('Slurm 11: a run is not called interrupted by what a cache says of it', async () => {
  const { store, slurm } = await finishedElsewhere();
  slurm.answers.squeue = '77|0|COMPLETED|None|n1\n';
  expect(await lookAtCluster(store, { ask: slurm.ask })).toBe('');
  stale.clear();
  expect(openStore(store).summaries()).toMatchObject([{ state: 'finished' }]);
});

test('Slurm 11: a task does not do again what an earlier attempt on another node has finished', async () => {
  const { store, slurm, submission } = await finishedElsewhere();
  let trained = 0;
  const loadTrainer = async () => {
    trained++;
    return fakeTrainer;
  };
  const options = { store, submission, index: 0, ask: slurm.ask, env: {}, signals: new EventEmitter() as never };
  expect(await runTask({ ...options, loadTrainer })).toBe(0);
  expect(trained).toBe(0);
});
