/** Variants × seeds: which runs count, and what they say together. */
import type { Comparison, ComparisonRow, RunSummary, Spread } from '../../protocol/runs.ts';
import { describeChanges, expandExperiment } from '../experiment/expand.ts';
import type { Experiment, RunSpec } from '../experiment/schema.ts';
import { runKey } from './key.ts';

/** A run and the key in its run.json (absent when that is damaged). */
export interface KeyedRun {
  summary: RunSummary;
  key: string | undefined;
}

/**
 * The comparison of an experiment file as it is now, or of some `specs` out of it. A run counts when it is the newest
 * of its variant and seed with exactly these settings.
 */
export function compareExperiment(
  experiment: Experiment,
  file: string,
  runs: KeyedRun[],
  specs: RunSpec[] = expandExperiment(experiment, file),
): Comparison {
  const wanted = new Set(specs.map((spec) => slot(spec, runKey(spec))));
  const newest = new Map<string, RunSummary>();
  const outdated: RunSummary[] = [];
  for (const { summary, key } of runs) {
    if (summary.file !== file) continue;
    const place = slot(summary, key ?? '');
    if (!wanted.has(place)) outdated.push(summary);
    else if (isNewer(summary, newest.get(place))) newest.set(place, summary);
  }
  const variants = [...new Set(specs.map((spec) => spec.variant))];
  const rows = variants.map((variant) => {
    const places = specs.filter((spec) => spec.variant === variant).map((spec) => slot(spec, runKey(spec)));
    const counted = places.flatMap((place) => newest.get(place) ?? []);
    return comparisonRow(variant, describeChanges(experiment, variant), counted);
  });
  return { study: experiment.name, file, rows, outdated };
}

function slot({ variant, seed }: { variant: string; seed: number }, key: string): string {
  return JSON.stringify([variant, seed, key]);
}

function isNewer(run: RunSummary, than: RunSummary | undefined): boolean {
  return !than || run.createdAt > than.createdAt || (run.createdAt === than.createdAt && run.id > than.id);
}

function comparisonRow(variant: string, changes: Record<string, string>, runs: RunSummary[]): ComparisonRow {
  const scored = runs.filter((run) => run.result);
  const accuracy = spread(scored.map((run) => run.result!.accuracy));
  const lastAccuracy = spread(scored.flatMap((run) => run.last?.test?.accuracy ?? []));
  const loss = spread(scored.map((run) => run.result!.loss));
  const spikeRates = layerSpreads(scored.flatMap((run) => (run.result!.spikeRates ? [run.result!.spikeRates] : [])));
  const seconds = spread(scored.map((run) => run.seconds));
  return {
    variant,
    changes,
    runs,
    ...(accuracy && { accuracy }),
    ...(lastAccuracy && { lastAccuracy }),
    ...(loss && { loss }),
    ...(spikeRates && { spikeRates }),
    ...(seconds && { seconds }),
  };
}

/** Mean and sample standard deviation (n − 1); undefined for no values. */
export function spread(values: number[]): Spread | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, count };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/** One spread per layer, over the runs with as many layers as the first. */
function layerSpreads(rates: number[][]): Spread[] | undefined {
  const first = rates[0];
  if (!first) return undefined;
  const alike = rates.filter((r) => r.length === first.length);
  return first.map((_, layer) => spread(alike.map((r) => r[layer]!))!);
}
