/** Where data sets live on this machine. */
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import { makeFolder } from '../../base/folders.ts';

/**
 * The folder that holds one folder per data set and `cache`: LIF_DATA, or the platform's cache folder
 * (XDG on Linux, ~/Library/Caches on macOS, %LOCALAPPDATA% on Windows).
 */
export function dataFolder(
  env: Record<string, string | undefined> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.LIF_DATA) return resolve(env.LIF_DATA);
  const home = homedir();
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'lif-lab', 'Cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'lif-lab');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'lif-lab');
}

/** Makes the data folder, or one below it, where it is not there yet. Throws a UserError. */
export function makeDataFolder(folder: string = dataFolder()): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UserError(
      `${folder}: cannot be written because ${reason(error)}; set LIF_DATA to a folder that can be written.`,
    );
  }
}

/** Folder (or file) of a data set: `path` relative to the experiment file's folder, else `name` in the data folder. */
export function sourcePath(path: string | undefined, name: string, experimentFile: string): string {
  return path === undefined ? join(dataFolder(), name) : resolve(dirname(experimentFile), path);
}
