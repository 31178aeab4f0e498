/**
 * The one way into a store. A store may have come with somebody else's repository: nothing of it is followed out of its
 * real folders `<store>/runs/<id>`, so each use of a run asks here for the path, and no other module joins one. A store
 * may lie behind links, but be none itself.
 */
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  type FSWatcher,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  watch,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { errorCode, openUnlinked } from '../base/files.ts';
import { acquireLock, type Lock } from '../base/lock.ts';

/** Runs of a store that are looked at, at most. */
export const MAX_RUNS = 50_000;

/** An id is the name of a folder, and never a way out of the store, a hidden folder or an option of a command. */
export function isRunId(id: string): boolean {
  return /^\w[\w.-]{0,199}$/.test(id);
}

/** Folder of the runs of a store (`.lif`). */
export function runsFolder(store: string): string {
  return join(resolve(store), 'runs');
}

/** `<store>/runs/<id>` → `<id>` and `<store>`. */
export function idOf(folder: string): string {
  return basename(folder);
}
export function storeOf(folder: string): string {
  return dirname(dirname(resolve(folder)));
}

/** Throws an error that `reason` puts into words unless this is a folder itself, not a link to one. */
export function assertRealFolder(folder: string): Stats {
  const info = lstatSync(folder);
  // Junctions of Windows count as links, too.
  if (info.isSymbolicLink())
    throw new Error(`${folder} is a link, which is not followed in a store; name the folder it leads to as the store`);
  if (!info.isDirectory()) throw Object.assign(new Error(`${folder} is not a folder`), { code: 'ENOTDIR' });
  return info;
}

/** The folder of the runs of a store, which is there and real. Throws as `assertRealFolder` does. */
export function realRunsFolder(store: string): string {
  const runs = runsFolder(store);
  realFolders(runs);
  return runs;
}

/** A run's folder, which is there and real, and so are those it lies in. Throws as `assertRealFolder` does. */
export function assertRun(folder: string): Stats {
  const whole = resolve(folder);
  if (!isRunId(basename(whole))) throw new Error('its name is not that of a run');
  realFolders(dirname(whole));
  return assertRealFolder(whole);
}

function realFolders(runs: string): void {
  assertRealFolder(dirname(runs));
  assertRealFolder(runs);
}

/** Path of a file of a run, `checkpoints/…` included, through real folders alone. */
export function fileOf(folder: string, ...names: string[]): string {
  assertRun(folder);
  for (let depth = 1; depth < names.length; depth++) assertRealFolder(join(folder, ...names.slice(0, depth)));
  return join(folder, ...names);
}

/** Opens a file of a run as `openUnlinked` does; what is wrong with a file names it. Close it. */
export function openInRun(folder: string, flags: number, name: string): number {
  const file = fileOf(folder, name);
  try {
    return openUnlinked(file, flags);
  } catch (error) {
    if (errorCode(error) !== undefined || !(error instanceof Error)) throw error;
    throw new Error(error.message.replace(/^it /, `its ${name} `));
  }
}

export function runExists(folder: string): boolean {
  try {
    assertRun(folder);
    return true;
  } catch {
    return false;
  }
}

/** Names in a folder of a run; empty when there is none. */
export function namesIn(folder: string, ...names: string[]): string[] {
  try {
    const place = fileOf(folder, ...names);
    assertRealFolder(place);
    return readdirSync(place);
  } catch {
    return [];
  }
}

/** Makes a folder unless it is there; one that is a link, or a file, is refused. */
export function makeRealFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  assertRealFolder(folder);
}

/** Takes the lock of a run, or throws as `acquireLock` does. */
export function acquireRunLock(folder: string, lastSign?: () => number | undefined): Lock {
  return acquireLock(fileOf(folder, 'lock'), lastSign);
}

/** Deletes a run with all that is in it. It disappears at once; what it was is checked again when it is out of the way. */
export function deleteRun(folder: string): void {
  const { dev, ino } = assertRun(folder);
  const aside = join(dirname(resolve(folder)), `.gone-${randomUUID()}`);
  renameSync(folder, aside);
  const moved = assertRealFolder(aside);
  if (moved.dev !== dev || moved.ino !== ino) throw new Error('another folder took its place meanwhile');
  rmSync(aside, { recursive: true, force: true });
}

/** The names below the runs of a store that are ids of folders; and how many other folders and links there are. */
export function listRuns(store: string): { ids: string[]; others: number } {
  const entries = readdirSync(realRunsFolder(store), { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.'),
  );
  const ids = entries.filter((entry) => entry.isDirectory() && isRunId(entry.name)).map(({ name }) => name);
  const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).length;
  // The ids begin with the time: the newest are kept.
  const kept = ids.length > MAX_RUNS ? ids.sort().slice(-MAX_RUNS) : ids;
  return { ids: kept, others: folders - kept.length };
}

/** Events of the file system for a run, or for all that come and go. Throws where there are none. */
export function watchRuns(store: string, id: string | undefined, changed: (name: string | null) => void): FSWatcher {
  const runs = realRunsFolder(store);
  if (id !== undefined) assertRun(join(runs, id));
  return watch(id === undefined ? runs : join(runs, id), { persistent: false }, (_event, name) => changed(name));
}

/** Where an experiment file lies as seen from the folder of the store, with slashes; undefined where there is no such way. */
export function filePlaceOf(store: string, file: string): string | undefined {
  try {
    const place = relative(realpathSync(dirname(resolve(store))), realpathSync(file));
    return isAbsolute(place) ? undefined : place.split(sep).join('/');
  } catch {
    return undefined;
  }
}

/**
 * Where the experiment file of a run lies by now: a project that was renamed, copied or reached another way still has its
 * runs. Only files beside the store are looked for: a path in a store is its maker's, and looking may already tell him.
 */
export function fileNow(folder: string, recorded: string, place: string | undefined): string {
  const root = dirname(storeOf(folder));
  if (isBelow(recorded, root)) return recorded;
  const parts = recorded.split(/[\\/]/).slice(-8);
  const ways = [...(place === undefined ? [] : [place.split('/')]), ...parts.map((_, from) => parts.slice(from))];
  for (const way of ways) {
    if (way.some((part) => part === '' || part === '.' || part === '..' || part.includes(':'))) continue;
    const here = join(root, ...way);
    if (existsSync(here)) return here;
  }
  return recorded;
}

/** Whether a path lies below a folder, by name. */
export function isBelow(file: string, folder: string): boolean {
  const way = relative(folder, file);
  return way !== '' && !isAbsolute(way) && way.split(sep)[0] !== '..';
}
