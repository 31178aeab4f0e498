/** Data sets fetched with their archives, and imported from what the user has. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runArguments } from '../../../engine/cli/cli.ts';
import { CATALOGUE, type CatalogueEntry } from '../../../engine/datasets/library/catalogue.ts';
import { importDataset } from '../../../engine/datasets/library/import.ts';
import { dataRows } from '../../../engine/datasets/library/listing.ts';
import { getDataset } from '../../../engine/datasets/library/obtain.ts';
import { expectUserError, put, writeMnist } from '../../unit/datasets/helpers.ts';
import { tarGz } from '../../unit/datasets/library/tar-writer.ts';
import { zipOf } from '../../unit/datasets/writers.ts';
import { base, content, folder, handlers, md5, quick, requests, serve } from './server.ts';

/** The entry of a data set with other files. */
function entry(name: CatalogueEntry['name'], files: CatalogueEntry['files']): CatalogueEntry {
  return { ...CATALOGUE.find((e) => e.name === name)!, files, contents: {} };
}

describe('getting a data set', () => {
  const item = (file: string, bytes: Buffer, unpacksTo?: string[]) => {
    handlers[`/${file}`] = (request, response) => serve(response, request, bytes);
    return { file, md5: md5(bytes), urls: [`${base}/${file}`], ...(unpacksTo && { unpacksTo }) };
  };

  test('fetches, unpacks, removes the archive, and does nothing the second time', async () => {
    const batch = Buffer.alloc(3073);
    const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`).concat('test_batch');
    const inner = names.map((n) => `cifar-10-batches-bin/${n}.bin`);
    const archive = tarGz(inner.map((name) => ({ name, data: batch })));
    const cifar = entry('cifar10', [item('cifar-10-binary.tar.gz', archive, inner)]);
    await getDataset(cifar, quick);
    expect(readdirSync(join(folder, 'data', 'cifar10'))).toEqual(['cifar-10-batches-bin']);
    expect((await dataRows([cifar]))[0]).toMatchObject({ name: 'cifar10', state: 'incomplete' });
    await getDataset(cifar, quick);
    expect(requests).toHaveLength(1);
  });

  test('two at once fetch it once', async () => {
    const shd = entry('shd', [item('a.zip', zipOf({ 'shd_train.h5': content }), ['shd_train.h5'])]);
    await Promise.all([getDataset(shd, quick), getDataset(shd, quick)]);
    expect(requests).toEqual(['/a.zip']);
    expect(readdirSync(join(folder, 'data'))).toEqual(['shd']);
  });

  test('a zip that leads out of its folder leaves nothing, inside or outside', async () => {
    const evil = zipOf({ 'shd_train.h5': content, '../../evil.h5': content });
    const shd = entry('shd', [item('evil.zip', evil, ['shd_train.h5'])]);
    await expectUserError(() => getDataset(shd, quick), 'leads out of its folder');
    expect(existsSync(join(folder, 'evil.h5'))).toBe(false);
    expect(existsSync(join(folder, 'data', 'shd', 'shd_train.h5'))).toBe(false);
  });

  test('an archive without the file it should have', async () => {
    const shd = entry('shd', [item('a.zip', zipOf({ other: content }), ['shd_train.h5'])]);
    await expectUserError(() => getDataset(shd, quick), 'no shd_train.h5 in it');
  });

  test('a mirror is tried first, and what it sends must have the published checksum', async () => {
    const packed = gzipSync(content);
    const published = item('x/train-images-idx3-ubyte.gz', packed);
    const mnist = entry('mnist', [{ ...published, file: 'train-images-idx3-ubyte.gz' }]);
    handlers['/m/train-images-idx3-ubyte.gz'] = (request, response) => serve(response, request, Buffer.from('wrong'));
    await getDataset(mnist, { ...quick, mirror: `${base}/m/` });
    expect(requests).toEqual(['/m/train-images-idx3-ubyte.gz', '/x/train-images-idx3-ubyte.gz']);
    expect(readFileSync(join(folder, 'data/mnist/train-images-idx3-ubyte.gz')).equals(packed)).toBe(true);
    await expectUserError(() => getDataset(mnist, { mirror: 'ftp://x' }), 'not an http');
  });

  test('says where to click when no program may fetch it', async () => {
    await expectUserError(
      () => runArguments({ lif: [], loadTrainer: () => Promise.reject() }, ['data', 'get', 'dvs128-gesture']),
      'box.com',
      'lif data import dvs128-gesture',
    );
  });
});

describe('importing a data set', () => {
  const mnist = CATALOGUE.find((e) => e.name === 'mnist')!;

  test('takes a folder, leaves other files alone, and says what is missing', async () => {
    writeMnist(join(folder, 'mine'), 3, 2);
    put(join(folder, 'mine'), 'diary.txt', 'private');
    expect(await importDataset(mnist, join(folder, 'mine'))).toBeUndefined();
    expect(readdirSync(join(folder, 'data/mnist')).sort()).toEqual([
      't10k-images-idx3-ubyte',
      't10k-labels-idx1-ubyte',
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
    ]);
    rmSync(join(folder, 'data'), { recursive: true });
    rmSync(join(folder, 'mine', 't10k-labels-idx1-ubyte'));
    expect(await importDataset(mnist, join(folder, 'mine'))).toContain('t10k-labels');
  });

  test('takes an archive of gestures, or a file', async () => {
    const gesture = { ...CATALOGUE.find((e) => e.name === 'dvs128-gesture')!, contents: {} };
    const archive = tarGz([{ name: 'DvsGesture/trials_to_train.txt', data: Buffer.from('user01_led.aedat') }]);
    const path = put(folder, 'DvsGesture.tar.gz', archive);
    expect(await importDataset(gesture, path)).toContain('user01_led.aedat');
    expect(readFileSync(join(folder, 'data/dvs128-gesture/DvsGesture/trials_to_train.txt'), 'utf8')).toBe(
      'user01_led.aedat',
    );
    await importDataset(mnist, put(folder, 'train-labels-idx1-ubyte', 'x'));
    expect(existsSync(join(folder, 'data/mnist/train-labels-idx1-ubyte'))).toBe(true);
  });

  test('refuses a published archive with another checksum, other files, and what is not there', async () => {
    await expectUserError(
      () => importDataset(CATALOGUE.find((e) => e.name === 'nmnist')!, put(folder, 'Train.zip', 'x')),
      'not the published 20959b8e626244a1b502305a9e6e2031',
    );
    await expectUserError(() => importDataset(mnist, put(folder, 'photo.jpg', 'x')), 'is not a file of MNIST');
    await expectUserError(() => importDataset(mnist, join(folder, 'nowhere')), 'no such file or folder');
    await expectUserError(() => importDataset(CATALOGUE[0]!, folder), 'is generated');
  });
});
