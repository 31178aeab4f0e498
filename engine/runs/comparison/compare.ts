/** Variants × seeds: which runs count, and what they say together. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Beginning, Comparison, ComparisonRow, RunSummary, Spread } from '../../../protocol/runs.ts';
import { isNewer, spread } from '../../../protocol/seeds.ts';
import { wilson } from '../../claims/intervals.ts';
import { judgeRows } from '../../claims/rows.ts';
import { shapeOf } from '../../datasets/describe.ts';
import { describeChanges } from '../../experiment/expand.ts';
import type { Experiment, RunSpec, Settings } from '../../experiment/schema.ts';
import { isBelow, storeOf } from '../folder.ts';
import { type KeyedRun, runKeys } from '../key.ts';
import { earlierSettings } from './earlier.ts';
import { beginningOf } from './further.ts';

/** Renamed runs are not looked for in larger studies, and those of fewer epochs for at most this many: each takes a key. */
const MAX_SOUGHT = 2000;

export interface CompareOptions {
  /** Some of the runs that the file asks for; default all. */
  specs?: RunSpec[];
  /** Runs that are not finished count in means, too. */
  partial?: boolean;
  /** The variant that the others are compared with; the first of the file where it has none of that name. */
  reference?: string;
}

/**
 * The comparison of an experiment file as it is now, or of some `specs` out of it. A run belongs to it when it is of
 * one of its variants and seeds with exactly these settings. The newest run of a seed is shown; its numbers are those of
 * the newest that finished, so a result stays until it is replaced and half a run is none, unless `partial` asks for it.
 */
export function compareExperiment(
  experiment: Experiment,
  file: string,
  runs: KeyedRun[],
  { specs, partial = false, reference }: CompareOptions = {},
): Comparison {
  const all = allAsked(experiment, file);
  // Runs of the file that are not asked for now belong to it all the same.
  const outdated = addRuns(all, experiment, file, runs);
  const variants = specs ? askedOf(specs, all) : [...all.values()];
  const rows = variants.map((one) => rowOf(experiment, one, partial));
  const fewer = [...new Set(rows.flatMap((row) => row.fewer ?? []))];
  const beginnings = variants.flatMap((one) =>
    [...one.beginnings.values()].filter(({ seed }) => one.seeds.has(seed) && !one.newest.has(seed)),
  );
  return {
    study: experiment.name,
    file,
    seeds: [...new Set([...new Set(variants.map(({ seeds }) => seeds))].flatMap((seeds) => [...seeds]))],
    rows: judgeRows(experiment, rows, reference),
    outdated: outdated.map(({ summary }) => summary),
    earlier: earlierSettings(outdated, new Map([...all].map(([variant, { spec }]) => [variant, spec]))),
    ...(beginnings.length > 0 && { beginnings }),
    ...(fewer.length > 0 && { fewer }),
  };
}

/** What is asked for of one variant, and what was found, by seed. */
interface Asked {
  /** Of its first seed; the others differ in nothing else. */
  spec: RunSpec;
  /** As the experiment holds them. */
  settings: Settings;
  seeds: ReadonlySet<number>;
  newest: Map<number, RunSummary>;
  finished: Map<number, RunSummary>;
  beginnings: Map<number, Beginning>;
}

/** Without a spec for each seed, of which a file may have 500,000. */
function allAsked(experiment: Experiment, file: string): Map<string, Asked> {
  const seeds = new Set(experiment.seeds);
  const seed = experiment.seeds[0]!;
  return new Map(
    experiment.variants.map(({ name, settings }) => {
      const spec = { study: experiment.name, variant: name, seed, file, ...settings };
      return [name, { spec, settings, seeds, newest: new Map(), finished: new Map(), beginnings: new Map() }];
    }),
  );
}

/** Of what was found the part that is asked for. */
function askedOf(specs: readonly RunSpec[], all: ReadonlyMap<string, Asked>): Asked[] {
  const seeds = new Map<string, Set<number>>();
  for (const { variant, seed } of specs) seeds.set(variant, (seeds.get(variant) ?? new Set()).add(seed));
  return [...seeds].map(([variant, chosen]) => ({ ...all.get(variant)!, seeds: chosen }));
}

function addBeginning({ spec, beginnings }: Asked, run: RunSummary, key: string | undefined): void {
  const beginning = beginningOf({ ...spec, seed: run.seed }, run, key);
  if (beginning && beginning.epoch > (beginnings.get(run.seed)?.epoch ?? 0)) beginnings.set(run.seed, beginning);
}

/** Adds each run of the file to what is asked for; gives those whose settings nobody asks for any more. */
function addRuns(
  asked: ReadonlyMap<string, Asked>,
  experiment: Experiment,
  file: string,
  runs: readonly KeyedRun[],
): KeyedRun[] {
  const outdated: KeyedRun[] = [];
  const isOfFile = sameFileAs(file);
  const variants = new Set(experiment.variants.map(({ name }) => name));
  const wanted = [...asked.values()].reduce((sum, { seeds }) => sum + seeds.size, 0);
  const alike = (seed: number, key: string | undefined): Asked | undefined =>
    wanted <= MAX_SOUGHT
      ? [...asked.values()].find((one) => one.seeds.has(seed) && keyFor(one, seed) === key)
      : undefined;
  let tried = 0;
  for (const run of runs) {
    const { summary: found, key } = run;
    const ours = isOfFile(found);
    if (!ours && !wasOurs(found, file, experiment.name)) continue;
    const { seed } = found;
    const named = asked.get(found.variant);
    let one = named?.seeds.has(seed) ? named : undefined;
    if (!one || key !== keyFor(one, seed)) {
      // By what it is, under whatever name it was trained.
      const renamed = ours && variants.has(found.variant) ? undefined : alike(seed, key);
      if (!renamed && ours) {
        outdated.push(run);
        if (one && found.epochs < one.spec.training.epochs && tried++ < MAX_SOUGHT) addBeginning(one, found, key);
      }
      one = renamed;
    }
    if (!one) continue;
    const summary = { ...found, file, variant: one.spec.variant };
    if (isNewer(summary, one.newest.get(seed))) one.newest.set(seed, summary);
    if (summary.state === 'finished' && isNewer(summary, one.finished.get(seed))) one.finished.set(seed, summary);
  }
  return outdated;
}

