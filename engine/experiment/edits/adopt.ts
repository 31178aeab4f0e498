/** The settings of a run written back into the file. */
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../base/errors.ts';
import { pathText, valueAt } from '../assist/describe.ts';
import { settingsOf } from '../checks/validate.ts';
import { differing } from '../differing.ts';
import { checkExperiment } from '../parse.ts';
import type { Experiment, Settings } from '../schema.ts';
import { addVariant } from './add-variant.ts';
import { setField } from './set-field.ts';

/**
 * The text in which the variant has these settings; one that the file does not have any more comes back behind the last.
 * Only fields that differ are touched, each in its line; where all variants have the value already, what the variant says
 * itself goes. Throws a UserError when the file has errors, or cannot be changed so as it is written.
 */
export function adoptSettings(text: string, file: string, variant: string, settings: Settings): string {
  const { variants } = sound(text, file);
  const known = variants.some(({ name }) => name === variant);
  const before = known ? text : addVariant(text, file, variant, {});
  const experiment = sound(before, file);
  const current = experiment.variants.find(({ name }) => name === variant)!.settings;
  const { fields } = differing([current, settings]);
  const paths = fields.map((field) => field.split('.'));
  // Where field by field does not lead there, as from one data set to another, whole sections do.
  const sections = [...new Set(paths.map(([section]) => section!))].map((section) => [section]);
  for (const attempt of [paths, sections]) {
    const changed = attempt.reduce((all, path) => {
      const wanted = valueAt(settings, path);
      const common = isDeepStrictEqual(wanted, valueAt(settingsOf(experiment), path));
      return setField(all, file, ['variants', variant, ...path], common ? undefined : wanted);
    }, before);
    const after = checkExperiment(changed, file).experiment?.variants.find(({ name }) => name === variant);
    if (isDeepStrictEqual(after?.settings, settings)) return changed;
  }
  throw new UserError(
    `The settings of that run cannot be written as the file is: ${paths.map(pathText).join(', ')}; change them in the text.`,
  );
}

function sound(text: string, file: string): Experiment {
  const { experiment, diagnostics } = checkExperiment(text, file);
  if (experiment) return experiment;
  const error = diagnostics.find(({ severity }) => severity === 'error')!;
  throw new UserError(`Line ${error.range.start.line + 1}: ${error.message} Correct it first.`);
}
