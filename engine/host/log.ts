import { closeSync, fstatSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { errorCode, openForReading, reason } from '../base/files.ts';

/**
 * The last `maxBytes` of a run's log.txt, beginning with a whole line; empty when there is none.
 * @throws UserError when it cannot be read.
 */
export function logTail(folder: string, maxBytes: number): string {
  const file = join(folder, 'log.txt');
  let fd: number | undefined;
  try {
    fd = openForReading(file);
    const info = fstatSync(fd);
    if (!info.isFile()) throw new Error('it is not a file');
    const start = Math.max(0, info.size - maxBytes);
    const bytes = Buffer.alloc(info.size - start);
    const read = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, start));
    return read.toString('utf8', start === 0 ? 0 : read.indexOf(10) + 1);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw new UserError(`${file} cannot be read: ${reason(error)}.`);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
