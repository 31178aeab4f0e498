import type { TextEdit } from '../../../protocol/experiment.ts';
import { UserError } from '../../base/errors.ts';
import { checkExperiment } from '../parse.ts';
import { endOfLine, type Insertion, isFlow, lineBreak, rootOf, verified, written } from './insertion.ts';

/**
 * The edit that adds a variant behind the last one of a file that has no errors. Throws a UserError when there is one of
 * that name, when its settings are not allowed, or when the file has errors.
 */
export function addVariant(text: string, file: string, name: string, override: Record<string, unknown>): TextEdit[] {
  const { experiment } = checkExperiment(text, file);
  if (!experiment) throw new UserError('The file has errors; correct them before a variant is added.');
  if (experiment.variants.some((variant) => variant.name === name))
    throw new UserError(`There is a variant "${name}" already; give the new one another name.`);
  const entry = `${written(name, file)}: ${written(override, file)}`;
  const names = [...experiment.variants.map((variant) => variant.name), name];
  return verified(
    text,
    file,
    insertionOf(text, file, entry),
    (changed) => changed.variants.map((variant) => variant.name).join('\n') === names.join('\n'),
    `The variant cannot be added as the file is written; write below variants: ${entry}`,
  );
}

function insertionOf(text: string, file: string, entry: string): Insertion {
  const variants = rootOf(text, file).entries.get('variants')?.value;
  const last = variants?.kind === 'mapping' ? [...variants.entries.values()].at(-1) : undefined;
  if (!variants || !last) throw new UserError('The file has no variants; write `variants: { baseline: {} }` first.');
  const { key, value } = last;
  // An empty value may stand nowhere.
  const end = Math.max(key.end, value.end);
  if (isFlow(text, variants))
    return { at: key.start + text.slice(key.start, end).trimEnd().length, text: `, ${entry}` };
  const start = Math.max(text.lastIndexOf('\n', key.start), text.lastIndexOf('\r', key.start)) + 1;
  const indent = /^\s*/.exec(text.slice(start, key.start))![0];
  return { at: endOfLine(text, key.start, end), text: `${lineBreak(text)}${indent}${entry}` };
}
