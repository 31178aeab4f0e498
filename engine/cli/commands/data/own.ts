/** `lif data show PATH`: what your own data tell, as the fields of a study. */
import { relative, resolve } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import type { CatalogueEntry } from '../../../datasets/library/catalogue.ts';
import { type FoundFields, findFields } from '../../../datasets/sets/events/found.ts';
import { type DatasetSpec, definitionOf } from '../../../datasets/sets/registry.ts';
import { flowText } from '../../../experiment/text/flow-text.ts';
import type { Input } from '../../command.ts';
import { printable } from '../../text.ts';
import { looksLikePath } from './entry.ts';
import { specFrom } from './spec.ts';

export const OWN: CatalogueEntry = { name: 'events', ...definitionOf({ name: 'events' }).source };

/** The file or folder that is asked about; undefined for the name of a data set. Throws a UserError. */
export function ownPath(input: Input): string | undefined {
  const name = input.positionals[0]!;
  if (name === 'events') {
    const path = input.text('path');
    if (path === undefined)
      throw new UserError('Your own data lie in a file or folder: write its path, as in lif data show my-data.npz.');
    return path;
  }
  return looksLikePath(name) ? name : undefined;
}

interface Shown {
  /** Absent while something has to be asked. */
  spec?: DatasetSpec;
  lines: string[];
  json: { found: string; dataset: object; classNames: (string | number)[]; asked: Record<string, string> };
}

/** Only what has to be there for a spec to be complete. */
const PLACEHOLDERS = { input: { channels: 2 }, classes: 2, steps: 1 };

/** What the files tell, with the fields of `--set` over it. Rejects with a UserError. */
export async function findOwn(path: string, input: Input, file: string): Promise<Shown> {
  const near = relative(process.cwd(), resolve(path)) || '.';
  const sets = input.texts('set');
  const names = sets.map((text) => /^\w+/.exec(text)?.[0]);
  const stated = specFrom(
    { name: 'events', path: near, ...PLACEHOLDERS },
    sets,
    ['input'].filter((name) => names.includes(name)),
  );
  const wanted = Object.fromEntries(Object.entries(stated).filter(([name]) => name === 'path' || names.includes(name)));
  const found = await findFields(wanted as Parameters<typeof findFields>[0], file);
  const dataset = { name: 'events', path: near, ...wanted, ...found.fields };
  const open = Object.keys(found.asked).filter((name) => name !== 'input');
  const json = { found: found.what, dataset, classNames: found.classNames, asked: found.asked };
  const lines = linesOf(found, dataset);
  return open.length > 0 ? { lines, json } : { spec: specFrom(dataset, []), lines, json };
}

function linesOf({ what, classNames, asked }: FoundFields, dataset: object): string[] {
  const names = classNames.slice(0, 40).map((name) => printable(String(name)));
  return [
    `Found: ${what}; labels ${names.join(', ')}${classNames.length > 40 ? ' …' : ''}.`,
    ...Object.values(asked),
    '',
    'dataset:',
    ...Object.entries(dataset).map(([name, value]) => `  ${name}: ${flowText(value)}`),
  ];
}
