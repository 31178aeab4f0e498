// Runs between whoever started them and the process that trains them, which on a busy machine takes its time to load.
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { detachWork } from '../../../../engine/executors/local/detach.ts';
import { trainJobs } from '../../../../engine/jobs/job.ts';
import { createRuns } from '../../../../engine/runs/create.ts';
import { openStore } from '../../../../engine/runs/store.ts';
import { shownStateOf } from '../../../../engine/runs/summary.ts';
import { knownStatus, requestStop } from '../../../../engine/runs/write.ts';
import { specOf, temporaryFolder } from '../../runs/fixtures.ts';

/** Neither reads its orders nor shows a sign of life. */
const SILENT = [process.execPath, '-e', 'setTimeout(() => {}, 60_000)'];

test('they wait for that process, whether or not it has begun, and are left once it is gone', async () => {
  const store = join(temporaryFolder(), '.lif');
  const [folder] = createRuns(store, [specOf()], {});
  await detachWork(SILENT, store, { jobs: trainJobs([folder!]) });
  const { pid } = knownStatus(folder!);
  expect(pid).not.toBe(process.pid);
  const shown = () => shownStateOf(knownStatus(folder!), 60_000);
  try {
    expect(shown()).toBe('queued');
    expect(openStore(store).summaries()[0]).not.toHaveProperty('stopping');
    requestStop(folder!);
    expect(openStore(store).summaries()[0]).toMatchObject({ state: 'queued', stopping: true });
  } finally {
    process.kill(pid!, 'SIGKILL');
  }
  await vi.waitFor(() => expect(shown()).toBe('interrupted'));
});

test('a process that cannot be started leaves them to nobody', async () => {
  const store = join(temporaryFolder(), '.lif');
  const [folder] = createRuns(store, [specOf()], {});
  await expect(detachWork([join(store, 'none')], store, { jobs: trainJobs([folder!]) })).rejects.toThrow(
    'could not be started',
  );
  expect(knownStatus(folder!)).not.toHaveProperty('pid');
});
