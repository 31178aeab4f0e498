import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StoreWatch } from '../../../engine/host/watch.ts';
import { StoreReader } from '../../../engine/runs/store.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { TestStore } from '../../contract/host/host-support.ts';

// Without events of the file system, as on a network folder: polling alone must find everything.
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  watch: () => {
    throw Object.assign(new Error('no watches left'), { code: 'ENOSPC' });
  },
}));

let store: TestStore;
let watch: StoreWatch;
let changed: RunSummary[];
let removed: string[];
let looked: number[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  store = new TestStore();
  changed = [];
  removed = [];
  looked = [];
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
  store.remove();
});

function start(): void {
  const reader = new StoreReader(store.store);
  const refresh = reader.refresh.bind(reader);
  reader.refresh = (ids) => {
    looked.push(ids === undefined ? -1 : [...ids].length);
    return refresh(ids);
  };
  watch = new StoreWatch(reader, {
    changed: (runs, gone) => {
      changed.push(...runs);
      removed.push(...gone);
    },
    problem: () => {},
  });
  watch.start();
  changed = [];
}

test('finds a new run, its progress and its end by polling', () => {
  start();
  store.addRun('r1', { status: { state: 'running', epoch: 0, progress: 0 } });
  vi.advanceTimersByTime(2000);
  expect(changed.map(({ id, epoch }) => [id, epoch])).toEqual([['r1', 0]]);
  store.setStatus('r1', { state: 'running', epoch: 1, progress: 0.25 });
  vi.advanceTimersByTime(500);
  expect(changed.at(-1)).toMatchObject({ id: 'r1', epoch: 1 });
  store.remove();
  vi.advanceTimersByTime(500);
  expect(removed).toEqual(['r1']);
});

test('looks at a part of the runs that stand still at a time, and at each of them in turn', () => {
  const ids = Array.from({ length: 600 }, (_, i) => `r${String(i).padStart(3, '0')}`);
  for (const id of ids) store.addRun(id);
  start();
  looked = [];
  vi.advanceTimersByTime(6000);
  expect(looked).toEqual([250, 250, 250]);
  for (const id of ids) {
    store.setStatus(id, { state: 'stopped', epoch: 2 });
    utimesSync(join(store.folder(id), 'status.json'), 5, 5);
  }
  vi.advanceTimersByTime(6000);
  expect(new Set(changed.map(({ id }) => id)).size).toBe(600);
});

test('looks at nothing any more once it is closed', () => {
  start();
  looked = [];
  watch.close();
  store.addRun('r1');
  vi.advanceTimersByTime(60_000);
  expect([looked, changed]).toEqual([[], []]);
});
