/** Reads of files that somebody else left there: regular ones only, of a bounded size, without waiting. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRegular, readRegular, readUpTo, reason } from '../../../engine/base/files.ts';
import { makeFolder, obstacle } from '../../../engine/base/folders.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lif-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function why(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return reason(error);
  }
  return 'it was read';
}

describe('reading a file of others', () => {
  test('gives the content of a regular file, and through a link to one', () => {
    writeFileSync(join(folder, 'a'), 'spikes');
    symlinkSync('a', join(folder, 'link'));
    expect(readRegular(join(folder, 'a'), { limit: 6 }).toString()).toBe('spikes');
    expect(readRegular(join(folder, 'link'), { limit: 6 }).toString()).toBe('spikes');
  });

  test('refuses a file that is larger than it may be before it reads any of it', () => {
    const file = join(folder, 'large');
    writeFileSync(file, '');
    // Sparse: nobody could read it into memory.
    truncateSync(file, 2 ** 42);
    expect(why(() => readRegular(file, { limit: 1000 }))).toBe(
      'it has 4398046511104 bytes, more than the 1000 that such a file may have',
    );
  });

  test.skipIf(process.platform === 'win32')('says what it is that is no file, and does not wait for it', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('/dev/zero', join(folder, 'zero'));
    mkdirSync(join(folder, 'folder'));
    const server = createServer();
    await new Promise<void>((listening) => server.listen(join(folder, 'socket'), listening));
    try {
      expect(why(() => readRegular(join(folder, 'pipe'), { limit: 1000 }))).toBe('it is a pipe, not a file');
      expect(why(() => readRegular(join(folder, 'zero'), { limit: 1000 }))).toBe('it is a device, not a file');
      expect(why(() => readRegular(join(folder, 'folder'), { limit: 1000 }))).toBe('it is a folder, not a file');
      expect(why(() => readRegular(join(folder, 'socket'), { limit: 1000 }))).toBe('it is a socket, not a file');
      expect(why(() => readRegular(join(folder, 'nothing'), { limit: 1000 }))).toBe('it does not exist');
    } finally {
      server.close();
    }
  });

  test('reads no more than was there when it was opened', () => {
    const file = join(folder, 'grows');
    writeFileSync(file, 'abc');
    const open = openRegular(file, { limit: 10 });
    writeFileSync(file, 'abcdef');
    expect(readUpTo(open.fd, 0, open.size).toString()).toBe('abc');
    expect(readUpTo(open.fd, 4, 100).toString()).toBe('ef');
    closeSync(open.fd);
  });
});

describe('a folder that somebody names', () => {
  test('is made with those above it, and trying whether it could be leaves nothing behind', () => {
    const deep = join(folder, 'a/b/c');
    expect(obstacle(deep)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
    makeFolder(deep);
    makeFolder(deep);
    expect(existsSync(deep)).toBe(true);
  });

  test('that cannot be made is a reason at once', () => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('nowhere', join(folder, 'link'));
    const places: [string, RegExp][] = [
      [join(folder, 'file'), /^a file stands where a folder should be$/],
      [join(folder, 'file/x/y'), /^a file stands where a folder should be$/],
      [join(folder, 'link/x'), /link is a link that leads nowhere$/],
      // Node's own way of making several at once never ends here.
      ...(process.platform === 'linux'
        ? [['/proc/nope/x', /^no folder can be made in \/proc$/] as [string, RegExp]]
        : []),
    ];
    for (const [place, sentence] of places) {
      expect(
        why(() => makeFolder(place)),
        place,
      ).toMatch(sentence);
      expect(obstacle(place), place).toEqual(expect.any(String));
    }
  });
});
