import { basename } from 'node:path';
import { Refusal } from '../../protocol/calls.ts';
import type { Checked } from '../../protocol/experiment.ts';
import type { HostParams } from '../../protocol/host.ts';
import { type Beginning, type Comparison, isActive } from '../../protocol/runs.ts';
import { byEpochs, startOf } from '../../protocol/seeds.ts';
import { count } from '../base/text.ts';
import { t } from '../base/words.ts';
import { howToTrain } from './how-to-train.ts';
import type { CommandContext } from './table.ts';

/** Variants and seeds; all of those in the file when absent. `again`: also what is finished already. */
export interface Wanted {
  variants?: string[];
  seeds?: number[];
  again?: boolean;
}

/** What is asked of the query process to get every wanted result. */
export interface RequestPlan {
  /** Runs that were stopped or whose process is gone go on where they were. */
  resume: string[];
  /** Seeds that have no run with the settings of the file, or one that failed, by variant. */
  start: Map<string, number[]>;
  /** Those whose first epochs are there, as runs that were asked for fewer: not in `start`. */
  beginnings: Beginning[];
  /** Wanted runs that are finished with these settings. */
  finished: number;
  /** Variants and seeds that are running or queued, with these settings or earlier ones. */
  busy: number;
}

/**
 * What is missing or outdated of what is wanted.
 * @param active runs of the file that go on, with whatever settings
 */
export function planRequests(
  { rows, beginnings = [] }: Pick<Comparison, 'rows' | 'beginnings'>,
  active: readonly { variant: string; seed: number }[],
  seeds: readonly number[],
  { variants, seeds: wantedSeeds = [...seeds], again = false }: Wanted,
): RequestPlan {
  const plan: RequestPlan = { resume: [], start: new Map(), beginnings: [], finished: 0, busy: 0 };
  const going = new Set(active.map(({ variant, seed }) => `${seed} ${variant}`));
  for (const { variant, runs, results } of rows) {
    if (variants && !variants.includes(variant)) continue;
    const newest = new Map(runs.map((run) => [run.seed, run]));
    const finished = new Map(results.map((run) => [run.seed, run]));
    const missing: number[] = [];
    for (const seed of wantedSeeds) {
      const run = newest.get(seed);
      // With earlier settings, too: what goes on under this name is not started beside itself.
      const start = going.has(`${seed} ${variant}`) ? 'active' : startOf(run, finished.get(seed), again);
      const beginning = again ? undefined : beginnings.find((one) => one.variant === variant && one.seed === seed);
      if (start === 'active') plan.busy++;
      else if (beginning) plan.beginnings.push(beginning);
      else if (start === 'create') missing.push(seed);
      else if (start === 'finished') plan.finished++;
      else plan.resume.push(run!.id);
    }
    if (missing.length > 0) plan.start.set(variant, missing);
  }
  return plan;
}

/**
 * Saves the file, starts what is missing or outdated of what is wanted and goes on with what was left off; asks when
 * all of it is finished already.
 * @returns ids of the runs that are started or go on; none when the user turned away.
 * @throws Refusal when the file is not valid or everything runs already.
 */
export async function start(context: CommandContext, file: string, wanted: Wanted): Promise<string[]> {
  const { workbench, host, runs } = context;
  const text = await workbench.savedText(file);
  const { seeds } = await checkedOutline(context, file, text);
  const comparison = await host.request('runs/compare', { file, text });
  const active = runs.ofFile(file).filter((run) => isActive(run.state));
  let plan = planRequests(comparison, active, seeds, wanted);
  if (plan.start.size === 0 && plan.resume.length === 0 && plan.beginnings.length === 0) {
    if (plan.finished === 0)
      throw new Refusal(t('{0}: already running; stop it first to run it again.', nameOf(wanted, file)));
    if (!(await mayRepeat(context, plan.finished, wanted))) return [];
    plan = planRequests(comparison, active, seeds, { ...wanted, again: true });
  } else if (wanted.again && !(await mayRepeat(context, sizeOf(plan), wanted))) return [];
  const further = await goOn(context, plan);
  if (further === undefined) return [];
  if (!further) plan = planRequests({ rows: comparison.rows }, active, seeds, wanted);
  const settings = workbench.settings();
  if (settings.showCurvesOnRun) await workbench.openView(file, 'curves', true);
  const common = howToTrain(settings);
  const size = sizeOf(plan) + plan.resume.length + plan.beginnings.length;
  return workbench.busy(t('Starting {0}', count(size, 'run')), async () => {
    const ids = [...plan.resume];
    if (ids.length > 0) await putBack(context, { runIds: plan.resume, ...common });
    for (const [epochs, runIds] of byEpochs(plan.beginnings)) {
      await putBack(context, { runIds, epochs, ...common });
      ids.push(...runIds);
    }
    for (const group of bySeeds(plan.start)) {
      const store = workbench.storeFor(file);
      ids.push(...(await host.request('runs/start', { file, text, store, ...group, ...common })).runIds);
    }
    return ids;
  });
}

