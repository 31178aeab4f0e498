/** How long all runs of an experiment file will take on this machine. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BACKENDS } from '../backends/registry.ts';
import { reason } from '../base/files.ts';
import { engineVersion } from '../base/version.ts';
import { dataFolder } from '../datasets/library/locations.ts';
import { makespan, paceOn, sharing } from '../executors/local/estimate.ts';
import type { Pace } from '../jobs/rehearsal.ts';
import type { ExpandedVariant } from '../studies/expanded.ts';
import type { Cli } from './command.ts';
import type { Progress } from './data-progress.ts';

/** Kinds of runs that are tried. */
const TRIED = 20;

interface Options {
  /** How many each variant has. */
  seeds: number;
  /** For how long a variant is trained; 0: what was measured before counts alone. */
  seconds: number;
  /** Also where it was measured within the last day. */
  anew: boolean;
  signal: AbortSignal;
  progress: Progress;
}

export interface Estimate {
  seconds: number | null;
  cores: number;
  from: string;
}

/**
 * Seconds of a run of each variant and of all of them together, by training each variant for `seconds` in as many processes as
 * will train at once.
 */
export async function estimated(
  cli: Cli,
  variants: readonly ExpandedVariant[],
  { seeds, seconds, anew, signal, progress }: Options,
): Promise<{ perRun: (number | null)[]; estimate: Estimate }> {
  const runs = variants.length * seeds;
  const paces: (Pace | null)[] = [];
  const total = Math.min(TRIED, variants.length);
  let refusal: string | undefined;
  for (const [i, { spec, variant }] of variants.slice(0, TRIED).entries()) {
    if (seconds > 0) progress.show({ what: `trying ${variant}`, done: i, total });
    const { kernels, nativeKernels, tensorflow } = BACKENDS[spec.backend].provenance();
    const build = [engineVersion(), kernels, nativeKernels, tensorflow].join(' ');
    const file = join(dataFolder(), 'paces.json');
    try {
      // Unasked, minutes are not spent on data that no run has needed yet.
      const preparing = anew ? (text: string) => progress.show(shareIn(text)) : undefined;
      paces.push(await paceOn(spec, { lif: cli.lif, seconds, anew, runs, file, build, signal, preparing }));
    } catch (error) {
      signal.throwIfAborted();
      paces.push(null);
      refusal ??= `${variant} could not be tried: ${reason(error)}`;
    }
  }
  progress.clear();
  const known = variants.map(({ epochs }, i) => runSeconds(paces[i], epochs));
  const mean = meanOf(known);
  const all = known.map((one) => one ?? mean);
  const together = all.every((one) => one !== null)
    ? makespan(
        all.flatMap((one) => Array<number>(seeds).fill(one)),
        sharing(runs).atOnce,
      )
    : null;
  const tried = known.filter((one) => one !== null).length;
  const from =
    refusal ??
    (tried === 0
      ? 'nothing was tried; --estimate SECONDS tries each variant for so long'
      : `${tried === variants.length ? 'each variant' : `${tried} of ${variants.length} variants, the others like their mean,`} trained for a moment on this machine, as many at once as will train; early stopping and analyses not counted`);
  return { perRun: known, estimate: { seconds: together, cores: availableParallelism(), from } };
}

/** `preparing nmnist, 40 %` as what is shown of it. */
function shareIn(text: string): Parameters<Progress['show']>[0] {
  const [, what = text, percent = '0'] = /^(.*), (\d+) %$/.exec(text) ?? [];
  return { what, done: Number(percent), total: 100 };
}

const runSeconds = (pace: Pace | null | undefined, epochs: number): number | null =>
  pace ? pace.start + epochs * pace.epoch : null;

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
