/** Folders that a user or the environment names: made, and tried before anything is written. */
import { lstatSync, mkdirSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorCode, reason } from './files.ts';

/**
 * Makes a folder and those above it that are not there, from the nearest one that is, level by level: in some places (/proc)
 * Node's own way of making several at once never ends, and of others it only says that the last one is not there. Throws an
 * error that `reason` puts into words.
 */
export function makeFolder(folder: string, mode?: number): void {
  const { place, absent } = standing(folder);
  assertFolder(place);
  for (const level of absent) {
    try {
      mkdirSync(level, mode);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw new Error(`no folder can be made in ${dirname(level)}`);
      if (errorCode(error) !== 'EEXIST') throw error;
      // Somebody else was faster.
      assertFolder(level);
    }
  }
}

/** Why nothing could be written into a folder, which need not be there yet, as the end of a sentence; undefined when it could. */
export function obstacle(folder: string): string | undefined {
  const { place } = standing(folder);
  try {
    assertFolder(place);
    rmdirSync(mkdtempSync(join(place, '.lif-tried-')));
    return undefined;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? `no folder can be made in ${place}` : reason(error);
  }
}

/** The nearest that is there of a path and what lies above it, and the folders below that, outermost first. */
export function standing(folder: string): { place: string; absent: string[] } {
  const absent: string[] = [];
  let place = resolve(folder);
  while (!isThere(place) && dirname(place) !== place) {
    absent.unshift(place);
    place = dirname(place);
  }
  return { place, absent };
}

/** Also a link that leads nowhere, which no folder can be made in place of. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function assertFolder(path: string): void {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) throw new Error(`${path} is a link that leads nowhere`);
  if (!info.isDirectory()) throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' });
}
