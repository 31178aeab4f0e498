/** Which store is meant, and which runs in it. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { earlierOf, whyEarlier } from '../../protocol/comparison/earlier.ts';
import { count } from '../../protocol/format.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';
import { UserError } from '../base/errors.ts';
import { lookAtCluster } from '../executors/slurm/look.ts';
import { compareExperiment } from '../runs/comparison/compare.ts';
import { openStore, type StoreReader } from '../runs/store.ts';
import { loadStudy } from '../studies/load.ts';
import { say } from './output.ts';

/** The `.lif` of the nearest folder, at or above this one, that has one or is a repository; else of this folder itself. */
export function findStore(folder: string): string {
  for (let current = folder; ; current = dirname(current)) {
    if (existsSync(join(current, '.lif')) || existsSync(join(current, '.git'))) return join(current, '.lif');
    if (current === dirname(current)) return join(folder, '.lif');
  }
}

/** Absolute path of a folder that is there; undefined for anything else. */
export function realFolder(name: string): string | undefined {
  const folder = resolve(name);
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined;
}

/** Brings what the store says of tasks of a cluster up to date, and says why that is not possible. */
export async function tellCluster(store: string): Promise<void> {
  const problem = await lookAtCluster(store);
  if (problem !== '') say(problem);
}

/** The runs that are meant by ids or by beginnings of ids that fit only one. */
export function findRuns(store: string, names: string[]): { reader: StoreReader; runs: RunSummary[] } {
  const reader = openStore(store);
  const all = reader.summaries();
  return { reader, runs: names.map((name) => findRun(store, all, name)) };
}

/** An experiment file and not a run; ids of runs have no such ending. */
export function isFile(name: string): boolean {
  return /\.(ya?ml|json)$/.test(name);
}

/**
 * Runs by name; of an experiment file the newest finished one of every variant and seed, in its order. Throws a UserError.
 * @param sets settings of the file that its runs were trained with, as `lif run --set` takes them
 */
export function runsMeant(
  store: string,
  names: string[],
  sets: string[] = [],
): { reader: StoreReader; runs: RunSummary[] } {
  const named = names.find((name) => !isFile(name));
  if (named !== undefined && sets.length > 0)
    throw new UserError(
      `--set ${plainLine(sets[0]!)}: ${plainLine(named)} is a run, which has its settings; leave that out, or name the file.`,
    );
  const reader = openStore(store);
  const all = reader.summaries();
  const runs = names.flatMap((name) => (isFile(name) ? resultsOf(name, reader, sets) : [findRun(store, all, name)]));
  return { reader, runs: [...new Set(runs)] };
}

function resultsOf(name: string, reader: StoreReader, sets: string[]): RunSummary[] {
  const { experiment, file } = loadStudy(name, sets);
  const comparison = compareExperiment(experiment, file, reader.keyedRuns());
  const runs = comparison.rows.flatMap(({ results }) => results);
  if (runs.length > 0) return runs;
  const others = earlierOf(comparison).flatMap((one) =>
    one.results.map((run) => ({ id: run.id, why: whyEarlier(one), had: one.had ?? {} })),
  );
  const [newest] = others;
  const train = trainCommand(name, sets);
  if (!newest) throw new UserError(`${basename(file)} has no finished run; train it first: ${train}`);
  const theirs = Object.entries(newest.had).map(([path, value]) => asSet(`${path}=${value}`));
  const say = theirs.length > 0 && theirs.length <= MAX_SETS ? `say what they had (${theirs.join(' ')}), ` : '';
  throw new UserError(
    `${basename(file)} has no finished run with the settings of now; ${count(others.length, 'finished run')} had others (${plainLine(newest.why)}): ${say}name one of them, such as ${newest.id}, or train these first: ${train}`,
  );
}

/** `lif run FILE --set training.epochs=5` */
export function trainCommand(file: string, sets: readonly string[]): string {
  return ['lif run', file, ...sets.map(asSet)].join(' ');
}

/** More settings than these are no help in a sentence. */
const MAX_SETS = 4;

/** As it is typed in a shell. */
function asSet(assignment: string): string {
  const text = plainLine(assignment);
  return `--set ${/^[\w.=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`}`;
}

function findRun(store: string, all: RunSummary[], name: string): RunSummary {
  const exact = all.find((run) => run.id === name);
  const beginning = exact ? [exact] : all.filter((run) => run.id.startsWith(name) && name !== '');
  // Narrow terminals show the last part alone.
  const fitting = beginning.length > 0 ? beginning : all.filter((run) => run.id.endsWith(`-${name}`));
  if (fitting.length === 1) return fitting[0]!;
  const shown = plainLine(name);
  const some = (runs: RunSummary[]) =>
    runs
      .slice(-5)
      .map((run) => run.id)
      .join(', ') + (runs.length > 5 ? ` and ${runs.length - 5} more` : '');
  if (fitting.length > 1)
    throw new UserError(`"${shown}" fits ${fitting.length} runs, give more of the name: ${some(fitting)}.`);
  if (all.length === 0) throw new UserError(`There is no run "${shown}": the store ${store} is empty.`);
  throw new UserError(`There is no run "${shown}" in ${store}; there are ${some(all)}.`);
}

/** The same path, whichever way the file was named. */
export function pathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}
