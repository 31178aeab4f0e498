import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../../engine/base/errors.ts';
import { PROTOCOL_VERSION, USER_ERROR_CODE } from '../../../protocol/host.ts';
import { type Conversation, epochLine, eventually, fakeServices, TestStore, talkTo } from './host-support.ts';

let store: TestStore;
let open: Conversation[] = [];

beforeEach(() => {
  store = new TestStore();
});
afterEach(async () => {
  for (const conversation of open) conversation.hangUp();
  await Promise.all(open.map(({ ended }) => ended));
  open = [];
  store.remove();
});

function talk(services = fakeServices(), report?: (line: string) => void): Conversation {
  const conversation = talkTo(services, report);
  open.push(conversation);
  return conversation;
}

async function initialized(services = fakeServices(), stores = [store.store]): Promise<Conversation> {
  const host = talk(services);
  await host.ask('host/initialize', { version: PROTOCOL_VERSION, stores, heartbeatTimeoutMs: 60_000 });
  return host;
}

test('introduces itself, and refuses another protocol and requests before the introduction', async () => {
  const host = talk();
  await expect(host.ask('runs/list', {})).rejects.toMatchObject({
    code: USER_ERROR_CODE,
    message: 'Ask host/initialize first.',
  });
  await expect(host.ask('host/initialize', { version: 99, stores: [] })).rejects.toThrow(
    /speaks protocol 1, not 99: install LIF Lab again/,
  );
  expect(await host.ask('host/initialize', { version: PROTOCOL_VERSION, stores: [] })).toEqual({
    version: PROTOCOL_VERSION,
    engineVersion: '0.0.0-test',
  });
});

test('lists runs with what their files say', async () => {
  store.addRun('r1', { variant: 'baseline', seed: 1 });
  store.append('r1', [epochLine(1, 0.5), epochLine(4, 0.75)]);
  store.addRun('r2', { variant: 'without leakage', seed: 2, status: { state: 'running', epoch: 1, progress: 0.25 } });
  const host = await initialized();
  const runs = await host.ask('runs/list', {});
  expect(
    runs.map(({ id, variant, seed, state, progress, file }) => ({ id, variant, seed, state, progress, file })),
  ).toEqual([
    { id: 'r1', variant: 'baseline', seed: 1, state: 'finished', progress: 1, file: store.file },
    { id: 'r2', variant: 'without leakage', seed: 2, state: 'running', progress: 0.25, file: store.file },
  ]);
  expect(runs[0]?.result).toMatchObject({ loss: 0.25, accuracy: 0.75, epoch: 4 });
});

test('pushes a run that appears, goes on and disappears', async () => {
  const host = await initialized();
  expect(await host.ask('runs/list', {})).toEqual([]);

  store.addRun('r1', { status: { state: 'running', epoch: 0, progress: 0 } });
  await eventually('the new run', () => host.changes.some(({ changed }) => changed.some(({ id }) => id === 'r1')));

  store.append('r1', [epochLine(1, 0.625)]);
  store.setStatus('r1', { state: 'running', epoch: 1, progress: 0.25 });
  await eventually('its first epoch', () =>
    host.changes.some(({ changed }) => changed.some((run) => run.epoch === 1 && run.test?.accuracy === 0.625)),
  );

  rmSync(store.folder('r1'), { recursive: true });
  await eventually('its end', () => host.changes.some(({ removed }) => removed.includes('r1')));
  expect(await host.ask('runs/list', {})).toEqual([]);
});

test('notices a finished run that goes on again', async () => {
  store.addRun('r1', { status: { state: 'stopped', epoch: 2, progress: 0.5 } });
  const host = await initialized();
  store.setStatus('r1', { state: 'running', epoch: 2, progress: 0.5 });
  await eventually('the running run', () =>
    host.changes.some(({ changed }) => changed.some((r) => r.state === 'running')),
  );
});

test('takes a store that disappears and comes back', async () => {
  store.addRun('r1');
  const host = await initialized();
  const away = join(store.root, 'away');
  renameSync(store.store, away);
  await eventually('the removal', () => host.changes.some(({ removed }) => removed.includes('r1')));
  host.changes.length = 0;
  renameSync(away, store.store);
  await eventually('the return', () => host.changes.some(({ changed }) => changed.some(({ id }) => id === 'r1')));
});

