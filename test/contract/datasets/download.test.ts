/** Downloads from a server that breaks off, stalls, redirects, lies about lengths and sends the wrong bytes. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runArguments } from '../../../engine/cli/cli.ts';
import { dataRows } from '../../../engine/cli/commands/data/list.ts';
import { CATALOGUE, type CatalogueEntry } from '../../../engine/datasets/library/catalogue.ts';
import { type DownloadOptions, download } from '../../../engine/datasets/library/download.ts';
import { importDataset } from '../../../engine/datasets/library/import.ts';
import { withLock } from '../../../engine/datasets/library/lock.ts';
import { getDataset } from '../../../engine/datasets/library/obtain.ts';
import { expectUserError, put, temporaryFolder, writeMnist } from '../../unit/datasets/helpers.ts';
import { tarGz } from '../../unit/datasets/library/tar-writer.ts';
import { zipOf } from '../../unit/datasets/writers.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

let folder: string;
let server: Server;
let base: string;
let handlers: Record<string, Handler>;
/** Path and Range header of each request. */
let requests: string[];
const dataBefore = process.env.LIF_DATA;

beforeEach(async () => {
  folder = temporaryFolder();
  process.env.LIF_DATA = join(folder, 'data');
  handlers = {};
  requests = [];
  const attempts: Record<string, number> = {};
  server = createServer((request, response) => {
    const path = request.url!;
    requests.push(`${path} ${request.headers.range ?? ''}`.trim());
    attempts[path] = (attempts[path] ?? 0) + 1;
    const handler = handlers[path];
    if (handler) handler(request, response, attempts[path]);
    else response.writeHead(404).end('no such file');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
  if (dataBefore === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = dataBefore;
});

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) % 256));
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const target = () => join(folder, 'file.bin');
const quick: DownloadOptions = { waits: [1, 1, 1], stallMs: 300 };

/** Answers with the range that is asked for. */
function serve(response: ServerResponse, request: IncomingMessage, bytes: Buffer, headers = {}): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (request.headers.range)
    response.writeHead(206, {
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      'content-length': bytes.length - from,
      ...headers,
    });
  else response.writeHead(200, { 'content-length': bytes.length, ...headers });
  response.end(bytes.subarray(from));
}

/** Sends the first `count` of the promised bytes, and then nothing or the end of the connection. */
function sendPart(response: ServerResponse, count: number, then: 'break' | 'stall', headers = {}): void {
  response.writeHead(200, { 'content-length': content.length, ...headers });
  response.write(content.subarray(0, count), () => {
    if (then === 'break') setTimeout(() => response.destroy(), 20);
  });
}

const get = (urls: string[], options: DownloadOptions = {}, bytes: Buffer = content, size = true) =>
  download({ urls: urls.map((u) => base + u), md5: md5(bytes), ...(size && { bytes: bytes.length }) }, target(), {
    ...quick,
    ...options,
  });

const expectDone = () => {
  expect(readFileSync(target()).equals(content), 'the file has the right bytes').toBe(true);
  expect(readdirSync(folder).filter((name) => name.startsWith('file.bin'))).toEqual(['file.bin']);
};

