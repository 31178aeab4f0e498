/** What an experiment file comes to: its variants with their seeds and the size of their networks. */
import { UserError } from '../base/errors.ts';
import { shapeOf } from '../datasets/describe.ts';
import { expandExperiment } from '../experiment/expand.ts';
import type { Experiment, RunSpec } from '../experiment/schema.ts';
import { planNetwork } from '../models/build/network.ts';
import { countOf } from '../models/parameters.ts';

/** Seeds of a variant that are told one by one. */
const TOLD_SEEDS = 1000;

export interface ExpandedVariant {
  variant: string;
  seeds: number[];
  epochs: number;
  /** Numbers that are trained; null where the shape of the data is known to its files alone. */
  parameters: number | null;
  /** Of its first seed. */
  spec: RunSpec;
}

/** Throws a UserError where a network cannot be built. */
export function expandVariants(experiment: Experiment, file: string): ExpandedVariant[] {
  return expandExperiment(experiment, file, { seeds: experiment.seeds.slice(0, 1) }).map((spec) => ({
    variant: spec.variant,
    seeds: experiment.seeds.slice(0, TOLD_SEEDS),
    epochs: spec.training.epochs,
    parameters: parametersOf(spec),
    spec,
  }));
}

function parametersOf(spec: RunSpec): number | null {
  const shape = shapeOf(spec.dataset);
  if (!Number.isInteger(shape.inputs) || !Number.isInteger(shape.classes)) return null;
  try {
    return countOf(planNetwork(spec, shape));
  } catch (error) {
    // Said with line and column by the checks of the file, or when the data are opened.
    if (error instanceof UserError) return null;
    throw error;
  }
}
