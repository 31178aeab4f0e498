/** The real query process with real runs of a trainer that only counts, as the extension uses it. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { type Health, HostClient, type HostClientOptions } from '../../../extension/host/client.ts';
import { RunsModel } from '../../../extension/model/model.ts';
import { type HostParams, PROTOCOL_VERSION } from '../../../protocol/host.ts';
import { Lab } from '../fake/lab.ts';
import { eventually } from './host-support.ts';

const lab = new Lab();
const clients: HostClient[] = [];
let spawned: ChildProcessWithoutNullStreams[] = [];

beforeAll(() => lab.open());
afterAll(() => lab.close());
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
  for (const child of spawned) child.kill('SIGKILL');
  spawned = [];
  lab.clear();
});

const environment = { ...process.env, TMPDIR: join(lab.folder, 'tmp'), LIF_DATA: join(lab.folder, 'data') };

function spawnHost(): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [join(lab.folder, 'bin', 'lif.mjs'), 'host'], {
    stdio: 'pipe',
    env: environment,
  });
  spawned.push(child);
  return child;
}

/** A client that has started, with the model that the extension fills from it. */
function connect(options: Partial<HostClientOptions> = {}) {
  const log: string[] = [];
  const healths: Health[] = [];
  const client = new HostClient({
    spawn: spawnHost,
    stores: () => [lab.store],
    log: (line) => log.push(line),
    ...options,
  });
  clients.push(client);
  const runs = new RunsModel();
  client.onStoreChanged(({ changed, removed }) => runs.apply(changed, removed));
  client.onHealth((health) => healths.push(health));
  client.start();
  return { client, runs, log, healths };
}

test('trains, stops, resumes, compares and deletes through the same process', async () => {
  const { client, runs } = connect();
  const file = lab.study({ variants: ['baseline', 'other'], seeds: [1, 2], epochs: 3, step: 20 });
  const { runIds } = await client.request('runs/start', { file, store: lab.store, threads: 1 });
  expect(runIds).toHaveLength(4);
  expect(runIds.map((id) => runs.get(id)?.state)).toEqual(['queued', 'queued', 'queued', 'queued']);

  await eventually('the end of all runs', () => runs.all().every(({ state }) => state === 'finished'), 50_000);
  expect(await client.request('studies/list', {})).toEqual([{ file, study: runs.all()[0]!.study, runs: 4 }]);
  const comparison = await client.request('runs/compare', { file });
  expect(comparison.rows.map(({ variant, changes, accuracy }) => [variant, changes, accuracy?.count])).toEqual([
    ['baseline', {}, 2],
    ['other', { 'neuron.threshold': '1' }, 2],
  ]);
  expect(comparison.rows[0]?.runs.map(({ id, seed }) => [id, seed])).toEqual([
    [runIds[0], 1],
    [runIds[1], 2],
  ]);

  const [series] = await client.request('runs/series', {
    runIds: [runIds[0]!],
    metrics: ['test.loss'],
    maxPoints: 100,
  });
  expect(series?.x).toEqual([1, 2, 3]);

  await client.request('runs/delete', { runIds });
  await eventually('the empty list', () => runs.all().length === 0);
  expect(runIds.filter((id) => existsSync(join(lab.store, 'runs', id)))).toEqual([]);
});

test('ends with an editor that was killed in the middle of a message', async () => {
  const child = spawnHost();
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  child.stdin.end('Content-Length: 1000\r\n\r\n{"jsonrpc":');
  const late = new Promise((resolve) => setTimeout(resolve, 20_000, 'still there after 20 s'));
  expect(await Promise.race([ended, late])).toEqual({ code: 0, signal: null });
});

test('a run is of the text that was checked, whatever the file holds by then', async () => {
  const { client, runs } = connect();
  const file = lab.study({ variants: ['checked'], epochs: 1 });
  const text = readFileSync(file, 'utf8');
  lab.study({ variants: ['changed meanwhile'], epochs: 1 });
  const { runIds } = await client.request('runs/start', { file, text, store: lab.store, threads: 1 });
  const run = await eventually('the run', () => runs.get(runIds[0]!));
  expect(run.variant).toBe('checked');
  await eventually('its end', () => runs.get(runIds[0]!)?.state === 'finished');
});

