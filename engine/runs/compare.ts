/** Variants × seeds: which runs count, and what they say together. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Beginning, Comparison, ComparisonRow, RunSummary, Spread } from '../../protocol/runs.ts';
import { isNewer, spread } from '../../protocol/seeds.ts';
import { wilson } from '../claims/intervals.ts';
import { judgeRows } from '../claims/rows.ts';
import { shapeOf } from '../datasets/describe.ts';
import { describeChanges, expandExperiment } from '../experiment/expand.ts';
import type { Experiment, RunSpec } from '../experiment/schema.ts';
import { isBelow, storeOf } from './folder.ts';
import { beginningOf } from './further.ts';
import { runKey } from './key.ts';

/** In larger studies what was renamed or has fewer epochs is not looked for: it would take a key for each run. */
const MAX_SOUGHT = 2000;

/** A run and the key in its run.json (absent when that is damaged). */
export interface KeyedRun {
  summary: RunSummary;
  key: string | undefined;
}

export interface CompareOptions {
  /** Some of the runs that the file asks for; default all. */
  specs?: RunSpec[];
  /** Runs that are not finished count in means, too. */
  partial?: boolean;
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
  { specs = expandExperiment(experiment, file), partial = false }: CompareOptions = {},
): Comparison {
  const wanted = new Map(specs.map((spec) => [slot(spec), spec]));
  const newest = new Map<string, RunSummary>();
  const finished = new Map<string, RunSummary>();
  const outdated: RunSummary[] = [];
  const beginnings = new Map<string, Beginning>();
  let tried = 0;
  // Keys are taken where there are runs only: a file may ask for more seeds than anybody trains.
  const keys = new Map<string, string>();
  const keyOf = (place: string, spec: RunSpec): string => {
    const known = keys.get(place) ?? runKey(spec);
    keys.set(place, known);
    return known;
  };
  const real = realOf(file);
  const reals = new Map<string, string>();
  const isSame = ({ file: recorded, folder }: RunSummary): boolean => {
    if (recorded === real) return true;
    // Elsewhere than beside the store nothing is looked for: where a run says that its file lies is its maker's choice.
    if (basename(recorded) !== basename(file) || !isBelow(recorded, dirname(storeOf(folder)))) return false;
    if (!reals.has(recorded)) reals.set(recorded, realOf(recorded));
    return reals.get(recorded) === real;
  };
  const variants = new Set(experiment.variants.map(({ name }) => name));
  const alike = (seed: number, key: string | undefined): [string, RunSpec] | undefined =>
    wanted.size <= MAX_SOUGHT
      ? [...wanted].find(([place, spec]) => spec.seed === seed && keyOf(place, spec) === key)
      : undefined;
  for (const found of runs) {
    const { key } = found;
    const ours = found.summary.file === file || isSame(found.summary);
    if (!ours && !wasOurs(found.summary, file)) continue;
    let { summary } = found;
    let place = slot(summary);
    let spec = wanted.get(place);
    if (!spec || key !== keyOf(place, spec)) {
      // By what it is, under whatever name it was trained.
      const renamed = ours && variants.has(summary.variant) ? undefined : alike(summary.seed, key);
      if (!renamed) {
        if (ours) outdated.push(summary);
        const sought = ours && spec && summary.epochs < spec.training.epochs && tried++ < MAX_SOUGHT;
        const beginning = sought && beginningOf(spec!, summary, key);
        if (beginning && beginning.epoch > (beginnings.get(place)?.epoch ?? 0)) beginnings.set(place, beginning);
        continue;
      }
      [place, spec] = renamed;
    }
    summary = { ...summary, file, variant: spec.variant };
    if (isNewer(summary, newest.get(place))) newest.set(place, summary);
    if (summary.state === 'finished' && isNewer(summary, finished.get(place))) finished.set(place, summary);
  }
  const byVariant = new Map<string, string[]>();
  for (const [place, { variant }] of wanted) {
    const places = byVariant.get(variant);
    if (places) places.push(place);
    else byVariant.set(variant, [place]);
  }
  const rows = [...byVariant].map(([variant, places]) => {
    const of = (found: ReadonlyMap<string, RunSummary>) => places.flatMap((place) => found.get(place) ?? []);
    const row = comparisonRow(
      variant,
      describeChanges(experiment, variant),
      of(newest),
      of(partial ? newest : finished),
    );
    // What there was, not what is published: fewer samples say less.
    const there = row.results.flatMap(({ samples }) => samples?.test ?? []);
    const tested = there.length > 0 ? Math.min(...there) : shapeOf(wanted.get(places[0]!)!.dataset).sizes.test;
    return row.accuracy && tested ? { ...row, testInterval: wilson(row.accuracy.mean, tested) } : row;
  });
  const fewer = [
    ...new Set(rows.flatMap(({ results }, i) => fewerSamples(wanted.get([...byVariant.values()][i]![0]!)!, results))),
  ];
  const missing = [...beginnings].flatMap(([place, beginning]) => (newest.has(place) ? [] : [beginning]));
  return {
    study: experiment.name,
    file,
    seeds: [...new Set(specs.map(({ seed }) => seed))],
    rows: judgeRows(experiment, rows),
    outdated,
    ...(missing.length > 0 && { beginnings: missing }),
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

/** Whether the file of a run is gone, and may have been this one under another name or in another place. */
function wasOurs({ file, folder }: RunSummary, now: string): boolean {
  const root = dirname(storeOf(folder));
  if (!isBelow(realOf(now), realOf(root))) return false;
  return isBelow(file, root) ? !existsSync(file) : basename(file) === basename(now);
}

function slot({ variant, seed }: { variant: string; seed: number }): string {
  return `${seed} ${variant}`;
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
