import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roomFor, safeName, unpack } from '../../../../engine/datasets/library/unpack.ts';
import { expectUserError, put, temporaryFolder } from '../helpers.ts';
import { zipOf } from '../writers.ts';
import { tarGz } from './tar-writer.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'in'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const remedy = 'get it again';
const open = (name: string, bytes: Uint8Array, limit = 1e6) =>
  unpack(put(folder, name, bytes), join(folder, 'in'), { limit, remedy });
const big = Buffer.alloc(200_000, 'spikes ');

describe('unpacking', () => {
  for (const [name, bytes] of [
    [
      'a.zip',
      zipOf({ 'x/': new Uint8Array(0), 'x/big.bin': big, 'small.txt': Buffer.from('hello'), empty: new Uint8Array(0) }),
    ],
    [
      'a.tar.gz',
      tarGz([
        { name: 'x/', type: '5' },
        { name: 'x/big.bin', data: big },
        { name: 'small.txt', data: Buffer.from('hello') },
        { name: 'empty' },
      ]),
    ],
  ] as const)
    test(`${name}: every file, and nothing else`, async () => {
      expect((await open(name, bytes)).sort()).toEqual(['empty', 'small.txt', 'x/big.bin']);
      expect(readFileSync(join(folder, 'in/x/big.bin')).equals(big)).toBe(true);
      expect(readFileSync(join(folder, 'in/small.txt'), 'utf8')).toBe('hello');
      expect(readdirSync(join(folder, 'in')).sort()).toEqual(['empty', 'small.txt', 'x']);
    });

  const evil = ['../evil.txt', 'a/../../evil.txt', '/tmp/evil.txt', 'C:\\evil.txt', 'a\\..\\evil.txt', '..', 'a/..'];
  for (const name of evil)
    test(`refuses the name ${name}, and keeps nothing of the archive`, async () => {
      const files = { 'good.txt': Buffer.from('good'), [name]: Buffer.from('evil') };
      await expectUserError(() => open('a.zip', zipOf(files)), 'leads out of its folder');
      const entries = Object.entries(files).map(([n, data]) => ({ name: n, data }));
      await expectUserError(() => open('a.tar.gz', tarGz(entries)), 'leads out of its folder');
      expect(readdirSync(join(folder, 'in'))).toEqual([]);
      expect(existsSync(join(folder, 'evil.txt'))).toBe(false);
    });

  test('accepts harmless names', () => {
    for (const name of ['a', 'a/b.c', './a', 'a/./b', 'user_01-x.aedat', 'ä/ö'])
      expect(safeName('archive', name, remedy)).not.toContain('..');
  });

  test('refuses links and devices in a tar', async () => {
    for (const type of ['1', '2', '3', '6'])
      await expectUserError(
        () => open('a.tar.gz', tarGz([{ name: 'link', type, link: '/etc/passwd' }])),
        'a link or a device',
      );
    expect(readdirSync(join(folder, 'in'))).toEqual([]);
  });

  test('refuses more than the limit, whatever the archive says about its sizes', async () => {
    await expectUserError(() => open('a.zip', zipOf({ big }), 1000), 'more than the 1000');
    await expectUserError(() => open('a.tar.gz', tarGz([{ name: 'big', data: big }]), 1000), 'more than the 1000');
    const lying = zipOf({ big });
    lying.writeUInt32LE(500, lying.readUInt32LE(lying.length - 6) + 24);
    await expectUserError(() => open('a.zip', lying, 1000), 'size or checksum');
    expect(readdirSync(join(folder, 'in'))).toEqual([]);
  });

  test('notices damage', async () => {
    const zip = zipOf({ big });
    zip[60] = zip[60]! ^ 1;
    await expectUserError(() => open('a.zip', zip), /does not match|damaged/);
    const tar = tarGz([{ name: 'big', data: big }]);
    await expectUserError(() => open('a.tar.gz', tar.subarray(0, tar.length - 20)), 'break off');
    await expectUserError(() => open('a.tar.gz', tarGz([{ name: 'big', data: big }], false)), 'breaks off');
    await expectUserError(() => open('a.tar.gz', Buffer.from('not gzip at all')), 'not a gzip file but a text file');
    expect(readdirSync(join(folder, 'in'))).toEqual([]);
  });

  test('can be interrupted and then leaves nothing', async () => {
    const stop = new AbortController();
    const archive = put(folder, 'a.zip', zipOf({ a: big, b: big, c: big }));
    const pending = unpack(archive, join(folder, 'in'), {
      limit: 1e6,
      remedy,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('stopped by the test')),
    });
    await expect(pending).rejects.toThrow('stopped by the test');
    expect(readdirSync(join(folder, 'in'))).toEqual([]);
  });

  test('refuses a zip whose entries share their bytes, though it is far below every limit', async () => {
    const zip = zipOf({ 'a.bin': big, 'b.bin': big });
    const directory = zip.readUInt32LE(zip.length - 6);
    const second = directory + 46 + zip.readUInt16LE(directory + 28);
    // Both entries now unpack the bytes of the first.
    zip.copyWithin(second + 42, directory + 42, directory + 46);
    await expectUserError(() => open('a.zip', zip, 1e9), /b\.bin and a\.bin overlap|a\.bin and b\.bin overlap/);
    expect(readdirSync(join(folder, 'in'))).toEqual([]);
  });

  test('refuses a zip that promises more than its bytes can hold', async () => {
    const zip = zipOf({ big });
    const directory = zip.readUInt32LE(zip.length - 6);
    zip.writeUInt32LE(4_000_000_000, directory + 24);
    await expectUserError(() => open('a.zip', zip, 1e12), 'impossible sizes');
  });

  test('refuses more than the disk has left before it writes any of it', async () => {
    const { bytes, what } = roomFor(folder, Number.MAX_SAFE_INTEGER);
    expect(bytes).toBeLessThan(Number.MAX_SAFE_INTEGER);
    expect(what).toContain('the disk has left');
    expect(roomFor(folder, 1).what).toBe('the 1 that it may');
  });

  test('counts what it skips: an extended header of any size is not unpacked without end', async () => {
    const header = { name: 'long', type: 'x', data: Buffer.alloc(5000) };
    await expectUserError(() => open('a.tar.gz', tarGz([header, { name: 'a' }]), 1000), 'more than the 1000');
  });

  test('says what it is that is no archive', async () => {
    const page = Buffer.from('<!doctype html><title>Sign in</title>');
    await expectUserError(() => open('a.zip', page), 'this is not a zip archive but a web page ("Sign in")');
    await expectUserError(() => open('a.tar.gz', page), 'this is not a gzip file but a web page ("Sign in")');
  });
});