test('stops a run and goes on with it; a tool that waits for it can be cancelled', async () => {
  const { client, runs } = connect();
  const file = lab.study({ variants: ['baseline'], epochs: 1000, step: 50 });
  const { runIds } = await client.request('runs/start', { file, store: lab.store });
  const [id] = runIds as [string];
  await eventually('an epoch', () => (runs.get(id)?.epoch ?? 0) > 0);
  await expectCancelled(client, { name: 'wait', input: { runs: runIds }, folder: lab.folder, store: lab.store });
  expect(await client.request('runs/stop', { runIds })).toEqual({ stopping: [id] });
  const { epoch } = await eventually('the stop', () => runs.get(id)?.state === 'stopped' && runs.get(id));
  expect(await client.request('runs/resume', { runIds })).toEqual({ resumed: [id] });
  await eventually('a later epoch', () => runs.get(id)?.state === 'running' && runs.get(id)!.epoch > epoch);
  await client.request('runs/stop', { runIds });
  await eventually('the second stop', () => runs.get(id)?.state === 'stopped');
});

/** A tool that is called and cancelled says so, and its process is gone. */
async function expectCancelled(client: HostClient, call: HostParams<'tools/call'>): Promise<void> {
  const cancel = new CancellationTokenSource();
  const told = client.request('tools/call', call, cancel.token);
  const find = ['-P', String(spawned.at(-1)!.pid), '-f', ` ${call.name} `];
  const pid = Number(
    await eventually('its process', () => /\d+/.exec(spawnSync('pgrep', find).stdout.toString())?.[0]),
  );
  cancel.cancel();
  await expect(told).rejects.toThrow(/^It was cancelled\.$/);
  expect(isAlive(pid)).toBe(false);
}

test('refuses in one sentence, with nothing left behind', async () => {
  const { client } = connect();
  const file = lab.file(
    'broken.lif.yaml',
    'name: x\ndataset: { name: nowhere }\nnetwork: { hidden: [4] }\nvariants: { a: {} }\n',
  );
  const { diagnostics } = await client.request('experiment/check', { file, text: 'name: 5' });
  expect(diagnostics[0]?.severity).toBe('error');
  await expect(client.request('runs/start', { file, store: lab.store })).rejects.toThrow(
    /^broken\.lif\.yaml, line 2: /,
  );
  await expect(client.request('runs/start', { file: `${file}.gone`, store: lab.store })).rejects.toThrow(
    /cannot be read/,
  );
  const good = lab.study({ variants: ['a'] });
  await expect(client.request('runs/start', { file: good, store: lab.store, variants: ['b'] })).rejects.toThrow(
    /There is no variant "b"/,
  );
  writeFileSync(join(lab.folder, 'a file'), '');
  await expect(client.request('runs/start', { file: good, store: join(lab.folder, 'a file', '.lif') })).rejects.toThrow(
    /cannot be written/,
  );
  expect(await client.request('runs/list', {})).toEqual([]);
});

test('completes and explains what is typed', async () => {
  const { client } = connect();
  const file = join(lab.folder, 'typed.lif.yaml');
  const text = 'name: x\nneuron:\n  res\n';
  const found = await client.request('experiment/complete', { file, text, position: { line: 2, column: 5 } });
  expect(found.find(({ label }) => label === 'reset')).toMatchObject({
    kind: 'field',
    insert: 'reset: ',
    range: { start: { line: 2, column: 2 }, end: { line: 2, column: 5 } },
  });
  const hover = await client.request('experiment/hover', { file, text, position: { line: 1, column: 2 } });
  expect(hover?.contents).toMatch(/neuron/i);
  expect(await client.request('experiment/hover', { file, text: '', position: { line: 0, column: 0 } })).toBeNull();
});

