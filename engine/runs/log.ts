/** What a person would want to read when something failed: log.txt of a run, and the words of processes in the background. */
import { appendFileSync, closeSync, constants, lstatSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { plainLine } from '../../protocol/text/plain-text.ts';
import { RunEnded, UserError } from '../base/errors.ts';
import { errorCode, openUnlinked, readTail } from '../base/files.ts';
import { assertRealFolder, fileOf, idOf, makeRealFolder, openInRun } from './folder.ts';

const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;

/** log.txt of a run, open for appending: for what a process says on standard error. Close it. */
export function openLog(folder: string): number {
  return openInRun(folder, APPEND, 'log.txt');
}

/** One line of log.txt, with the time. Names in it cannot begin another line or move a cursor. */
export function appendLog(folder: string, line: string): void {
  const fd = openLog(folder);
  try {
    appendFileSync(fd, `${new Date().toISOString()} ${plainLine(line)}\n`);
  } finally {
    closeSync(fd);
  }
}

/** The sentence of an error that tells all there is; one of the program with its stack, a line each. */
export function appendError(folder: string, error: unknown): void {
  if (error instanceof UserError || error instanceof RunEnded) {
    appendLog(folder, error.message);
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of text.split('\n').slice(0, 50)) appendLog(folder, line);
}

/**
 * The last bytes of log.txt, none before byte `first`, from the beginning of a line; empty when there is none. Throws when
 * it cannot be read.
 */
export function readLog(folder: string, maxBytes: number, first = 0): string {
  try {
    return readTail(fileOf(folder, 'log.txt'), maxBytes, first);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** `<store>/logs/<id>.txt`, for a process in the background that begins with this run. Close `fd`. */
export function openWorkLog(store: string, firstRun: string): { file: string; fd: number } {
  const logs = join(resolve(store), 'logs');
  assertRealFolder(dirname(logs));
  makeRealFolder(logs);
  const file = join(logs, `${idOf(firstRun)}.txt`);
  return { file, fd: openUnlinked(file, APPEND) };
}

/** Takes away the log of a process in the background that had nothing to say. */
export function removeEmptyWorkLog(file: string): void {
  const logs = dirname(resolve(file));
  if (basename(logs) !== 'logs') return;
  assertRealFolder(dirname(logs));
  assertRealFolder(logs);
  const info = lstatSync(file, { throwIfNoEntry: false });
  if (info?.isFile() && info.size === 0) rmSync(file);
}