describe('download', () => {
  test('fetches with progress, and does not fetch again', async () => {
    handlers['/f'] = (request, response) => serve(response, request, content);
    const seen: number[] = [];
    await get(['/f'], { onProgress: ({ done, total }) => seen.push(done / total) });
    expectDone();
    expect(seen.at(-1)).toBe(1);
    await get(['/f']);
    expect(requests).toEqual(['/f']);
  });

  test('continues a download that broke off, from where it broke off', async () => {
    handlers['/f'] = (request, response, attempt) =>
      attempt === 1 ? sendPart(response, 100_000, 'break') : serve(response, request, content);
    await get(['/f']);
    expectDone();
    expect(requests).toHaveLength(2);
    expect(requests[1]).toMatch(/^\/f bytes=[1-9]\d*-$/);
  });

  test('continues after a stall', async () => {
    handlers['/f'] = (request, response, attempt) =>
      attempt === 1 ? sendPart(response, 65_536, 'stall') : serve(response, request, content);
    const notes: string[] = [];
    await get(['/f'], { onNote: (note) => notes.push(note) });
    expectDone();
    expect(notes.join(' ')).toContain('no data for 0.3 s');
  });

  test('gives up on a server that accepts and never answers', async () => {
    handlers['/f'] = () => {};
    await expectUserError(() => get(['/f'], { waits: [] }), 'no data for 0.3 s', 'lif data import');
  });

  test('starts again when the server ignores ranges', async () => {
    handlers['/f'] = (_request, response, attempt) =>
      attempt === 1
        ? sendPart(response, 50_000, 'break')
        : response.writeHead(200, { 'content-length': content.length }).end(content);
    await get(['/f']);
    expectDone();
  });

  test('starts again when the file changed meanwhile', async () => {
    const older = Buffer.from(content).fill(7);
    handlers['/f'] = (request, response, attempt) => {
      if (attempt === 1) {
        response.writeHead(200, { 'content-length': older.length, etag: '"old"' });
        response.write(older.subarray(0, 90_000), () => setTimeout(() => response.destroy(), 20));
      } else if (request.headers['if-range'] === '"new"') serve(response, request, content);
      else response.writeHead(200, { 'content-length': content.length, etag: '"new"' }).end(content);
    };
    await get(['/f']);
    expectDone();
  });

  test('drops what it has when the server sends another range, or says there is no such range', async () => {
    handlers['/f'] = (request, response, attempt) => {
      if (attempt === 1) sendPart(response, 50_000, 'break');
      else if (attempt === 2)
        response.writeHead(206, { 'content-range': 'bytes 10-20/300000' }).end(content.subarray(10, 21));
      else if (attempt === 3) sendPart(response, 50_000, 'break');
      else if (attempt === 4) response.writeHead(416).end();
      else serve(response, request, content);
    };
    await get(['/f'], { waits: [1, 1, 1, 1, 1, 1] });
    expectDone();
  });

  test('follows redirects, but not in circles', async () => {
    handlers['/f'] = (_request, response) => response.writeHead(302, { location: '/g' }).end();
    handlers['/g'] = (_request, response) => response.writeHead(307, { location: `${base}/h` }).end();
    handlers['/h'] = (request, response) => serve(response, request, content);
    await get(['/f']);
    expectDone();
    handlers['/loop'] = (_request, response) => response.writeHead(302, { location: '/loop' }).end();
    rmSync(target());
    await expectUserError(() => get(['/loop'], { waits: [] }), 'redirect');
  });

  test('a length that promises too much', async () => {
    handlers['/f'] = (_request, response) => {
      response.writeHead(200, { 'content-length': content.length + 500 });
      response.write(content, () => setTimeout(() => response.destroy(), 20));
    };
    await expectUserError(() => get(['/f'], { waits: [1] }, content, false), 'cannot be downloaded');
    expect(existsSync(target())).toBe(false);
  });

  test('an answer that is shorter than it should be, with a length that agrees', async () => {
    handlers['/f'] = (request, response, attempt) =>
      attempt === 1
        ? response.writeHead(200, { 'content-length': 1000 }).end(content.subarray(0, 1000))
        : serve(response, request, content);
    await get(['/f']);
    expectDone();
    expect(requests[1]).toBe('/f bytes=1000-');
  });

  test('bytes of one server are never continued with those of another', async () => {
    const stale = Buffer.from(content).fill(9);
    handlers['/stale'] = (_request, response) => {
      response.writeHead(200, { 'content-length': stale.length });
      response.write(stale.subarray(0, 70_000), () => setTimeout(() => response.destroy(), 20));
    };
    handlers['/good'] = (request, response) => serve(response, request, content);
    await get(['/stale', '/good']);
    expectDone();
    expect(requests.filter((request) => request.startsWith('/good'))).toEqual(['/good']);
  });

  for (const size of [true, false])
    test(`a page to sign in at the first address is known as such; the second is asked once (size ${size ? '' : 'un'}known)`, async () => {
      handlers['/portal'] = (_request, response) =>
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!DOCTYPE html><title>Sign in</title>'.padEnd(1000));
      handlers['/good'] = (request, response) => serve(response, request, content);
      const notes: string[] = [];
      await get(['/portal', '/good'], { onNote: (note) => notes.push(note) }, content, size);
      expectDone();
      expect(requests).toEqual(['/portal', '/good']);
      expect(notes.join(' ')).toContain('the server sends a web page ("Sign in") instead of the file');
    });

  test('a page does not cost what is there of the file', async () => {
    handlers['/f'] = (request, response, attempt) => {
      if (attempt === 1) sendPart(response, 100_000, 'break');
      else if (attempt === 2) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>busy</html>');
      else serve(response, request, content);
    };
    await expectUserError(() => get(['/f'], { waits: [] }), 'sends a web page');
    await get(['/f']);
    expectDone();
    expect(requests[2], 'the first bytes were kept').toMatch(/^\/f bytes=[1-9]\d*-$/);
  });

  test('a mirror with an old file of the same size is given up after the second time', async () => {
    const old = Buffer.from(content).reverse();
    handlers['/old'] = (request, response) => serve(response, request, old);
    await expectUserError(() => get(['/old'], { waits: [1, 1, 1, 1] }), 'wrong checksum');
    expect(requests).toHaveLength(2);
  });

  test('a gzip file begins like one', async () => {
    handlers['/f'] = (_request, response) => response.end('{"message": "rate limited"}');
    const source = { urls: [`${base}/f`], md5: md5(content) };
    await expectUserError(
      () => download(source, join(folder, 'file.gz'), { ...quick, waits: [] }),
      'sends a JSON document instead of the file',
    );
  });

  test('an answer without end', async () => {
    handlers['/f'] = (_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.writable && response.write(content));
        if (response.writable) response.once('drain', more);
      };
      more();
    };
    await expectUserError(() => get(['/f'], { waits: [] }), 'more than the 300000 bytes');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('wrong bytes: tried again, then the mirror, never kept', async () => {
    const wrong = Buffer.from(content).fill(1);
    handlers['/bad'] = (request, response) => serve(response, request, wrong);
    handlers['/good'] = (request, response) => serve(response, request, content);
    await expectUserError(() => get(['/bad'], { waits: [1] }), 'wrong checksum');
    expect(requests).toEqual(['/bad', '/bad']);
    expect(readdirSync(folder)).toEqual([]);
    await get(['/bad', '/good']);
    expectDone();
  });

  test('an empty answer and a page instead of the file', async () => {
    handlers['/empty'] = (_request, response) => response.writeHead(200, { 'content-length': 0 }).end();
    handlers['/page'] = (_request, response) => response.writeHead(202).end('<html>are you human?</html>');
    await expectUserError(() => get(['/empty'], { waits: [] }, content, false), 'the answer is empty');
    await expectUserError(() => get(['/page'], { waits: [] }), 'answers 202');
  });

  test('a missing file is not asked for again; the error names every address', async () => {
    handlers['/busy'] = (_request, response) => response.writeHead(503).end();
    const notes: string[] = [];
    await expectUserError(
      () => get(['/gone', '/busy'], { waits: [1, 1], onNote: (n) => notes.push(n) }),
      '/gone (the server answers 404',
      '/busy (the server answers 503',
    );
    expect(requests.filter((r) => r === '/gone')).toHaveLength(1);
    expect(requests.filter((r) => r === '/busy')).toHaveLength(3);
    expect(notes.filter((n) => n.startsWith('trying again'))).toHaveLength(2);
  });

  test('a server that is not there', async () => {
    await expectUserError(
      () => download({ urls: ['http://127.0.0.1:9/x'], md5: '0' }, target(), { waits: [] }),
      /http:\/\/127\.0\.0\.1:9\/x \(/,
    );
  });

  test('an interrupted download continues next time', async () => {
    const stop = new AbortController();
    handlers['/f'] = (request, response, attempt) =>
      attempt === 1 ? sendPart(response, 200_000, 'stall') : serve(response, request, content);
    const first = get(['/f'], {
      stallMs: 5000,
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done >= 200_000) stop.abort(new Error('stopped by the test'));
      },
    });
    await expect(first).rejects.toThrow('stopped by the test');
    expect(statSync(`${target()}.partial`).size).toBe(200_000);
    await get(['/f']);
    expectDone();
    expect(requests[1]).toBe('/f bytes=200000-');
  });
});

