import type { ExperimentEdit, TextEdit } from '../../../protocol/experiment.ts';
import { UserError } from '../../base/errors.ts';
import { parseSource, plain } from '../text/source.ts';
import { LineIndex } from '../text/text.ts';
import { addVariant } from './add-variant.ts';
import { addGrid } from './grid.ts';
import { editsBetween } from './replacement.ts';
import { setFields } from './set-field.ts';
import { duplicateVariant, moveVariant, removeVariants, renameVariant } from './variants.ts';

/** What a change makes of the text. Throws a UserError with a sentence for whoever made it. */
export function applyEdit(text: string, file: string, edit: ExperimentEdit): TextEdit[] {
  return editsBetween(text, changed(text, file, edit));
}

function changed(text: string, file: string, edit: ExperimentEdit): string {
  switch (edit.kind) {
    case 'set': {
      const value = edit.text === null ? undefined : typedValue(edit.text);
      const field = edit.field.split('.');
      const paths = edit.variants.map((variant) => (variant === null ? field : ['variants', variant, ...field]));
      return setFields(text, file, paths, value);
    }
    case 'add':
      return addVariant(text, file, edit.name, edit.override);
    case 'duplicate':
      return duplicateVariant(text, file, edit.variant, edit.name);
    case 'rename':
      return renameVariant(text, file, edit.variant, edit.name);
    case 'remove':
      return removeVariants(text, file, edit.variants);
    case 'move':
      return moveVariant(text, file, edit.variant, edit.to);
    case 'grid':
      return addGrid(text, file, edit.variant, edit.axes);
  }
}

/** A value as one types it into a cell. */
function typedValue(typed: string): unknown {
  const { root, problems } = parseSource(typed, '');
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong) throw new UserError(`"${typed.slice(0, 60)}" is no value: ${wrong.message}`);
  if (new LineIndex(typed).position(typed.length).line > 0) throw new UserError('A value is written on one line here.');
  return root ? plain(root) : null;
}
