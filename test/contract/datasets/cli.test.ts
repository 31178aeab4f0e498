/** `lif data` as a person or a script calls it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runArguments } from '../../../engine/cli/cli.ts';
import { expectUserError, put, temporaryFolder, writeMnist } from '../../unit/datasets/helpers.ts';
import { aedat, type Event, labelsCsv, nmnistFiles } from '../../unit/datasets/writers.ts';

let folder: string;
const before = process.env.LIF_DATA;
beforeEach(() => {
  folder = temporaryFolder();
  process.env.LIF_DATA = join(folder, 'data');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = before;
});

const runData = (args: string[]): Promise<number> =>
  runArguments({ lif: [], loadTrainer: () => Promise.reject(new Error('nothing is trained')) }, ['data', ...args]);

/** Runs `lif data …` and collects what it prints. */
async function lif(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  for (const [stream, name] of [
    [process.stdout, 'out'],
    [process.stderr, 'err'],
  ] as const)
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      printed[name] += text;
      return true;
    });
  try {
    return { code: await runData(args), ...printed };
  } finally {
    vi.restoreAllMocks();
  }
}

function writeNmnist(): void {
  for (const [name, bytes] of Object.entries({ ...nmnistFiles('Train', 20), ...nmnistFiles('Test', 10) }))
    put(join(folder, 'data', 'nmnist'), name, bytes);
}