describe('the lock', () => {
  test('lets one go at a time', async () => {
    const lock = join(folder, 'a.lock');
    let inside = 0;
    let most = 0;
    const work = () =>
      withLock(lock, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 30));
        inside--;
      });
    await Promise.all([work(), work(), work()]);
    expect(most).toBe(1);
    expect(existsSync(lock)).toBe(false);
  });

  test('is taken over from a process that is gone, and from one that was not heard of', async () => {
    const lock = join(folder, 'a.lock');
    const { hostname } = await import('node:os');
    // No process has this number: it is above the largest that Linux gives out.
    writeFileSync(lock, JSON.stringify({ pid: 2 ** 30, host: hostname() }));
    expect(await withLock(lock, async () => 1)).toBe(1);
    writeFileSync(lock, JSON.stringify({ pid: 1, host: 'another-machine' }));
    utimesSync(lock, new Date(), new Date(Date.now() - 60_000));
    expect(await withLock(lock, async () => 2)).toBe(2);
    writeFileSync(lock, 'garbage');
    utimesSync(lock, new Date(), new Date(Date.now() - 60_000));
    expect(await withLock(lock, async () => 3)).toBe(3);
  });

  test('waits for a living holder, says for whom, and can be given up', async () => {
    const lock = join(folder, 'a.lock');
    writeFileSync(lock, JSON.stringify({ pid: 1, host: 'another-machine' }));
    const stop = new AbortController();
    const waiting: string[] = [];
    const pending = withLock(lock, async () => 1, {
      signal: stop.signal,
      onWait: (holder) => {
        waiting.push(holder);
        stop.abort();
      },
    });
    await expect(pending).rejects.toThrow();
    expect(waiting).toEqual(['process 1 on another-machine']);
    expect(existsSync(lock)).toBe(true);
  });

  test('is released when the work fails', async () => {
    const lock = join(folder, 'a.lock');
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(lock)).toBe(false);
  });
});

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