/** Of the settings of a variant, as long as somebody holds the experiment: it is compared again whenever a run goes on. */
const KEYS = new WeakMap<object, { keyOf: (seed: number) => string; known: Map<number, string> }>();

/** Keys are taken where there are runs only: a file may ask for more seeds than anybody trains. */
function keyFor({ settings }: Asked, seed: number): string {
  let keys = KEYS.get(settings);
  if (!keys) {
    keys = { keyOf: runKeys(settings), known: new Map() };
    KEYS.set(settings, keys);
  }
  const key = keys.known.get(seed) ?? keys.keyOf(seed);
  keys.known.set(seed, key);
  return key;
}

/** Whether a run is of this file, whatever links lead to it. */
function sameFileAs(file: string): (run: RunSummary) => boolean {
  const real = realOf(file);
  const reals = new Map<string, string>();
  return ({ file: recorded, folder }) => {
    if (recorded === file || recorded === real) return true;
    // Elsewhere than beside the store nothing is looked for: where a run says that its file lies is its maker's choice.
    if (basename(recorded) !== basename(file) || !isBelow(recorded, dirname(storeOf(folder)))) return false;
    if (!reals.has(recorded)) reals.set(recorded, realOf(recorded));
    return reals.get(recorded) === real;
  };
}

function rowOf(experiment: Experiment, asked: Asked, partial: boolean): ComparisonRow {
  const { spec, seeds, newest, finished } = asked;
  const of = (found: ReadonlyMap<number, RunSummary>) =>
    found.size === 0 ? [] : [...seeds].flatMap((seed) => found.get(seed) ?? []);
  const changes = describeChanges(experiment, spec.variant);
  const row = comparisonRow(spec.variant, changes, of(newest), of(partial ? newest : finished));
  // What there was, not what is published: fewer samples say less.
  const there = row.results.flatMap(({ samples }) => samples?.test ?? []);
  const tested = there.length > 0 ? Math.min(...there) : shapeOf(spec.dataset).sizes.test;
  const fewer = [...new Set(fewerSamples(spec, row.results))];
  return {
    ...row,
    ...(row.accuracy && tested && { testInterval: wilson(row.accuracy.mean, tested) }),
    ...(fewer.length > 0 && { fewer }),
  };
}

/** Says where runs had fewer samples than the data set is known to have with these fields. */
function fewerSamples({ dataset }: RunSpec, results: readonly RunSummary[]): string[] {
  const { sizes } = shapeOf(dataset);
  return results.flatMap(({ samples }) => {
    const parts = (
      [
        ['train', 'training'],
        ['test', 'test'],
      ] as const
    ).flatMap(([split, word]) => {
      const had = samples?.[split];
      const all = sizes[split];
      if (had === undefined || all === undefined || had >= all) return [];
      return [`${had.toLocaleString('en')} of ${all.toLocaleString('en')} ${word}`];
    });
    if (parts.length === 0) return [];
    return [
      `Only ${parts.join(' and ')} samples of ${dataset.name} were there: these are not results on the whole of it.`,
    ];
  });
}

/** A path without links in it, as far as it exists. */
function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/**
 * Whether the file of a run is gone, and may have been this one under another name or in another place. Of a project
 * that moved only the name of the file is known, and that of the study.
 */
function wasOurs({ file, folder, study }: RunSummary, now: string, name: string): boolean {
  const root = dirname(storeOf(folder));
  if (!isBelow(realOf(now), realOf(root))) return false;
  return isBelow(file, root) ? !existsSync(file) : basename(file) === basename(now) || study === name;
}

function comparisonRow(
  variant: string,
  changes: Record<string, string>,
  runs: RunSummary[],
  counted: RunSummary[],
): ComparisonRow {
  const scored = counted.filter((run) => run.result);
  const accuracy = spread(scored.map((run) => run.result!.accuracy));
  const lastAccuracy = spread(scored.flatMap((run) => run.last?.test?.accuracy ?? []));
  const loss = spread(scored.map((run) => run.result!.loss));
  const spikeRates = layerSpreads(scored.flatMap((run) => (run.result!.spikeRates ? [run.result!.spikeRates] : [])));
  const seconds = spread(scored.map((run) => run.seconds));
  return {
    variant,
    changes,
    runs,
    results: scored,
    ...(accuracy && { accuracy }),
    ...(lastAccuracy && { lastAccuracy }),
    ...(loss && { loss }),
    ...(spikeRates && { spikeRates }),
    ...(seconds && { seconds }),
  };
}

/** One spread per layer, over the runs with as many layers as the first. */
function layerSpreads(rates: number[][]): Spread[] | undefined {
  const first = rates[0];
  if (!first) return undefined;
  const alike = rates.filter((r) => r.length === first.length);
  return first.map((_, layer) => spread(alike.map((r) => r[layer]!))!);
}
