/** Which lengths of a step are asked, and what they make of the settings. */
import { refuseImpossible, shapeOf } from '../../datasets/describe.ts';
import { atResolution } from '../../datasets/prepare.ts';
import type { RunSpec } from '../../experiment/schema.ts';

/** Steps of a sample at most, as the event lists of the engine. */
const MAX_STEPS = 65_535;

/** Milliseconds of a step in training; 1 of generated data, which have a clock of their own. Throws a UserError for data without one. */
export function trainedAt({ dataset }: RunSpec): number {
  const dt = ('dt' in dataset ? dataset.dt : undefined) ?? 1;
  // Refuses in a sentence what cannot be cut otherwise.
  atResolution(dataset, dt);
  return dt;
}

/** Ascending, the one in training among them. Factors that leave less than a step, or too many, are left out. */
export function lengthsOf(spec: RunSpec, { dts, factors }: { dts: number[]; factors: number[] }): number[] {
  const dt = trainedAt(spec);
  const covered = dt * shapeOf(spec.dataset).steps;
  const asked =
    dts.length > 0
      ? dts
      : factors.map((factor) => factor * dt).filter((one) => one <= covered && covered / one <= MAX_STEPS);
  // 3·(5/3) is 5.
  const exact = asked.map((one) => Number(one.toPrecision(12)));
  return [...new Set([dt, ...exact])].sort((a, b) => a - b);
}

/** The settings with steps of `dt` ms over the same time, the readout's window included. Throws a UserError. */
export function specAt(spec: RunSpec, dt: number): RunSpec {
  const dataset = atResolution(spec.dataset, dt);
  refuseImpossible(dataset);
  const { readout } = spec.network;
  if (!('window' in readout) || readout.window === undefined) return { ...spec, dataset };
  const { steps } = shapeOf(dataset);
  const window = Math.min(steps, Math.max(1, Math.round((readout.window * trainedAt(spec)) / dt)));
  return { ...spec, dataset, network: { ...spec.network, readout: { ...readout, window } } };
}
