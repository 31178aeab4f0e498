/** What an experiment file comes to: its variants with their seeds and the size of their networks. */
import { expandExperiment } from '../experiment/expand.ts';
import { parametersOf } from '../experiment/insight/parameters.ts';
import type { Experiment, RunSpec } from '../experiment/schema.ts';

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
