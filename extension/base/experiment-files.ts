import { dirname, join, sep } from 'node:path';
import { Refusal } from '../../protocol/calls.ts';
import { t } from './words.ts';

/** Glob of experiment files, for document selectors and searches. */
export const EXPERIMENT_GLOB = '**/*.lif.{yaml,json}';

/** A study is a page of text. What is larger is not read: a workspace may hold anything, before trust, too. */
export const MAX_EXPERIMENT_BYTES = 1024 * 1024;

const STORE_FOLDER = '.lif';

/** A data set is a name of the catalogue; whatever else arrives is none. */
export function isDatasetName(name: unknown): name is string {
  return typeof name === 'string' && /^[a-z][a-z0-9-]{0,40}$/.test(name);
}

/** Whether a path names an experiment file. */
export function isExperimentFile(path: string): boolean {
  return /\.lif\.(yaml|json)$/.test(path);
}

/** The path with the ending of experiment files, whatever of it was typed. */
export function experimentName(path: string): string {
  return isExperimentFile(path) ? path : `${path.replace(/(\.lif)?(\.ya?ml|\.json)?$/, '')}.lif.yaml`;
}

/**
 * Where the runs of an experiment file go: `.lif` in the innermost workspace folder that contains it, or beside the
 * file when no folder does.
 * @param configured the setting `LIF Lab.store`, relative to that folder unless absolute; empty for the default.
 */
export function storeFor(file: string, folders: readonly string[], configured = ''): string {
  return storeIn(folderOf(file, folders), configured);
}

/** The store of a workspace folder. */
export function storeIn(folder: string, configured = ''): string {
  if (configured === '') return join(folder, STORE_FOLDER);
  return configured.startsWith('/') || /^[a-z]:[\\/]/i.test(configured) ? configured : join(folder, configured);
}

/** The innermost of `folders` that contains the file, or the file's own folder. */
export function folderOf(file: string, folders: readonly string[]): string {
  const containing = folders.filter((folder) => file.startsWith(folder.endsWith(sep) ? folder : folder + sep));
  return containing.sort((a, b) => b.length - a.length)[0] ?? dirname(file);
}

/** What it takes of VS Code's file system to read a file. */
export interface Files<U> {
  stat(uri: U): PromiseLike<{ type: number; size: number }>;
  readFile(uri: U): PromiseLike<Uint8Array>;
}

/** VS Code's FileType.File, and the same reached through a link. */
const REGULAR = new Set([1, 65]);

/**
 * The text of an experiment file, whose size is looked at before anything of it is read.
 * @throws Refusal when it is not a regular file or too large.
 */
export async function readExperiment<U extends { fsPath: string }>(uri: U, files: Files<U>): Promise<string> {
  const { type, size } = await files.stat(uri);
  if (!REGULAR.has(type)) throw new Refusal(t('{0} is not a file: it is not read.', uri.fsPath));
  if (size > MAX_EXPERIMENT_BYTES) throw new Refusal(tooLarge(uri.fsPath));
  return new TextDecoder().decode(await files.readFile(uri));
}

export function tooLarge(file: string): string {
  return t('{0} is larger than 1 MiB, which no experiment file is: it is not read.', file);
}
