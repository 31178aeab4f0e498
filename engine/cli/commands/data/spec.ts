import { UserError } from '../../../base/errors.ts';
import type { DatasetSpec } from '../../../datasets/sets/registry.ts';
import { applySets } from '../../../experiment/assignments.ts';
import { validateExperiment } from '../../../experiment/checks/validate.ts';

/**
 * The data set of a study that sets nothing else, so that fields are written and explained as for `lif run`.
 * @param sets fields that go over those of `dataset`, as for --set
 * @param leave fields of `dataset` that only had to be there
 */
export function specFrom(dataset: Record<string, unknown>, sets: string[], leave: string[] = []): DatasetSpec {
  const variant = 'shown';
  const study = validateExperiment({ name: variant, dataset, network: { hidden: [1] }, variants: { [variant]: {} } }, [
    variant,
  ]);
  if (!study.experiment) throw new UserError(`${study.problems[0]?.message}`);
  const kept = Object.fromEntries(Object.entries(study.experiment.dataset).filter(([name]) => !leave.includes(name)));
  const prefix = 'dataset.';
  try {
    return applySets(
      { ...study.experiment, dataset: kept as DatasetSpec },
      sets.map((field) => prefix + field),
    ).dataset;
  } catch (error) {
    // What was typed has no "dataset." before it.
    if (error instanceof UserError) throw new UserError(error.message.replace(`--set ${prefix}`, '--set '));
    throw error;
  }
}
