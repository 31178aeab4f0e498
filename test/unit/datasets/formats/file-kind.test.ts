import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isWebPage, whatIs } from '../../../../engine/datasets/formats/file-kind.ts';
import { idx } from '../helpers.ts';
import { aedat, zipOf } from '../writers.ts';
import { newerSpeechFile } from './hdf5-newer-writer.ts';
import { someRecordings, speechFile } from './hdf5-writer.ts';

const hdf5 = speechFile(someRecordings(20));
const newer = newerSpeechFile(someRecordings(20)).bytes;

const CASES: [string, Uint8Array, string][] = [
  ['a page of a portal', Buffer.from('<!DOCTYPE html><title>Sign in</title>…'), 'a web page ("Sign in")'],
  ['a page after a comment', Buffer.from('\n<!-- x --><HTML lang="en">'), 'a web page'],
  ['a zip', zipOf({ a: Buffer.from('b') }), 'a zip archive'],
  ['a gzip file', gzipSync('x'), 'a gzip file'],
  [
    'a tar archive',
    Buffer.concat([Buffer.alloc(257, 'a'), Buffer.from('ustar\x0000'), Buffer.alloc(200)]),
    'a tar archive',
  ],
  ['a pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0'), 'a pointer of Git LFS'],
  ['AEDAT 2', Buffer.from('#!AER-DAT2.0\r\n'), 'an AEDAT 2 file'],
  ['AEDAT 3.1', aedat([]), 'an AEDAT 3 file'],
  ['AEDAT 4', Buffer.from('#!AER-DAT4.0\r\n'), 'an AEDAT 4 file'],
  ['HDF5', hdf5, 'an HDF5 file'],
  ['HDF5 of the newer layout', newer, 'an HDF5 file'],
  ['half of it', hdf5.subarray(0, 300), `the first 300 of ${hdf5.length} bytes of an HDF5 file`],
  ['half of the newer', newer.subarray(0, 300), `the first 300 of ${newer.length} bytes of an HDF5 file`],
  ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'a PNG picture'],
  ['labels', idx([3], [1, 2, 3]), 'an IDX file with 1 dimension'],
  ['a note', Buffer.from('Not found.\nTry later'), 'a text file that begins with "Not found."'],
  ['an answer', Buffer.from('{"message": "rate limited"}'), 'a JSON document'],
  ['nothing', Buffer.alloc(0), 'an empty file'],
  ['zeros', Buffer.alloc(600), 'nothing but zeros'],
  ['noise', Buffer.from([200, 3, 77, 250, 0, 1, 9]), 'a file of an unknown kind'],
  ['what macOS leaves', Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0]), 'an AppleDouble file'],
];

describe('what a file is', () => {
  for (const [name, bytes, what] of CASES)
    test(name, () => {
      expect(whatIs(bytes.subarray(0, 512), bytes.length).startsWith(what), whatIs(bytes.subarray(0, 512))).toBe(true);
    });

  test('control characters of a page or a text do not get into the sentence', () => {
    expect(whatIs(Buffer.from('<html><title>a\x1b[2Jb\n</title>'))).toBe('a web page ("a [2Jb")');
  });

  test('only pages are pages', () => {
    expect(isWebPage(Buffer.from('<svg>'))).toBe(false);
    expect(isWebPage(hdf5)).toBe(false);
  });
});
