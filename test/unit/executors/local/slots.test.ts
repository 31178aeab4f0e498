import { spawnSync } from 'node:child_process';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { acquireLock, type Lock } from '../../../../engine/base/lock.ts';
import { threadsPerRun } from '../../../../engine/executors/local/run-jobs.ts';
import { Slots, type Wait } from '../../../../engine/executors/local/slots.ts';
import { temporaryFolder } from '../../runs/fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), 'slots');
});
const never = new AbortController().signal;

function release(locks: Lock[] | undefined): void {
  for (const lock of locks ?? []) lock.release();
}

test('no more slots than there are, whoever asks', async () => {
  const one = new Slots(2, folder);
  const other = new Slots(2, folder);
  const first = await one.acquire(1, never);
  const second = await other.acquire(1, never);
  expect([first, second].map((locks) => locks?.length)).toEqual([1, 1]);
  const abort = new AbortController();
  const third = one.acquire(1, abort.signal);
  abort.abort();
  expect(await third).toBeUndefined();
  release(first);
  expect(await one.acquire(1, never)).toHaveLength(1);
});

test('asking for more than all gets all', async () => {
  const slots = new Slots(3, folder);
  const all = await slots.acquire(64, never);
  expect(all).toHaveLength(3);
  release(all);
  expect(readdirSync(folder)).toEqual([]);
});

test('who asks for all is served before those who ask later for one', async () => {
  const slots = new Slots(2, folder);
  const busy = await slots.acquire(1, never);
  const order: string[] = [];
  const all = slots.acquire(2, never).then((locks) => {
    order.push('all');
    release(locks);
  });
  // Its ticket is drawn by now, and the free slot is kept for it.
  const one = slots.acquire(1, never).then((locks) => {
    order.push('one');
    release(locks);
  });
  release(busy);
  await Promise.all([all, one]);
  expect(order).toEqual(['all', 'one']);
});

test('trainings come before analyses, whoever asked first, and an analysis that holds cores hears of one that waits', async () => {
  const slots = new Slots(1, folder);
  const busy = await slots.acquire(1, never, { behind: true });
  const over = new AbortController();
  const heard = slots.trainingWaits(over.signal);
  const order: string[] = [];
  const ask = (name: string, behind: boolean) =>
    slots.acquire(1, never, { behind }).then((locks) => {
      order.push(name);
      release(locks);
    });
  const first = [ask('analysis', true), ask('another', true)];
  const quiet = await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 1200, 'analyses alone'))]);
  expect(quiet).toBe('analyses alone');
  const all = [...first, ask('training', false)];
  expect(await heard).toBe(true);
  release(busy);
  await Promise.all(all);
  expect(order).toEqual(['training', 'analysis', 'another']);
  const none = slots.trainingWaits(over.signal);
  over.abort();
  expect(await none, 'nobody waits').toBe(false);
});

test('a clock that is set back lets nobody jump the queue, and nobody waits for ever', async () => {
  let now = 2_000_000;
  const slots = new Slots(2, folder, () => now);
  const busy = await slots.acquire(1, never);
  const order: string[] = [];
  const first = slots.acquire(2, never).then((locks) => {
    order.push('first');
    release(locks);
  });
  now = 1_000;
  const second = new Slots(2, folder, () => now).acquire(2, never).then((locks) => {
    order.push('second');
    release(locks);
  });
  release(busy);
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
});

test('who waits for more than is free holds none of it', async () => {
  const slots = new Slots(2, folder);
  const busy = await slots.acquire(1, never);
  const waits: Wait[] = [];
  const both = slots.acquire(2, never, { onWait: (wait) => waits.push(wait) });
  await vi.waitFor(() => expect(waits).not.toEqual([]));
  expect(readdirSync(folder)).not.toContain('slot-1');
  const rival = acquireLock(join(folder, 'slot-1'));
  release(busy);
  rival.release();
  expect(await both).toHaveLength(2);
});

test('a living process that does not touch its ticket is passed over, and is first again when it does', async () => {
  const slots = new Slots(2, folder, Date.now, 500);
  const asleep = acquireLock(join(folder, 'ticket-000000000000001-1-0'));
  const one = await slots.acquire(1, never);
  expect(one, 'expected a core although somebody who sleeps asked before').toHaveLength(1);
  // From here on it is awake, and waits for what is free.
  const touch = () => utimesSync(asleep.file, new Date(), new Date());
  touch();
  const awake = setInterval(touch, 20);
  const abort = new AbortController();
  let looks = 0;
  const onWait = () => {
    if (++looks === 5) abort.abort();
  };
  expect(await slots.acquire(1, abort.signal, { onWait }), 'expected to wait for one who is awake').toBeUndefined();
  clearInterval(awake);
});

test('who waits is told for what: cores that are held, and who asked before', async () => {
  const slots = new Slots(2, folder);
  const busy = await slots.acquire(1, never, { purpose: 'first of store A' });
  const abort = new AbortController();
  const waits: Wait[] = [];
  const second = slots.acquire(2, abort.signal, { purpose: 'second of store B', onWait: (wait) => waits.push(wait) });
  const third = slots.acquire(1, abort.signal, { onWait: (wait) => waits.push(wait) });
  await vi.waitFor(() => expect(waits.length).toBeGreaterThan(1));
  abort.abort();
  expect([await second, await third]).toEqual([undefined, undefined]);
  expect(waits.slice(0, 2)).toEqual([
    { cores: 2, holders: ['first of store A'] },
    { cores: 1, holders: ['first of store A', 'second of store B'] },
  ]);
  release(busy);
});

test('slots and tickets of dead processes are taken over', async () => {
  const slots = new Slots(2, folder);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  for (const name of ['slot-0', 'slot-1', 'ticket-000000000000001-1-0'])
    writeFileSync(join(folder, name), JSON.stringify({ pid, host: hostname() }));
  expect(await slots.acquire(2, never)).toHaveLength(2);
});

test('giving up gives back what was held', async () => {
  const slots = new Slots(2, folder);
  const busy = await slots.acquire(1, never);
  const abort = new AbortController();
  const waiting = slots.acquire(2, abort.signal);
  abort.abort();
  expect(await waiting).toBeUndefined();
  release(busy);
  expect(readdirSync(folder)).toEqual([]);
});

test('a folder that cannot be used: one sentence', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => new Slots(2, file)).toThrow(/which shares out the cores, cannot be used/);
});

test('one thread each while runs fill the cores, else the cores are shared', () => {
  expect([1, 2, 3, 4, 5, 100].map((runs) => threadsPerRun(runs, 4))).toEqual([4, 2, 1, 1, 1, 1]);
  expect(threadsPerRun(100, 4, 3)).toBe(3);
});
