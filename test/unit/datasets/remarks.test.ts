/** What is said of data sets that can be read but are not what was published, or not where they were meant to be. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkDataset, prepareDataset } from '../../../engine/datasets/prepare.ts';
import { remarksOnFiles, remarksOnSamples } from '../../../engine/datasets/remarks.ts';
import { expectUserError, idx, picture, put, specOf, temporaryFolder, writeMnist } from './helpers.ts';
import { aedat, labelsCsv, nmnistFiles, zipOf } from './writers.ts';

let folder: string;
const before = process.env.LIF_DATA;
beforeEach(() => {
  folder = temporaryFolder();
  process.env.LIF_DATA = join(folder, 'lif-data');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = before;
});

const study = () => ({ file: join(folder, 'study.lif.yaml') });
const check = (fields: Record<string, unknown>) => checkDataset(specOf(fields), study());
const onSamples = async (fields: Record<string, unknown>) => {
  const spec = specOf(fields);
  return remarksOnSamples(spec, await prepareDataset(spec, { ...study(), seed: 1 }));
};

function writeNmnist(train = 40, test = 20, to = 'nmnist'): void {
  for (const [name, bytes] of Object.entries({ ...nmnistFiles('Train', train), ...nmnistFiles('Test', test) }))
    put(join(folder, to), name, bytes);
}

const NMNIST = { name: 'nmnist', path: 'nmnist', dt: 50 };
const FEW =
  /^nmnist: 40 instead of 60,000 training and 20 instead of 10,000 test samples are here, so that results are not/;

test('a fraction of the recordings is counted against the published ones, in folders and in zips, before and when it is read', async () => {
  writeNmnist();
  expect(await check(NMNIST)).toEqual([expect.stringMatching(FEW)]);
  expect(await onSamples(NMNIST)).toEqual([expect.stringMatching(FEW)]);
  put(join(folder, 'zips'), 'Train.zip', zipOf(nmnistFiles('Train', 40)));
  put(join(folder, 'zips'), 'Test.zip', zipOf(nmnistFiles('Test', 20)));
  expect(await check({ ...NMNIST, path: 'zips' })).toEqual([expect.stringMatching(FEW)]);
});

test('as many samples as were asked for are all right, also when that is a fraction', async () => {
  writeNmnist();
  expect(await check({ ...NMNIST, trainSamples: 30, testSamples: 20 })).toEqual([]);
  expect(await onSamples({ ...NMNIST, trainSamples: 30, testSamples: 20 })).toEqual([]);
});

test.each([
  ['missing', (seven: string) => renameSync(seven, join(folder, 'aside'))],
  [
    'empty',
    (seven: string) => {
      rmSync(seven, { recursive: true });
      mkdirSync(seven);
    },
  ],
  [
    'one level deeper',
    (seven: string) => {
      renameSync(seven, join(folder, 'aside'));
      mkdirSync(seven);
      renameSync(join(folder, 'aside'), join(seven, 'sub'));
    },
  ],
])('the class whose folder is %s is named', async (_how, change) => {
  writeNmnist();
  change(join(folder, 'nmnist/Train/7'));
  const remark = expect.stringMatching(/^nmnist: there are no training samples of class 7; /);
  // What lies one level deeper is passed over, which is said first.
  expect((await check(NMNIST)).slice(-2)).toEqual([expect.any(String), remark]);
  expect(await onSamples(NMNIST)).toEqual([expect.any(String), remark]);
});

test('files one folder deeper or higher than path says are found, and their folder is named', async () => {
  writeNmnist(40, 20, 'nmnist/inner');
  await expectUserMistake(() => check(NMNIST), /did you mean path: nmnist\/inner\?$/);
  await expectUserMistake(() => onSamples(NMNIST), /did you mean path: nmnist\/inner\?$/);
  await expectUserMistake(
    () => check({ ...NMNIST, path: 'nmnist/inner/Train' }),
    /did you mean path: nmnist\/inner\?$/,
  );
  writeMnist(join(folder, 'pictures/mnist'), 3, 2);
  await expectUserMistake(() => check({ name: 'mnist', path: 'pictures' }), /did you mean path: pictures\/mnist\?$/);
  await expectUserMistake(() => check({ name: 'mnist', path: 'nowhere' }), /^[^?]*\.$/);
});

test('the folders of N-MNIST may be written in lower case', async () => {
  writeNmnist();
  renameSync(join(folder, 'nmnist/Train'), join(folder, 'nmnist/train'));
  renameSync(join(folder, 'nmnist/Test'), join(folder, 'nmnist/test'));
  expect(await check(NMNIST)).toEqual([expect.stringMatching(FEW)]);
});

test.each([
  [
    'a file of the data set',
    'cifar10',
    'c/data_batch_1.bin',
    /is a file, but a folder is wanted; name the folder that it is in\.$/,
  ],
  ['an archive', 'nmnist', 'all.tar.gz', /is a file, but a folder is wanted; .*"lif data import nmnist FILE"/],
  ['something in a file', 'mnist', 'c/data_batch_1.bin/mnist', /is a file, but a folder is wanted/],
  ['the home of a shell', 'shd', '~/data/shd', /^dataset\.path is ~\/data\/shd, where only a shell/],
  ['a variable of a shell', 'dvs128-gesture', '$HOME/gesture', /^dataset\.path is \$HOME\/gesture/],
])('a path that names %s is one sentence, whether it is checked or read', async (_what, name, path, message) => {
  put(folder, 'c/data_batch_1.bin', Buffer.alloc(3073));
  put(folder, 'all.tar.gz', Buffer.alloc(100));
  await expectUserError(() => check({ name, path }), message);
  await expectUserError(() => prepareDataset(specOf({ name, path }), { ...study(), seed: 1 }), message);
});

test('a LIF_DATA that is a file is one sentence, too', async () => {
  process.env.LIF_DATA = put(folder, 'data.tar.gz', Buffer.alloc(10));
  await expectUserError(() => check({ name: 'cifar10' }), /is a file, but a folder is wanted/);
});

function writeSorted(count: number): void {
  const labels = Array.from({ length: count }, (_, i) => Math.floor((10 * i) / count));
  for (const part of ['train', 't10k']) {
    put(
      join(folder, 'sorted'),
      `${part}-images-idx3-ubyte`,
      idx(
        [count, 28, 28],
        labels.flatMap((label, i) => picture(part === 'train' ? i : label + i)),
      ),
    );
    put(join(folder, 'sorted'), `${part}-labels-idx1-ubyte`, idx([count], labels));
  }
}

test('a validation set of one class, from the end of sorted data, is not let choose in silence', async () => {
  writeSorted(100);
  const spec = { name: 'mnist', path: 'sorted', trainSamples: 80, testSamples: 100, validationSamples: 10 };
  const remark = /^mnist: all 10 validation samples are of class 9, and they choose the best epoch; .* sorted by label/;
  expect(await check(spec)).toContainEqual(expect.stringMatching(remark));
  expect(await onSamples(spec)).toContainEqual(expect.stringMatching(remark));
});

test('a training set that lacks classes, and a validation set that lacks most, are told which', async () => {
  writeSorted(100);
  const remarks = await check({
    name: 'mnist',
    path: 'sorted',
    trainSamples: 50,
    testSamples: 100,
    validationSamples: 20,
  });
  expect(remarks).toEqual([
    'mnist: there are no training samples of 5 classes: 5, 6, 7, 8, 9; files are missing, or too few samples are asked for.',
    expect.stringMatching(/^mnist: there are no validation samples of 8 classes: 0, 1, 2, 3, 4, 5 …; /),
  ]);
});

test('more samples held out than the files have is refused where the field is', async () => {
  writeMnist(join(folder, 'small'), 30, 10);
  await expectUserError(
    () => check({ name: 'mnist', path: 'small', validationSamples: 30 }),
    /^dataset\.validationSamples is 30, but there are only 30 training samples; hold out fewer\.$/,
  );
});

test('training files copied over the test files are noticed', async () => {
  writeMnist(join(folder, 'same'), 20, 20);
  const spec = { name: 'mnist', path: 'same', trainSamples: 20, testSamples: 20 };
  const remark = /^train-images\S* and t10k-images\S* are the same: what is learned is also what is tested\.$/;
  for (const remarks of [await check(spec), await onSamples(spec)])
    expect(remarks.filter((sentence) => sentence.includes('the same'))).toEqual([expect.stringMatching(remark)]);
});

test('one training batch copied over the next is no leak of test samples, and not said to be one', async () => {
  const [once, other] = [Buffer.alloc(3073, 1), Buffer.alloc(3073, 2)];
  for (let b = 1; b <= 5; b++) put(join(folder, 'cifar'), `data_batch_${b}.bin`, b === 2 ? other : once);
  put(join(folder, 'cifar'), 'test_batch.bin', other);
  const remarks = await onSamples({ name: 'cifar10', path: 'cifar' });
  const twice = 'are the same: its samples are there twice among the training samples, and others are missing.';
  expect(remarks).toContain(`data_batch_1.bin and data_batch_3.bin ${twice}`);
  expect(remarks).toContain(
    'data_batch_2.bin and test_batch.bin are the same: what is learned is also what is tested.',
  );
});

const OWN = { name: 'events', path: 'own.csv', input: { channels: 2 }, classes: 2, dt: 1, timeUnit: 'ms', steps: 5 };

test('your own data of which all samples are of one class, or a split lacks one, are told of before a run and in it', async () => {
  const table = (labels: number[]) =>
    put(folder, 'own.csv', `sample,time,channel,label\n${labels.map((c, i) => `${i},1,0,${c}`).join('\n')}\n`);
  const spec = { ...OWN, split: { by: 'share', test: 0.5 } };
  table([0, 0, 0, 0, 0, 0]);
  const remark = /^events: there are no (training|test) samples of class 1; files are missing/;
  for (const remarks of [await check(spec), await onSamples(spec)])
    expect(remarks).toEqual([expect.stringMatching(remark), expect.stringMatching(remark)]);
  table([0, 0, 1, 1, 0, 1]);
  expect(await check(spec)).toEqual([]);
});

test('your own data that a run would refuse are refused before it', async () => {
  put(folder, 'own.csv', 'sample,time,channel,label\n0,1,0,a\n1,1,0,b\n2,1,0,c\n');
  await expectUserError(() => check({ ...OWN, split: { by: 'share', test: 0.5 } }), /is 2, but the labels are a, b, c/);
});

test('a recording in the list of training and in that of testing is refused', async () => {
  const data = join(folder, 'gesture');
  put(data, 'trials_to_train.txt', 'user01_led.aedat\nuser02_led.aedat\n');
  put(data, 'trials_to_test.txt', 'user02_led.aedat\n');
  for (const user of ['user01_led', 'user02_led']) {
    put(data, `${user}.aedat`, aedat([{ events: [[1, 2, 1, 10]] }]));
    put(data, `${user}_labels.csv`, labelsCsv([[1, 0, 20]]));
  }
  const spec = { name: 'dvs128-gesture', path: 'gesture' };
  const message = /trials_to_test\.txt: user02_led\.aedat is in trials_to_train\.txt, too/;
  await expectUserError(() => check(spec), message);
  await expectUserError(() => prepareDataset(specOf(spec), { ...study(), seed: 1 }), message);
});

test('the published numbers of samples call for no remark', () => {
  const labels = (count: number) => Uint8Array.from({ length: count }, (_, i) => i % 10);
  expect(remarksOnFiles(specOf({ name: 'mnist' }), { train: labels(60_000), test: labels(10_000) })).toEqual([]);
  expect(remarksOnFiles(specOf({ name: 'cifar10' }), { train: 50_000, test: 10_000 })).toEqual([]);
  expect(remarksOnFiles(specOf({ name: 'shd' }), {}), 'nothing was found out').toEqual([]);
});

/** Like expectUserError, for sentences that end with a question. */
async function expectUserMistake(action: () => Promise<unknown>, message: RegExp): Promise<void> {
  const said = await action().then(
    () => 'it succeeded',
    (error: Error) => error.message,
  );
  expect(said).toMatch(message);
}
