import { UserError } from '../../base/errors.ts';
import { plain } from '../text/source.ts';
import { namesOf, replaced, rootOf, variantsOf, verifiedData, written } from './replacement.ts';
import { addedEntry } from './set-field.ts';

/**
 * The text with a variant behind the last one. The file may have errors other than those of syntax. Throws a UserError when
 * there is a variant of that name.
 */
export function addVariant(text: string, file: string, name: string, override: Record<string, unknown>): string {
  const root = rootOf(text, file);
  const names = namesOf(root);
  if (names.includes(name)) throw new UserError(`There is a variant "${name}" already; give the new one another name.`);
  const entry = `${written(name, file)}: ${written(override, file)}`;
  const changed = replaced(text, addedEntry(text, variantsOf(root), entry));
  const data = plain(root) as { variants: Record<string, unknown> };
  const meant = { data: { ...data, variants: { ...data.variants, [name]: override } }, variants: [...names, name] };
  return verifiedData(
    changed,
    file,
    meant,
    `The variant cannot be added as the file is written; write below variants: ${entry}`,
  );
}
