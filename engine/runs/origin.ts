/** What an experiment file was when a run was made of it: its text, and what was not committed then. */
import { join } from 'node:path';
import { readSmall, writeDurably } from '../base/files.ts';
import { fileOf } from './folder.ts';

export interface Origin {
  /** Of the experiment file. */
  text: string;
  /** What differed from the commit, as `git diff` says it. */
  changes?: string;
}

const TEXT = 'experiment.txt';
const CHANGES = 'changes.diff';
/** Bytes; longer changes are cut: each run of a study has them. */
export const MAX_CHANGES = 64 * 1024;
/** As long as an experiment file may be. */
const MAX_TEXT = 4 * 1024 * 1024;

/** Into the folder of a run in the making. */
export function writeOrigin(aside: string, { text, changes }: Origin): void {
  writeDurably(join(aside, TEXT), text);
  if (changes) writeDurably(join(aside, CHANGES), changes);
}

/** What of it is there, and regular files; earlier builds wrote none. */
export function readOrigin(folder: string): Partial<Origin> {
  const text = readSmall(fileOf(folder, TEXT), MAX_TEXT);
  const changes = readSmall(fileOf(folder, CHANGES), MAX_CHANGES + 1000);
  return { ...('text' in text && { text: text.text }), ...('text' in changes && { changes: changes.text }) };
}
