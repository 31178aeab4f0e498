/** How long the runs that a file lacks will take, by how long those that it has took on this machine. */
import type { Outlook } from '../../protocol/experiment.ts';
import { type Comparison, isActive, type RunSummary } from '../../protocol/runs.ts';
import { meanOf } from '../../protocol/statistics.ts';
import { makespan, sharing } from '../executors/local/estimate.ts';
import type { Experiment } from '../experiment/schema.ts';

/** Undefined while no run of the file, with its settings as they are, has done an epoch. Early stopping is not foreseen. */
export function outlookOf(
  { variants }: Pick<Experiment, 'variants'>,
  { rows, seeds }: Comparison,
): Outlook | undefined {
  // NaN of a variant that has done no epoch.
  const known = rows.map(({ runs }) => meanOf(runs.flatMap(paceOf)));
  const mean = meanOf(known.filter((pace) => !Number.isNaN(pace)));
  if (Number.isNaN(mean)) return undefined;
  const perRun = rows.map(({ variant }, i) => {
    const epochs = variants.find(({ name }) => name === variant)?.settings.training.epochs ?? 0;
    return (Number.isNaN(known[i]!) ? mean : known[i]!) * epochs;
  });
  const missing = rows.flatMap(({ runs, results }, i) =>
    seeds.flatMap((seed) => {
      if (results.some((run) => run.seed === seed)) return [];
      const begun = runs.find((run) => run.seed === seed && (isActive(run.state) || run.state === 'stopped'));
      return [perRun[i]! * (1 - (begun?.progress ?? 0))];
    }),
  );
  const seconds = missing.length === 0 ? 0 : makespan(missing, sharing(missing.length).atOnce);
  return { perRun: meanOf(perRun), missing: missing.length, seconds };
}

/** Seconds of an epoch; nothing of a run that has done none. */
function paceOf({ epoch, seconds }: RunSummary): number[] {
  return epoch > 0 && seconds > 0 ? [seconds / epoch] : [];
}
