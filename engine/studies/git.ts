/**
 * The commit of the repository that an experiment file lies in. A repository's files and settings may name programs for
 * git to run (filters, hooks, monitors, transports); none of them runs here, whoever made the repository.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Provenance } from '../runs/format.ts';
import { MAX_CHANGES } from '../runs/origin.ts';

const TIMEOUT_MS = 3000;
/** Output of `git status` and of its settings, at most. */
const MAX_OUTPUT = 4 * 2 ** 20;

/** Switched off, whatever the repository says. */
const OFF = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.sshCommand=false',
  'credential.helper=',
  'protocol.allow=never',
  'safe.bareRepository=explicit',
  'status.submoduleSummary=false',
];

type GitState = Pick<Provenance, 'gitCommit' | 'gitDirty'>;

/** Commit of the repository that a folder is in, and whether tracked files differ from it, as far as that can be told. */
export async function gitState(folder: string): Promise<GitState> {
  // Not found by git itself, which would take a folder that only looks like a repository for one.
  const root = rootOf(folder);
  if (root === undefined) return {};
  const git = gitIn(root);
  try {
    const gitCommit = (await git('rev-parse', '--verify', 'HEAD')).trim();
    if (!/^[0-9a-f]{40,64}$/.test(gitCommit)) return {};
    const gitDirty = await isDirty(git).catch(() => undefined);
    return { gitCommit, ...(gitDirty !== undefined && { gitDirty }) };
  } catch {
    return {};
  }
}

/** What differs from the commit in tracked files, as a diff; undefined where nothing does or nobody can tell. */
export async function uncommitted(folder: string): Promise<string | undefined> {
  const root = rootOf(folder);
  if (root === undefined) return undefined;
  const git = gitIn(root);
  try {
    // Only where no filter of the repository has a say: see isDirty.
    if ((await isDirty(git)) !== true) return undefined;
    const diff = await git('diff', '--no-color', '--no-ext-diff', '--no-textconv', '--ignore-submodules=all', 'HEAD');
    const bytes = Buffer.from(diff);
    if (bytes.length <= MAX_CHANGES) return diff;
    return `${bytes.subarray(0, MAX_CHANGES)}\n… ${bytes.length} bytes in all.\n`;
  } catch {
    return undefined;
  }
}

/** The nearest folder, at or above this one, with a `.git`. */
function rootOf(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    if (existsSync(join(current, '.git'))) return current;
    if (current === dirname(current)) return undefined;
  }
}

type Git = (...args: string[]) => Promise<string>;

function gitIn(root: string): Git {
  const inherited = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('GIT_'));
  const env = {
    ...Object.fromEntries(inherited),
    GIT_DIR: join(root, '.git'),
    GIT_WORK_TREE: root,
    // Objects that are missing are not fetched, by whatever program the repository names for that.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
    GIT_TERMINAL_PROMPT: '0',
  };
  const guards = OFF.flatMap((setting) => ['-c', setting]);
  // Windows looks for programs in the current folder first: not in the repository.
  const options = {
    env,
    cwd: dirname(process.execPath),
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT,
    windowsHide: true,
  };
  return async (...args) =>
    (await promisify(execFile)('git', ['--no-optional-locks', ...guards, ...args], options)).stdout;
}

/** Undefined when only the repository's own filters could tell. Rejects when git cannot. */
async function isDirty(git: Git): Promise<boolean | undefined> {
  const filters = await filtersOf(git);
  if (!filters.every((name) => /^[\w.-]{1,100}$/.test(name)) || filters.length > 100) return undefined;
  const off = filters.flatMap((name) =>
    ['clean=', 'smudge=', 'process=', 'required=false'].flatMap((field) => ['-c', `filter.${name}.${field}`]),
  );
  const changed = await git(...off, 'status', '--porcelain', '--untracked-files=no', '--ignore-submodules=all');
  // Without its filter a file that was touched looks changed.
  return changed === '' ? false : filters.length === 0 ? true : undefined;
}

/** Names of the filters that the settings know. */
async function filtersOf(git: Git): Promise<string[]> {
  const keys = await git('config', '-z', '--name-only', '--list');
  const names = keys.split('\0').flatMap((key) => /^filter\.(.*)\.[^.]*$/is.exec(key)?.[1] ?? []);
  return [...new Set(names)];
}
