/** Runs under blows: signals, crashes, deleted folders, rivals. The trainer is a fake; see fake/trainer.ts. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunSummary } from '../../protocol/runs.ts';
import { kill, Lab } from './fake/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
});
afterAll(() => lab?.close());
beforeEach(() => lab.clear());

/** What the log of an undisturbed run says. */
async function undisturbed(epochs: number) {
  lab.clear();
  lab.study({ variants: ['baseline'], epochs });
  expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 0 });
  const metrics = lab.metrics(lab.run('baseline'));
  lab.clear();
  return metrics;
}

describe('what stops a run', () => {
  test('Ctrl-C: all runs stop after a checkpoint, also those that waited, and go on as if nothing had been', async () => {
    const expected = await undisturbed(25);
    lab.study({ variants: ['baseline'], seeds: [1, 2, 3, 4, 5], epochs: 25, step: 40 });
    const { child, ended } = lab.start('run', 'study.lif.yaml', '--threads', '64');
    await lab.until('an epoch of the first', (runs) => (runs[0]?.epoch ?? 0) >= 1);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Stopping after a last checkpoint; press Ctrl-C again to stop at once.');
    expect(lab.runs().map((run) => run.state)).toEqual(['stopped', 'stopped', 'stopped', 'stopped', 'stopped']);
    const [first] = lab.runs();
    expect(first!.epoch).toBeLessThan(25);
    expect(readdirSync(join(first!.folder, 'checkpoints'))).toHaveLength(3);
    expect(existsSync(join(first!.folder, 'stop'))).toBe(false);

    expect(await lab.lif('resume', first!.id)).toMatchObject({ code: 0 });
    expect(lab.runs()[0]).toMatchObject({ state: 'finished', damage: [], seconds: 100 });
    expect(lab.metrics(first!)).toEqual(expected);
  });

  test('Ctrl-C twice ends even a run that does not listen', async () => {
    lab.study({ variants: ['deaf'], epochs: 1000, step: 20 });
    const { child, ended } = lab.start('run', 'study.lif.yaml');
    await lab.until('an epoch', (runs) => (runs[0]?.epoch ?? 0) >= 1);
    child.kill('SIGINT');
    await lab.until('a request to stop', (runs) => existsSync(join(runs[0]!.folder, 'stop')));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130 });
    expect(lab.run('deaf').state).toBe('stopped');
  });

  test('lif stop reaches a run in the background and one that waits', async () => {
    lab.study({ variants: ['baseline', 'other'], epochs: 1000, step: 20 });
    expect(await lab.lif('run', 'study.lif.yaml', '--detach', '--threads', '64')).toMatchObject({ code: 0 });
    const [first, second] = await lab.until('the first running', (runs) => runs[0]?.state === 'running');
    expect(second!.state).toBe('queued');
    const { code, stdout } = await lab.lif('stop', second!.id, first!.id);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${second!.id}: stopped\n${first!.id}: stopped\n` });
    expect(lab.runs().map((run) => run.state)).toEqual(['stopped', 'stopped']);
  });
});

describe('what a run dies of', () => {
  test.each([
    ['exit', /exit code 7/],
    ['killed', /SIGKILL/],
    ['out of memory', /ran out of memory/],
    ['thread dies', /A worker thread ended with exit code 134\./],
  ])('%s: failed with a reason, resumed to the end', async (variant, reason) => {
    const expected = await undisturbed(3);
    lab.study({ variants: [variant] });
    expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 1 });
    const run = lab.run(variant);
    expect(run).toMatchObject({ state: 'failed', message: expect.stringMatching(reason) });
    expect(await lab.lif('resume', run.id)).toMatchObject({ code: 0 });
    expect(lab.run(variant)).toMatchObject({ state: 'finished', damage: [] });
    expect(lab.run(variant)).not.toHaveProperty('message');
    expect(lab.metrics(run)).toEqual(expected);
  });

  test('kill -9 of everything at any moment: interrupted, and resumed without a lost or doubled step', async () => {
    const expected = await undisturbed(30);
    lab.study({ variants: ['baseline'], epochs: 30, step: 40 });
    await lab.lif('run', 'study.lif.yaml', '--detach');
    let kills = 0;
    for (let epoch = 1; epoch <= 17; epoch += 8, kills++) {
      const [run] = await lab.until(`epoch ${epoch}`, ([one]) => one?.state === 'running' && one.epoch >= epoch);
      const { pid } = lab.status(run!);
      const orchestrator = parentOf(pid!);
      if (orchestrator !== undefined) kill(orchestrator);
      kill(pid!);
      await lab.until('interrupted', ([one]) => one?.state === 'interrupted');
      // A checkpoint torn by a power cut, on top of it all.
      const newest = join(run!.folder, 'checkpoints', readdirSync(join(run!.folder, 'checkpoints')).sort().at(-1)!);
      truncateSync(newest, 20);
      expect(await lab.lif('resume', run!.id, '--detach')).toMatchObject({ code: 0 });
    }
    expect(kills).toBe(3);
    const [run] = await lab.until('finished', ([one]) => one?.state === 'finished');
    expect(run!.damage).toEqual([]);
    expect(lab.log(run!)).toMatch(/is damaged \(it is cut off .*\) and is passed over/);
    expect(lab.metrics(run!)).toEqual(expected);
  });

  test('the store deleted under it: said so, and not brought back', async () => {
    lab.study({ variants: ['baseline', 'other'], epochs: 1000, step: 20 });
    const { ended } = lab.start('run', 'study.lif.yaml', '--threads', '64');
    const [run] = await lab.until('an epoch', (runs) => (runs[0]?.epoch ?? 0) >= 1);
    // The run goes on writing until it notices: what it adds to a folder on its way out is deleted, too.
    await vi.waitFor(() => rmSync(lab.store, { recursive: true, force: true }), { timeout: 10_000, interval: 5 });
    const { code, stderr } = await ended;
    expect({ code, store: existsSync(lab.store) }).toEqual({ code: 1, store: false });
    expect(stderr).toContain(`The folder of ${run!.id} was deleted while it was being trained.`);
  });
});

describe('what a run was started with', () => {
  /** A run that failed halfway, and then its run.json says that it was started with something else. */
  async function failedWith(provenance: object): Promise<RunSummary> {
    lab.study({ variants: ['exit'] });
    expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 1 });
    const run = lab.run('exit');
    const file = join(run.folder, 'run.json');
    const content = JSON.parse(readFileSync(file, 'utf8'));
    expect(content.provenance, 'recorded').toMatchObject({
      engineVersion: expect.any(String),
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      fileHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      dataset: { fake: '1' },
    });
    writeFileSync(file, JSON.stringify({ ...content, provenance: { ...content.provenance, ...provenance } }));
    return run;
  }

  test('another build goes on, and the log says that the bits may be others', async () => {
    const run = await failedWith({ node: 'v1.2.3', engineVersion: '0.0.1' });
    expect(await lab.lif('resume', run.id)).toMatchObject({ code: 0 });
    expect(lab.log(run)).toContain(`From here on with Node ${process.version} instead of v1.2.3, which may give other`);
    expect(lab.log(run)).toMatch(
      /From here on with engine version \S+ instead of 0\.0\.1, which may give other bits\./,
    );
  });

  test('another data set is refused', async () => {
    const run = await failedWith({ dataset: { fake: '2' } });
    expect(await lab.lif('resume', run.id)).toMatchObject({ code: 1 });
    const message = 'The data set is not the one this run was started with; start a new run.';
    expect(lab.run('exit')).toMatchObject({ state: 'failed', message });
  });
});

describe('two at once', () => {
  test('a second process on the same run gets one sentence and changes nothing', async () => {
    lab.study({ variants: ['baseline'], epochs: 1000, step: 20 });
    const { child, ended } = lab.start('run', 'study.lif.yaml');
    const [run] = await lab.until('an epoch', (runs) => (runs[0]?.epoch ?? 0) >= 1);
    const { pid } = lab.status(run!);
    const second = await lab.lif('execute', run!.folder);
    expect({ code: second.code, stderr: second.stderr.trimEnd().split('\n') }).toEqual({
      code: 75,
      stderr: [expect.stringMatching(new RegExp(`is being written by another process: it is held by process ${pid} `))],
    });
    expect(await lab.lif('resume', run!.id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is running already'),
    });
    expect(lab.status(run!)).toMatchObject({ state: 'running', pid });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 143 });
  });

  test('four processes after the run of one that was killed: one gets it', async () => {
    const expected = await undisturbed(20);
    lab.study({ variants: ['baseline'], epochs: 20, step: 40 });
    await lab.lif('run', 'study.lif.yaml', '--detach');
    const [run] = await lab.until('an epoch', ([one]) => (one?.epoch ?? 0) >= 1);
    const { pid } = lab.status(run!);
    const orchestrator = parentOf(pid!);
    if (orchestrator !== undefined) kill(orchestrator);
    kill(pid!);
    await lab.until('interrupted', ([one]) => one?.state === 'interrupted');
    const rivals = await Promise.all([1, 2, 3, 4].map(() => lab.lif('execute', run!.folder)));
    expect(rivals.map(({ code }) => code).sort()).toEqual([0, 75, 75, 75]);
    expect(lab.run('baseline')).toMatchObject({ state: 'finished', damage: [] });
    expect(lab.metrics(run!)).toEqual(expected);
  });

  test('two studies share the cores: no more runs train than there are', async () => {
    lab.study({ variants: ['a', 'b', 'c'], epochs: 5, step: 20 });
    const studies = [
      lab.start('run', 'study.lif.yaml', '--again', '--threads', '64'),
      lab.start('run', 'study.lif.yaml', '--set', 'training.epochs=4', '--threads', '64'),
    ];
    let atOnce = 0;
    await lab.until('six finished', (runs) => {
      atOnce = Math.max(atOnce, runs.filter((run) => run.state === 'running').length);
      return runs.length === 6 && runs.every((run) => run.state === 'finished');
    });
    expect(await Promise.all(studies.map((study) => study.ended))).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(atOnce).toBe(1);
  });
});

function parentOf(pid: number): number | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' });
  const parent = Number(stdout?.trim());
  return parent > 1 && parent !== process.pid ? parent : undefined;
}
