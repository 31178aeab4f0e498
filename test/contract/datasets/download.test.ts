/** Downloads from a server that breaks off, stalls, redirects, lies about lengths and sends the wrong bytes. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DownloadOptions, download } from '../../../engine/datasets/library/download.ts';
import { expectUserError } from '../../unit/datasets/helpers.ts';
import { base, content, folder, handlers, md5, quick, requests, sendPart, serve, target } from './server.ts';

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
    await expectUserError(() => get(['/loop'], { stallMs: 20_000 }), '/loop (the server redirects in a circle)');
    expect(
      requests.filter((one) => one === '/loop').length,
      'asked once, as far as redirects are followed',
    ).toBeLessThan(25);
  });

  test('what trying again cannot mend is asked once, and said in words of ours', async () => {
    handlers['/ftp'] = (_request, response) => response.writeHead(302, { location: 'ftp://a.example/f' }).end();
    handlers['/416'] = (_request, response) => response.writeHead(416).end();
    await expectUserError(
      () => get(['/ftp', '/416']),
      '/ftp (the server redirects to an address that is neither http nor https)',
      '/416 (the server answers 416 Range Not Satisfiable)',
    );
    expect(requests).toEqual(['/ftp', '/416']);
  });

  test('a server that drips has stalled, and the next address has its turn', async () => {
    handlers['/drip'] = (_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      const drops = setInterval(() => response.write(content.subarray(0, 1)), 40);
      response.on('close', () => clearInterval(drops));
    };
    handlers['/f'] = (request, response) => serve(response, request, content);
    const notes: string[] = [];
    await get(['/drip', '/f'], { onNote: (note) => notes.push(note) });
    expectDone();
    expect(requests).toEqual(['/drip', '/f']);
    expect(notes.join(' ')).toContain('hardly any data for 0.3 s');
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
