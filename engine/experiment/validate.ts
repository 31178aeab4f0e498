/** Everything that can be wrong with an experiment once it is plain data, with paths instead of positions. */

import { isMapping, type Mapping, namesIn, own } from './assist/describe.ts';
import { crossProblems, seedProblems } from './cross-checks.ts';
import { SETTINGS } from './json-schema.ts';
import { mergeSettings } from './merge.ts';
import { fileProblems, type Problem, variantProblems } from './problems.ts';
import {
  type Experiment,
  experimentSchema,
  MAX_VARIANTS,
  type Settings,
  settingsSchema,
  type Variant,
} from './schema.ts';

export interface Verdict {
  problems: Problem[];
  /** With every default filled in; absent when there are errors. */
  experiment?: Experiment;
}

/**
 * Checks a file. `order`: the names of its variants as they stand there, since an object brings names that are numbers
 * to the front.
 */
export function validateExperiment(raw: unknown, order: readonly string[] = namesIn(own(raw, 'variants'))): Verdict {
  const parsed = experimentSchema.safeParse(raw);
  const problems = parsed.success ? [] : fileProblems(parsed.error.issues, raw);
  if (parsed.success) problems.push(...crossProblems(parsed.data), ...seedProblems(parsed.data.seeds));
  // Variants go over the defaults too, so that they mean the same here as when they are run.
  const base = settingsOf(parsed.success ? parsed.data : raw);
  const seen = new Map<string, string>();
  const variants: Variant[] = [];
  for (const [name, override] of variantsOf(raw, order)) {
    const merged = mergeSettings(base, override);
    const settings = settingsSchema.safeParse(merged);
    if (!settings.success) problems.push(...variantProblems(settings.error.issues, merged, name));
    else {
      variants.push({ name, override, settings: settings.data });
      const found = [...crossProblems(settings.data), ...idleNeuron(settings.data, override)];
      problems.push(...found.map((problem) => ({ ...problem, variant: name })));
      const twin = twinOf(settings.data, name, seen);
      if (twin) problems.push(twin);
    }
  }
  const failed = !parsed.success || problems.some(({ severity }) => severity === 'error');
  return failed ? { problems } : { problems, experiment: { ...parsed.data, variants } };
}

/** The part of a file that variants can override. */
export function settingsOf(file: unknown): Mapping {
  return Object.fromEntries(
    SETTINGS.flatMap((name) => {
      const value = own(file, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function variantsOf(raw: unknown, order: readonly string[]): [string, Mapping][] {
  const usable = order.flatMap((name): [string, Mapping][] => {
    const override = own(own(raw, 'variants'), name);
    if (override === null) return [[name, {}]];
    return isMapping(override) ? [[name, override]] : [];
  });
  return usable.slice(0, MAX_VARIANTS);
}

/** What a variant says of the neuron, though its model has none. */
function idleNeuron({ model }: Settings, override: Mapping): Problem[] {
  if (model === 'lif' || own(override, 'neuron') === undefined) return [];
  const message = `The settings under \`neuron\` change nothing here: ${model === 'gru' ? 'a' : 'an'} ${model} has no spiking neurons; remove them, or take model: lif.`;
  return [{ path: ['neuron'], place: 'name', severity: 'warning', message }];
}

function twinOf(settings: Settings, name: string, seen: Map<string, string>): Problem | undefined {
  const text = JSON.stringify(settings);
  const twin = seen.get(text);
  if (twin === undefined) {
    seen.set(text, name);
    return undefined;
  }
  const message = `The variant \`${name}\` has the same settings as \`${twin}\`, so its runs will be the same.`;
  return { path: ['variants', name], place: 'name', severity: 'warning', message };
}
