/** Where an export goes: never over something that is there already, unless that is asked for, and whole or not at all. */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { makeFolder } from '../base/folders.ts';

export interface Output {
  /** Absolute path of a file or folder. */
  path: string;
  /** Whether what is there already may be replaced. */
  overwrite: boolean;
}

/** Throws a UserError when one of the files is there and must stay. */
export function refuseExisting(files: readonly string[], { overwrite }: Pick<Output, 'overwrite'>): void {
  const there = overwrite ? undefined : files.find((file) => existsSync(file));
  if (there !== undefined)
    throw new UserError(`${there} is there already; take another name, or replace it with --overwrite.`);
}

/** Writes the parts one after another into a file beside it and renames that; makes its folder. Throws a UserError. */
export function writeParts(file: string, parts: Iterable<string | Uint8Array>): void {
  const aside = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    makeFolder(dirname(file));
    const fd = openSync(aside, 'wx');
    try {
      for (const part of parts) writeWhole(fd, typeof part === 'string' ? Buffer.from(part) : part);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, file);
  } catch (error) {
    if (existsSync(aside)) rmSync(aside);
    throw error instanceof UserError ? error : unwritten(file, error);
  }
}

/** What cannot be written, in a sentence. */
export const unwritten = (file: string, error: unknown): UserError =>
  new UserError(`${file} cannot be written: ${reason(error)}.`);

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
