import { dirname, join, sep } from 'node:path';

/** Glob of experiment files, for document selectors and searches. */
export const EXPERIMENT_GLOB = '**/*.lif.{yaml,json}';

const STORE_FOLDER = '.lif';

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
 * @param configured the setting `lifLab.store`, relative to that folder unless absolute; empty for the default.
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
