/** From a study to queued runs in the store: those that are missing, or all of them again. */
import { dirname } from 'node:path';
import type { Beginning, Comparison, RunSummary } from '../../protocol/runs.ts';
import { startOf } from '../../protocol/seeds.ts';
import type { RunSpec } from '../experiment/schema.ts';
import { createRuns } from '../runs/create.ts';
import { appendLog } from '../runs/log.ts';
import { uncommitted } from './git.ts';
import { checkRuns, type Study } from './load.ts';
import { provenanceOf } from './provenance.ts';

/** Warnings of a study that are noted in the log of each run, at most. */
const WARNINGS = 20;

/** What it takes to get a result for every spec. */
export interface StartPlan {
  /** Have no run with these settings, or one that failed. */
  create: RunSpec[];
  /** Of those the ones whose first epochs are there, as runs that were asked for fewer. */
  beginnings: Beginning[];
  /** Were stopped or left by their process, and go on. */
  resume: RunSummary[];
  /** Are finished with these settings. */
  finished: RunSummary[];
  /** Wait or train already. */
  active: RunSummary[];
}

/**
 * @param rows of the comparison of these specs
 * @param again also what is finished is trained, from the beginning, and what was left off begins anew
 */
export function planStart(
  specs: RunSpec[],
  { rows, beginnings = [] }: Pick<Comparison, 'rows' | 'beginnings'>,
  again = false,
): StartPlan {
  const plan: StartPlan = { create: [], beginnings: again ? [] : beginnings, resume: [], finished: [], active: [] };
  const newest = new Map(rows.flatMap(({ runs }) => runs.map((run) => [slotOf(run), run])));
  const finished = new Map(rows.flatMap(({ results }) => results.map((run) => [slotOf(run), run])));
  for (const spec of specs) {
    const run = newest.get(slotOf(spec));
    const result = finished.get(slotOf(spec));
    const start = startOf(run, result, again);
    if (start === 'create') plan.create.push(spec);
    else plan[start].push(start === 'finished' ? (result ?? run!) : run!);
  }
  return plan;
}

/** The plan when those whose first epochs are there go on from them. */
export function withBeginnings(plan: StartPlan): StartPlan {
  const begun = new Set(plan.beginnings.map(slotOf));
  return { ...plan, create: plan.create.filter((spec) => !begun.has(slotOf(spec))) };
}

function slotOf({ variant, seed }: { variant: string; seed: number }): string {
  return `${seed} ${variant}`;
}

/**
 * Checks the runs and creates them in the store, queued, with the study's warnings in their logs; returns their folders.
 * `remark` hears what has to be said of their data; the logs of the runs say it, too. Rejects with a UserError.
 */
export async function createStudyRuns(
  study: Study,
  specs: RunSpec[],
  store: string,
  remark: (sentence: string) => void = () => {},
): Promise<string[]> {
  if (specs.length === 0) return [];
  for (const sentence of await checkRuns(specs)) remark(sentence);
  const provenance = await provenanceOf(study.file, study.text);
  const changes = await uncommitted(dirname(study.file));
  const origin = { text: study.text, ...(changes !== undefined && { changes }) };
  const folders = createRuns(store, specs, ({ backend }) => provenance[backend], study.experiment.analyses, origin);
  for (const folder of folders) for (const line of study.warnings.slice(0, WARNINGS)) appendLog(folder, line);
  return folders;
}
