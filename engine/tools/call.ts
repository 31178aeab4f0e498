/** A tool called: its input checked, its paths held within one folder, and `lif` asked in a process of its own. */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TOOL_NAMES, type ToolAnswer, type ToolName } from '../../protocol/tools.ts';
import { UserError } from '../base/errors.ts';
import { isBelow } from '../runs/folder.ts';
import { firstError, loadStudy } from '../studies/load.ts';
import { INPUTS } from './inputs.ts';

/** A language model reads all of it. */
const MAX_CHARACTERS = 400_000;

export interface ToolContext {
  /** Program and first arguments that start `lif` again. */
  lif: string[];
  /** No file outside of it is opened. */
  folder: string;
  /** Of its runs. */
  store: string;
}

export function isTool(name: string): name is ToolName {
  return (TOOL_NAMES as string[]).includes(name);
}

/** Resolves to what `lif` said, also where that is a failure. Rejects with a UserError when the call itself was wrong. */
export async function callTool(
  { lif, folder, store }: ToolContext,
  name: ToolName,
  given: unknown,
  signal?: AbortSignal,
): Promise<ToolAnswer> {
  const { input: schema, args } = INPUTS[name];
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new UserError(`${name} was called wrongly: ${['input', ...path].join('.')}: ${message}.`);
  }
  const input: Record<string, unknown> = { ...parsed.data };
  if (typeof input.file === 'string') {
    input.file = within(folder, input.file);
    if (name === 'run' || name === 'validate') refuseFarData(folder, input.file as string);
  }
  const stored = name === 'validate' ? [] : ['--store', store];
  return lifSays(lif, [...args(input), ...stored, '--json'], folder, signal);
}

/** The real path of a file that lies in the folder, whatever links lead to it. Throws a UserError for others. */
export function within(folder: string, file: string): string {
  let real: string;
  try {
    real = realpathSync(resolve(folder, file));
  } catch {
    throw new UserError(`There is no file ${file} in ${folder}.`);
  }
  if (isBelow(real, realpathSync(folder))) return real;
  throw new UserError(`${file} lies outside of ${folder}, and tools open nothing there.`);
}

/** An experiment file can name data by path; a tool opens only those that lie in the folder, or in the data folder by name. */
function refuseFarData(folder: string, file: string): void {
  let variants: ReturnType<typeof loadStudy>['experiment']['variants'];
  try {
    variants = loadStudy(file, [], firstError).experiment.variants;
  } catch (error) {
    // What is wrong with it is the answer.
    if (error instanceof UserError) return;
    throw error;
  }
  for (const { settings } of variants) for (const path of pathsIn(settings.dataset)) refuseFar(folder, file, path);
}

function refuseFar(folder: string, file: string, path: string): void {
  const target = resolve(dirname(file), path);
  const root = realpathSync(folder);
  const real = realOf(target);
  if (real !== root && !isBelow(real, root))
    throw new UserError(`${file} names data outside of ${folder} (${path}); tools open nothing there.`);
}

/** A path without links in it, as far as it exists. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(realOf(parent), path.slice(parent.length).replace(/^[/\\]+/, ''));
  }
}

/** Every text below a setting that may be a path. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return /[/\\]|^\.\.?$/.test(value) ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  const { path, ...rest } = value as { path?: unknown };
  return [...(typeof path === 'string' ? [path] : pathsIn(path)), ...Object.values(rest).flatMap(pathsIn)];
}

function lifSays(lif: string[], args: string[], cwd: string, signal: AbortSignal | undefined): Promise<ToolAnswer> {
  return new Promise((done, fail) => {
    if (signal?.aborted) return fail(new UserError('It was cancelled.'));
    const child = spawn(lif[0]!, [...lif.slice(1), ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    let text = '';
    const stop = () => child.kill();
    signal?.addEventListener('abort', stop);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_CHARACTERS) stop();
    });
    child.once('error', (error) => fail(new UserError(`lif could not be started: ${error.message}.`)));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) return fail(new UserError('It was cancelled.'));
      if (text.length > MAX_CHARACTERS) return fail(new UserError('The answer is too long: ask for fewer runs.'));
      if (text === '') return fail(new UserError(`lif ended with exit code ${code} and said nothing.`));
      done({ text: text.trimEnd(), failed: isFailure(text) });
    });
  });
}

/** In place of an answer; an answer may have an error among its fields. */
function isFailure(text: string): boolean {
  try {
    const document = JSON.parse(text) as object;
    return Object.keys(document).join() === 'error';
  } catch {
    return true;
  }
}
