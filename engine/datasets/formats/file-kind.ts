/** What a file is, from its first bytes: for sentences about a file that is not what it should be. */
import { promisedLength, SIGNATURE } from './hdf5/superblock.ts';

/** Bytes from the start that `whatIs` looks at. */
export const TELLING_BYTES = 512;

/** Where a format has its mark, and what to call it. */
const MARKS: [offset: number, mark: string, what: string][] = [
  [0, 'PK\x03\x04', 'a zip archive'],
  [0, 'PK\x05\x06', 'an empty zip archive'],
  [0, '\x1f\x8b', 'a gzip file'],
  [257, 'ustar', 'a tar archive'],
  [0, 'BZh', 'a bzip2 file'],
  [0, '\xfd7zXZ\0', 'an xz file'],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7z archive'],
  [0, '\x28\xb5\x2f\xfd', 'a Zstandard file'],
  [0, 'Rar!', 'a RAR archive'],
  [0, 'version https://git-lfs', 'a pointer of Git LFS, which stands for the file itself (git lfs pull fetches it)'],
  [0, '#!AER-DAT1.', 'an AEDAT 1 file'],
  [0, '#!AER-DAT2.', 'an AEDAT 2 file'],
  [0, '#!AER-DAT3.', 'an AEDAT 3 file'],
  [0, '#!AER-DAT4.', 'an AEDAT 4 file'],
  [0, '% TDAT', 'a Prophesee DAT file'],
  [0, '\x89PNG', 'a PNG picture'],
  [0, '\xff\xd8\xff', 'a JPEG picture'],
  [0, 'GIF8', 'a GIF picture'],
  [0, '%PDF', 'a PDF document'],
  [0, '\x93NUMPY', 'a NumPy array (.npy)'],
  [0, 'MATLAB 5.0', 'a MATLAB file'],
  [0, '\x80\x02', 'a Python pickle'],
  [0, '\x80\x03', 'a Python pickle'],
  [0, '\x80\x04', 'a Python pickle'],
  [0, '\0\x05\x16\x07', 'an AppleDouble file, which macOS makes beside the real one'],
  [0, 'LIFEVT1\n', 'a cache of LIF Lab'],
];

/** What `whatIs` says when it does not know. */
export const UNKNOWN = 'a file of an unknown kind';

const WEB_PAGE = /^\s*(<!--[\s\S]*?-->\s*)?<(!doctype html|html|head|body|title|meta|script)\b/i;

/** Whether these are the first bytes of a web page: what servers send that have no file, or want a sign-in first. */
export const isWebPage = (head: Uint8Array): boolean => WEB_PAGE.test(textOf(head));

/**
 * What a file with these first bytes is, to follow "this is": "a web page", "a zip archive". `size` is that of the whole
 * file, where it is known.
 */
export function whatIs(head: Uint8Array, size = head.length): string {
  if (size === 0 || head.length === 0) return 'an empty file';
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.subarray(0, 8).equals(SIGNATURE)) {
    const promised = promisedLength(bytes);
    return promised !== undefined && size < promised
      ? `the first ${size} of ${promised} bytes of an HDF5 file`
      : 'an HDF5 file';
  }
  if (isWebPage(bytes)) {
    const title = /<title[^>]*>\s*([^<]{1,60})/i.exec(textOf(bytes))?.[1];
    return title ? `a web page ("${title.replace(/[\p{C}\s]+/gu, ' ').trim()}")` : 'a web page';
  }
  for (const [offset, mark, what] of MARKS)
    if (bytes.toString('latin1', offset, offset + mark.length) === mark) return what;
  if (bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 8 && bytes[3]! >= 1 && bytes[3]! <= 4)
    return `an IDX file with ${bytes[3]} dimension${bytes[3] === 1 ? '' : 's'}`;
  if (bytes.every((byte) => byte === 0)) return 'nothing but zeros';
  if (/^\s*<\?xml/.test(textOf(bytes))) return 'an XML document';
  if (/^\s*[{[]\s*["{[\]}\d-]/.test(textOf(bytes))) return 'a JSON document';
  return isText(bytes) ? `a text file that begins with "${firstLine(bytes)}"` : UNKNOWN;
}

/**
 * `this is not WANTED but a web page`, for a file whose first bytes cannot be what is wanted; undefined where they say
 * nothing.
 */
export function otherThan(wanted: string, head: Uint8Array, size?: number): string | undefined {
  const what = whatIs(head.subarray(0, TELLING_BYTES), size);
  return what === UNKNOWN ? undefined : `this is not ${wanted} but ${what}`;
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, TELLING_BYTES))
    .toString('utf8')
    .replace(/^\ufeff/, '');

/** Without control characters other than line ends and tabs, apart from a character that the end cuts through. */
const isText = (bytes: Buffer): boolean =>
  !/[\p{Cc}\ufffd]/u.test(
    textOf(bytes)
      .slice(0, -1)
      .replace(/[\t\n\r]/g, ''),
  );

const firstLine = (bytes: Buffer): string =>
  textOf(bytes)
    .split(/[\r\n]/, 1)[0]!
    .slice(0, 40)
    .replace(/\p{C}/gu, '?');