test('says why a store cannot be read, and when it can again', async () => {
  mkdirSync(store.store);
  writeFileSync(join(store.store, 'runs'), 'a file where a folder should be');
  const host = await initialized();
  const { message } = await eventually('the problem', () => host.problems[0]);
  expect(message).toMatch(/cannot be listed: a file stands where a folder should be\.$/);
  rmSync(join(store.store, 'runs'));
  await eventually('the all-clear', () => host.problems.some((problem) => problem.message === ''));
});

test('watches other stores on request', async () => {
  const other = new TestStore();
  try {
    store.addRun('r1');
    other.addRun('r2');
    const host = await initialized();
    expect(await host.ask('stores/watch', { stores: [other.store] })).toBeNull();
    expect((await host.ask('runs/list', {})).map(({ id }) => id)).toEqual(['r2']);
    await eventually('the runs that went', () => host.changes.some(({ removed }) => removed.includes('r1')));
  } finally {
    other.remove();
  }
});

test('gives series by range and resolution, and leaves out runs that are gone', async () => {
  store.addRun('r1');
  store.append(
    'r1',
    Array.from({ length: 1000 }, (_, i) => ({
      kind: 'train',
      step: i,
      epoch: i / 10,
      loss: i === 500 ? null : i,
      accuracy: 0.5,
    })),
  );
  const host = await initialized();
  const ask = (maxPoints: number, from?: number, to?: number) =>
    host.ask('runs/series', {
      runIds: ['r1', 'gone'],
      metrics: ['train.loss'],
      maxPoints,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
  const [all, ...rest] = await ask(10_000);
  expect(rest).toEqual([]);
  expect([all?.x.length, all?.total, all?.y[500], all?.y[501]]).toEqual([1000, 1000, null, 501]);
  const [thinned] = await ask(60);
  expect(thinned?.x.length).toBeLessThanOrEqual(60);
  expect([thinned?.total, thinned?.y[0], thinned?.y.at(-1)]).toEqual([1000, 0, 999]);
  const [part] = await ask(10_000, 10, 10.5);
  expect(part?.x).toEqual([10, 10.1, 10.2, 10.3, 10.4, 10.5]);
});

test('gives the tail of a log from the beginning of a line', async () => {
  store.addRun('r1');
  writeFileSync(join(store.folder('r1'), 'log.txt'), 'first line\nsecond line\nthird line\n');
  const host = await initialized();
  expect(await host.ask('runs/log', { runId: 'r1', maxBytes: 1000 })).toBe('first line\nsecond line\nthird line\n');
  expect(await host.ask('runs/log', { runId: 'r1', maxBytes: 15 })).toBe('third line\n');
  store.addRun('r2');
  await eventually('r2', () => host.changes.some(({ changed }) => changed.some(({ id }) => id === 'r2')));
  expect(await host.ask('runs/log', { runId: 'r2', maxBytes: 15 })).toBe('');
  await expect(host.ask('runs/log', { runId: 'r3', maxBytes: 15 })).rejects.toThrow(/^Run r3 does not exist/);
});

test('starts runs in a store that was not watched and answers when they are there', async () => {
  const services = fakeServices({
    start: async () => {
      store.addRun('new-run', { status: { state: 'queued', epoch: 0, progress: 0 } });
      return ['new-run'];
    },
  });
  const host = await initialized(services, []);
  expect(await host.ask('runs/start', { file: store.file, store: store.store })).toEqual({ runIds: ['new-run'] });
  expect((await host.ask('runs/list', {})).map(({ id, state }) => [id, state])).toEqual([['new-run', 'queued']]);
});

test('stops what is active, resumes what can be, and says what cannot', async () => {
  store.addRun('on', { status: { state: 'running', epoch: 1, progress: 0.3 } });
  store.addRun('off', { status: { state: 'stopped', epoch: 1, progress: 0.3 } });
  store.addRun('done');
  const services = fakeServices();
  const host = await initialized(services);
  expect(await host.ask('runs/stop', { runIds: ['on', 'off', 'done'] })).toEqual({ stopping: ['on'] });
  expect(await host.ask('runs/resume', { runIds: ['off'], threads: 2 })).toEqual({ resumed: ['off'] });
  expect(services.asked).toEqual([
    ['stop', 'on'],
    ['resume', ['off'], 2],
  ]);
  await expect(host.ask('runs/resume', { runIds: ['off', 'done'] })).rejects.toThrow(
    'done is finished; there is nothing to resume.',
  );
});

test('deletes runs that stand still, and none at all when one of them is active', async () => {
  store.addRun('on', { status: { state: 'running', epoch: 1, progress: 0.3 } });
  store.addRun('done');
  const host = await initialized();
  await expect(host.ask('runs/delete', { runIds: ['done', 'on'] })).rejects.toThrow(
    'Run on is running: stop it before deleting it.',
  );
  expect(await host.ask('runs/delete', { runIds: ['done'] })).toEqual({ deleted: ['done'] });
  expect((await host.ask('runs/list', {})).map(({ id }) => id)).toEqual(['on']);
});

test('tells users their mistakes and the log everything else', async () => {
  const logged: string[] = [];
  const host = talk(
    fakeServices({
      check: () => {
        throw new UserError('study.lif.yaml cannot be read: permission denied.');
      },
      hover: () => {
        throw new TypeError('a bug');
      },
    }),
    (line) => logged.push(line),
  );
  await expect(host.ask('experiment/check', { file: store.file, text: '' })).rejects.toMatchObject({
    code: USER_ERROR_CODE,
    message: 'study.lif.yaml cannot be read: permission denied.',
  });
  expect(logged).toEqual([]);
  await expect(
    host.ask('experiment/hover', { file: store.file, text: '', position: { line: 0, column: 0 } }),
  ).rejects.toMatchObject({ code: -32603, message: 'a bug' });
  expect(logged.join()).toMatch(/experiment\/hover: TypeError: a bug/);
});

test('refuses hostile parameters with the field that is wrong, and goes on', async () => {
  const host = await initialized();
  const file = store.file;
  const cases: [string, unknown, RegExp][] = [
    ['runs/list', { surplus: 1 }, /params: Unrecognized key/],
    ['runs/list', [], /params/],
    ['runs/list', 'text', /params|list|object/i],
    ['runs/log', { runId: '../../etc', maxBytes: 10 }, /params\.runId/],
    ['runs/log', { runId: '.hidden', maxBytes: 10 }, /params\.runId/],
    ['runs/log', { runId: 'r', maxBytes: 1e12 }, /params\.maxBytes/],
    ['runs/delete', { runIds: ['..'] }, /params\.runIds\.0/],
    ['runs/delete', { runIds: 'r1' }, /params\.runIds/],
    ['runs/series', { runIds: [], metrics: ['__proto__'], maxPoints: 5 }, /params\.metrics\.0/],
    ['runs/series', { runIds: [], metrics: [], maxPoints: 0 }, /params\.maxPoints/],
    ['runs/series', { runIds: [], metrics: [], maxPoints: 5, from: 'x' }, /params\.from/],
    ['runs/start', { file: 'relative.lif.yaml', store: '/s' }, /params\.file: must be an absolute path/],
    ['runs/start', { file, store: 'relative' }, /params\.store: must be an absolute path/],
    ['runs/start', { file, store: '/s', seeds: [-1] }, /params\.seeds\.0/],
    ['runs/start', { file, store: '/s', threads: 0 }, /params\.threads/],
    ['experiment/check', { file, text: 5 }, /params\.text/],
    ['experiment/check', { file, text: 'x'.repeat(5 * 1024 * 1024) }, /params\.text/],
    ['experiment/complete', { file, text: '', position: { line: -1, column: 0 } }, /params\.position\.line/],
    ['stores/watch', { stores: [''] }, /params\.stores\.0/],
  ];
  for (const [method, params, message] of cases) {
    await expect(host.askAnything(method, params), `${method} ${JSON.stringify(params).slice(0, 80)}`).rejects.toThrow(
      message,
    );
  }
  await expect(host.askAnything('runs/format-disk', {})).rejects.toThrow(/Unhandled method/);
  expect(await host.ask('runs/list', {})).toEqual([]);
});

test('ends when its input ends', async () => {
  store.addRun('r1', { status: { state: 'running', epoch: 1, progress: 0.3 } });
  const host = await initialized();
  host.hangUp();
  await host.ended;
});