/** Puts runs back into the queue, and says of which the beginning is lost. */
export async function putBack(
  { host, workbench }: Pick<CommandContext, 'host' | 'workbench'>,
  asked: HostParams<'runs/resume'>,
): Promise<void> {
  const { anew = [] } = await host.request('runs/resume', asked);
  if (anew.length === 0) return;
  workbench.tell(
    anew.length === 1
      ? t('No whole checkpoint of 1 run is left: it begins anew.')
      : t('No whole checkpoint of {0} is left: they begin anew.', count(anew.length, 'run')),
  );
}

/**
 * Whether runs of fewer epochs go on to those of the file, which makes them runs of more; undefined when the user turned
 * away.
 */
async function goOn({ workbench }: CommandContext, { beginnings }: RequestPlan): Promise<boolean | undefined> {
  if (beginnings.length === 0) return true;
  const [least, most] = [Math.min(...beginnings.map((b) => b.epoch)), Math.max(...beginnings.map((b) => b.epoch))];
  const done = least === most ? `${least}` : t('{0} to {1}', least, most);
  const question =
    beginnings.length === 1
      ? t('Go on from the {0} epochs that 1 run has done?', done)
      : t('Go on from the {0} epochs that {1} have done?', done, count(beginnings.length, 'run'));
  const detail = t(
    'Nothing but training.epochs differs, so the first epochs are the same to the bit. A run that goes on becomes one of more epochs: its result with fewer is then a point of its curves.',
  );
  const answer = await workbench.choose(question, detail, [t('Go On'), t('From the Beginning')]);
  return answer === undefined ? undefined : answer === t('Go On');
}

function mayRepeat({ workbench }: CommandContext, n: number, wanted: Wanted): Promise<boolean> {
  const detail = t('Results there are stay in the store; the new runs take their place in views and comparisons.');
  const [variant] = wanted.variants?.length === 1 ? wanted.variants : [];
  const question =
    variant === undefined
      ? t('Train {0} again, from the beginning?', count(n, 'run'))
      : t('Train {0} of {1} again, from the beginning?', count(n, 'run'), variant);
  return workbench.confirm(question, detail, t('Train Again'));
}

function sizeOf({ start }: RequestPlan): number {
  return [...start.values()].reduce((sum, seeds) => sum + seeds.length, 0);
}

function nameOf({ variants }: Wanted, file: string): string {
  return variants?.join(', ') || basename(file);
}

/** One request for all variants that lack the same seeds. */
function bySeeds(start: ReadonlyMap<string, number[]>): { variants: string[]; seeds: number[] }[] {
  const groups = new Map<string, { variants: string[]; seeds: number[] }>();
  for (const [variant, seeds] of start) {
    const key = seeds.join();
    const group = groups.get(key) ?? { variants: [], seeds };
    group.variants.push(variant);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** @throws Refusal, after the first error is shown, when the file cannot run. */
async function checkedOutline(
  { workbench, host }: CommandContext,
  file: string,
  text: string,
): Promise<NonNullable<Checked['outline']>> {
  const checked = await host.request('experiment/check', { file, text });
  const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0 && checked.outline !== undefined) return checked.outline;
  await workbench.showProblems(file, checked);
  const [first] = errors;
  if (first === undefined) throw new Refusal(t('{0} cannot run: it is no experiment file.', basename(file)));
  throw new Refusal(
    t(
      '{0} cannot run: {1}, the first in line {2}: {3}',
      basename(file),
      count(errors.length, 'error'),
      first.range.start.line + 1,
      first.message,
    ),
  );
}
