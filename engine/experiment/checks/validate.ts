/** Everything that can be wrong with an experiment once it is plain data, with paths instead of positions. */
import type { NetworkPlan } from '../../models/plan.ts';
import { isMapping, type Mapping, namesIn, own } from '../assist/describe.ts';
import { expectationProblems } from '../expectations.ts';
import { SETTINGS } from '../json-schema.ts';
import { meaningOf } from '../meaning.ts';
import { mergeSettings } from '../merge.ts';
import { type Experiment, experimentSchema, MAX_VARIANTS, settingsSchema, type Variant } from '../schema.ts';
import { checkSettings, seedProblems } from './cross-checks.ts';
import { readoutProblems, tableProblems } from './hints.ts';
import { idleProblems } from './idle.ts';
import { fileProblems, type Problem, variantProblems } from './problems.ts';

export interface Verdict {
  problems: Problem[];
  /** What holds for all variants; with the defaults where the file is sound. */
  base: Mapping;
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
  if (parsed.success) {
    problems.push(...checkSettings(parsed.data).problems, ...tableProblems(raw, parsed.data));
    problems.push(...seedProblems(parsed.data.seeds), ...expectationProblems(parsed.data.expect, order));
  }
  // Variants go over the defaults too, so that they mean the same here as when they are run.
  const base = settingsOf(parsed.success ? parsed.data : raw);
  const twins = new Twins();
  const variants: Variant[] = [];
  for (const [name, override] of variantsOf(raw, order)) {
    const merged = mergeSettings(base, override);
    const { success, data: settings, error } = settingsSchema.safeParse(merged);
    if (!success) {
      problems.push(...variantProblems(error.issues, merged, name));
      continue;
    }
    const variant = { name, override, settings };
    variants.push(variant);
    const { problems: found, plan } = checkSettings(settings);
    problems.push(...found.map((problem) => ({ ...problem, variant: name })), ...readoutProblems(variant, base));
    if (plan) problems.push(...twins.problems(variant, plan));
  }
  problems.push(...idleProblems(raw, variants));
  const failed = !parsed.success || problems.some(({ severity }) => severity === 'error');
  return failed ? { problems, base } : { problems, base, experiment: { ...parsed.data, variants } };
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

/** Variants by what they mean: their network, and the rest without the fields that change nothing. */
class Twins {
  private readonly seen = new Map<string, Variant>();

  problems(variant: Variant, plan: NetworkPlan): Problem[] {
    const meaning = meaningOf(variant.settings, plan);
    const twin = this.seen.get(meaning);
    this.seen.set(meaning, twin ?? variant);
    if (!twin) return [];
    const alike = JSON.stringify(twin.settings) === JSON.stringify(variant.settings);
    const what = alike ? 'has the same settings as' : 'means the same as';
    const why = alike ? '' : ', since what differs changes nothing';
    const message = `The variant \`${variant.name}\` ${what} \`${twin.name}\`${why}, so its runs will be the same.`;
    return [{ path: ['variants', variant.name], place: 'name', severity: 'warning', message }];
  }
}
