/** From an experiment to the runs it asks for, and to what its variants change. */
import { UserError } from '../base/errors.ts';
import { isMapping, own, type Path, pathText } from './assist/describe.ts';
import { nearest } from './assist/suggest.ts';
import { settingsOf } from './checks/validate.ts';
import type { Experiment, RunSpec, Variant } from './schema.ts';
import { flowText } from './text/flow-text.ts';

export interface Selection {
  /** Names of variants; all of them when absent or empty. */
  variants?: readonly string[] | undefined;
  /** Seeds of the file; all of them when absent or empty. */
  seeds?: readonly number[] | undefined;
}

/**
 * One run per variant and seed, variants in the order of the file and their seeds together.
 * `file` is the absolute path of the experiment file. Throws a UserError for a variant or seed that is not in it.
 */
export function expandExperiment(experiment: Experiment, file: string, selection: Selection = {}): RunSpec[] {
  const variants = chosenVariants(experiment, selection.variants ?? []);
  const seeds = chosenSeeds(experiment, selection.seeds ?? []);
  return variants.flatMap(({ name, settings }) =>
    seeds.map((seed) => ({ study: experiment.name, variant: name, seed, file, ...settings })),
  );
}

/** What a variant changes against the settings of the file: dotted path → value as it would be written. */
export function describeChanges(experiment: Experiment, variant: string): Record<string, string> {
  const changes: Record<string, string> = {};
  const { settings } = experiment.variants.find(({ name }) => name === variant)!;
  collectChanges(settingsOf(experiment), settings, [], changes);
  return changes;
}

function collectChanges(before: unknown, after: unknown, path: Path, changes: Record<string, string>): void {
  if (isMapping(before) && isMapping(after)) {
    for (const [key, value] of Object.entries(after)) collectChanges(own(before, key), value, [...path, key], changes);
  } else if (flowText(before) !== flowText(after)) changes[pathText(path)] = flowText(after);
}

function chosenVariants({ variants }: Experiment, wanted: readonly string[]): Variant[] {
  const names = variants.map(({ name }) => name);
  for (const name of wanted)
    if (!names.includes(name)) {
      const guess = nearest(name, names);
      const hint = guess === undefined ? '' : `; did you mean "${guess}"`;
      throw new UserError(`There is no variant "${name}"${hint}; the file has ${listed(names.map((n) => `"${n}"`))}.`);
    }
  return wanted.length === 0 ? variants : variants.filter(({ name }) => wanted.includes(name));
}

function chosenSeeds({ seeds }: Experiment, wanted: readonly number[]): number[] {
  for (const seed of wanted)
    if (!seeds.includes(seed))
      throw new UserError(
        `There is no seed ${seed} in the file, which has ${listed(seeds.map(String))}; add it to \`seeds\`.`,
      );
  return wanted.length === 0 ? [...seeds] : seeds.filter((seed) => wanted.includes(seed));
}

function listed(items: string[]): string {
  return items.length <= 20 ? items.join(', ') : `${items.slice(0, 20).join(', ')} and ${items.length - 20} more`;
}