test('is started again when it dies, and the runs do not notice', async () => {
  const { client, runs, healths } = connect({ backOff: [10, 10] });
  const file = lab.study({ variants: ['baseline'], epochs: 200, step: 10 });
  const { runIds } = await client.request('runs/start', { file, store: lab.store });
  const [id] = runIds as [string];
  const { epoch } = await eventually('an epoch', () => (runs.get(id)?.epoch ?? 0) > 0 && runs.get(id));
  spawned[0]!.kill('SIGKILL');
  await eventually('the restart', () => spawned.length === 2 && client.health.state === 'ready');
  expect(healths.map(({ state }) => state)).toEqual(['starting', 'ready', 'waiting', 'starting', 'ready']);
  expect(healths[2]?.message).toBe('The LIF Lab query process is being restarted: it got SIGKILL.');
  await eventually('a later epoch', () => runs.get(id)!.epoch > epoch + 1);
  await client.request('runs/stop', { runIds });
  await eventually('the stop', () => runs.get(id)?.state === 'stopped');
});

test('answers requests that were made before it was ready, and refuses those that were under way when it died', async () => {
  const { client } = connect({ backOff: [] });
  expect(await client.request('runs/list', {})).toEqual([]);
  const pending = client.request('runs/list', {});
  spawned[0]!.kill('SIGKILL');
  await expect(pending).rejects.toThrow(/LIF Lab could not answer \(runs\/list\)|^The LIF Lab query process/);
  await eventually('the failure', () => client.health.state === 'failed');
  await expect(client.request('runs/list', {})).rejects.toThrow(
    'The LIF Lab query process does not run: it got SIGKILL.',
  );
  client.restart();
  expect(await client.request('runs/list', {})).toEqual([]);
});

test('gives up on a program that cannot be started, and says why', async () => {
  const { client } = connect({
    backOff: [1],
    spawn: () => spawn(join(lab.folder, 'no-such-node'), [], { stdio: 'pipe' }),
  });
  await expect(client.request('runs/list', {})).rejects.toThrow(/does not run: it could not be started: .*ENOENT/);
  const { client: other } = connect({
    backOff: [],
    spawn: () => spawn(process.execPath, ['-e', 'throw new TypeError("old node")'], { stdio: 'pipe' }),
  });
  await expect(other.request('runs/list', {})).rejects.toThrow(/ended with exit code 1 \(TypeError: old node\)/);
});

test('does not trust a process that speaks another language', async () => {
  const { client } = connect({
    requestTimeoutMs: 500,
    backOff: [],
    spawn: () =>
      spawn(process.execPath, ['-e', 'console.log("hello"); setInterval(() => {}, 1000)'], { stdio: 'pipe' }),
  });
  await expect(client.request('runs/list', {})).rejects.toThrow(/did not answer within 0\.5 s/);
  expect(client.health.state).toBe('failed');
});

test('ends with the process that started it, however that ends', async () => {
  const command = JSON.stringify([join(lab.folder, 'bin', 'lif.mjs'), 'host']);
  const greeting = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'host/initialize',
    params: { version: PROTOCOL_VERSION, stores: [lab.store] },
  });
  // Tells the process id once the query process has answered, that is: watches a store.
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ${command}, { stdio: 'pipe' });
    const greeting = ${JSON.stringify(greeting)};
    child.stdin.write('Content-Length: ' + greeting.length + '\\r\\n\\r\\n' + greeting);
    child.stdout.once('data', () => console.log(child.pid));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: 'pipe', env: environment });
  spawned.push(parent);
  let output = '';
  parent.stdout.on('data', (data) => (output += data));
  const pid = Number(await eventually('the process id', () => /\d+/.exec(output)?.[0]));
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await eventually('the end of the query process', () => !isAlive(pid));
});

/** A zombie that nobody has fetched yet is as dead as can be. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = `/proc/${pid}/stat`;
    return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
  } catch {
    return false;
  }
}