describe('lif data', () => {
  test('a data folder that is a file is said to be one', async () => {
    put(folder, 'file', Buffer.from('x'));
    process.env.LIF_DATA = join(folder, 'file');
    await expectUserError(() => lif('list'), /file is a file, but the data folder must be a folder/);
  });

  test('list says what is here', async () => {
    const names = async () => JSON.parse((await lif('list', '--json')).out) as { name: string; state: string }[];
    expect((await names()).find((d) => d.name === 'mnist')?.state).toBe('not here');
    writeMnist(join(folder, 'data', 'mnist'), 3, 2);
    const states = Object.fromEntries((await names()).map((d) => [d.name, d.state]));
    expect(states).toMatchObject({
      mnist: 'incomplete',
      'nmnist-simulated': 'incomplete',
      randman: 'generated',
      shd: 'not here',
    });
    expect((await lif('list')).out).toMatch(/dvs128-gesture +not here +CC BY 4\.0/);
  });

  test('show prints shape, counts, balance, statistics, a raster and a picture', async () => {
    writeNmnist();
    const { code, out } = await lif('show', 'nmnist', '--set', 'dt=5', '--sample', '3');
    expect(code).toBe(0);
    expect(out).toContain('2312 inputs, 63 steps, 10 classes, events');
    expect(out).toContain('20 train, 10 test');
    expect(out).toMatch(/train classes +2 2 2 2 2 2 2 2 2 2/);
    expect(out).toMatch(/events +50 a sample \(50 to 50\)/);
    expect(out).toContain('train sample 3: class 3, 50 events');
    const lines = out.split('\n');
    expect(lines.filter((line) => line.startsWith('|'))).toHaveLength(8);
    expect(lines.filter((line) => line.length === 68 && !line.includes(' train'))).toHaveLength(34);
  });

  test('show --json is one document, with nothing else on standard output', async () => {
    writeNmnist();
    const { out } = await lif('show', 'nmnist', '--split', 'test', '--json');
    expect(JSON.parse(out)).toMatchObject({
      name: 'nmnist',
      inputs: 2312,
      sizes: { train: 20, validation: 0, test: 10 },
      sample: { split: 'test', index: 0 },
    });
  });

  test('show draws currents, and generated data sets without files', async () => {
    writeMnist(join(folder, 'data', 'mnist'), 3, 2);
    expect((await lif('show', 'mnist')).out.split('\n').filter((line) => line.includes('@@'))).not.toHaveLength(0);
    const { out } = await lif('show', 'delayed-xor', '--set', 'steps=30', '--set', 'trainSamples=100');
    expect(out).toContain('20 inputs, 30 steps, 2 classes');
    expect(out.split('\n').filter((line) => /^\|.{30}\|$/.test(line))).toHaveLength(20);
  });

  test('nested fields are set by path', async () => {
    writeMnist(join(folder, 'data', 'mnist'), 3, 2);
    const { out } = await lif('show', 'mnist', '--set', 'coding.kind=bernoulli', '--set', 'coding.maxRate=0.5');
    expect(out).toContain('10 classes, events');
  });

  test('check calls nothing well that is a fraction of the data set, or a file where a folder is wanted', async () => {
    writeNmnist();
    const incomplete = await lif('check', 'nmnist');
    expect(incomplete).toMatchObject({ code: 1, err: expect.stringContaining('20 instead of 60,000 training') });
    expect(incomplete.out).not.toContain('all is well');
    const archive = put(folder, 'cifar-10-binary.tar.gz', Buffer.alloc(9));
    expect(await lif('check', 'cifar10', '--path', archive)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is a file, but a folder is wanted'),
    });
  });

  test('check compares with the published checksums', async () => {
    writeMnist(join(folder, 'data', 'mnist'), 3, 2, 'gzip');
    const { code, out, err } = await lif('check', 'mnist');
    expect(code).toBe(1);
    expect(out.match(/differs/g)).toHaveLength(4);
    expect(err).toMatch(/train-images-idx3-ubyte\.gz: is not the published file, whose MD5 is 6bbc9ace898e44/);
    const other = await lif('check', 'mnist', '--path', join(folder, 'nowhere'), '--json');
    expect(other.code).toBe(1);
    expect(JSON.parse(other.out)).toMatchObject({ name: 'mnist', files: [] });
    expect(other.err).toContain('lif data get mnist');
  });

  test('get shows licence and citation before anything else', async () => {
    const { code, err } = await lif('get', 'randman');
    expect(code).toBe(0);
    expect(err).toContain('is generated');
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    await expectUserError(() => runData(['get', 'dvs128-gesture']), 'lif data import dvs128-gesture');
    expect(said[0]).toMatch(/Licence: CC BY 4\.0\. Please cite: Amir/);
  });

  test('show PATH tells the fields of your own data, asks for what is missing, and then shows a sample', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `${i},${i % 7},${i % 3},${i % 2 ? 'yes' : 'no'}`);
    const file = put(folder, 'own.csv', ['sample,time_ms,channel,label', ...rows].join('\n'));
    const asked = await lif('show', file);
    expect(asked.code).toBe(1);
    expect(asked.out).toMatch(
      /Found: a table of events, 20 samples; labels no, yes\.\nNothing says which samples are for/,
    );
    expect(asked.out).toMatch(/dataset:\n {2}name: events\n[\s\S]* {2}input: \{ channels: 3 \}\n {2}classes: 2\n/);
    const shown = await lif('show', file, '--set', 'split={ by: share, test: 0.2 }', '--split', 'test', '--json');
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.out)).toMatchObject({
      dataset: { name: 'events', input: { channels: 3 }, classes: 2 },
      classNames: ['no', 'yes'],
      sizes: { train: 16, validation: 0, test: 4 },
    });
    await expectUserError(() => lif('check', file), 'is no data set that is published', 'lif data show');
    await expectUserError(() => lif('show', 'events'), 'write its path');
  });

  test('import of many files says how many are without a checksum, and shows a line a second', async () => {
    const here = join(folder, 'DvsGesture');
    const events: Event[] = Array.from({ length: 64 }, (_, i) => [2 * i, 127 - i, i % 2, 100 * i]);
    for (const user of ['user01_led', 'user02_lab', 'user24_natural']) {
      put(here, `${user}.aedat`, aedat([{ events, type: 0 }, { events }]));
      put(here, `${user}_labels.csv`, labelsCsv([[3, 0, 6400]]));
    }
    put(here, 'trials_to_train.txt', 'user01_led.aedat\r\nuser02_lab.aedat\r\n');
    put(here, 'trials_to_test.txt', 'user24_natural.aedat\n');
    const imported = await lif('import', 'dvs128-gesture', here);
    expect(imported).toMatchObject({ code: 0, err: expect.stringContaining('For 8 files there is no published') });
    expect(imported.err).toMatch(/2 instead of 1,176 training and 1 instead of 288 test samples/);
    expect(imported.err.match(/^(copying|checking) .*$/gm)!.length).toBeLessThan(5);
    const { code, out } = await lif('show', 'dvs128-gesture', '--set', 'frames=time', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ sizes: { train: 2, validation: 0, test: 1 }, events: { mean: 64 } });
  });

  test('help, and no command at all', async () => {
    expect(await lif('--help')).toMatchObject({ code: 0, out: expect.stringContaining('lif data import NAME PATH') });
    expect((await lif()).code).toBe(2);
  });

  test('wrong input is one sentence', async () => {
    writeNmnist();
    await expectUserError(() => lif('eat'), 'There is no "lif data eat"', 'list, get, check, import, show');
    await expectUserError(() => lif('constructor'), 'There is no "lif data constructor"');
    await expect(lif('show')).rejects.toThrow('NAME is missing; see: lif data show --help');
    await expectUserError(() => lif('show', 'imagenet'), 'There is no data set "imagenet"', 'delayed-xor');
    await expectUserError(() => lif('show', 'nmnist', '--set', 'dt'), '--set dt: write path=value');
    await expectUserError(() => lif('show', 'nmnist', '--set', 'dt=-1'), '--set dt=-1: ', 'dataset.dt');
    await expectUserError(
      () => lif('show', 'nmnist', '--set', '__proto__.x=1'),
      '--set __proto__.x=1: write path=value',
    );
    await expectUserError(() => lif('show', 'nmnist', '--sample', '99'), 'from 0 to 19');
    await expectUserError(() => lif('show', 'nmnist', '--split', 'validation'), 'no validation samples');
    await expect(lif('show', 'nmnist', '--frobnicate')).rejects.toThrow('frobnicate');
    await expect(lif('import', 'mnist')).rejects.toThrow('NAME PATH is missing; see: lif data import --help');
  });
});
