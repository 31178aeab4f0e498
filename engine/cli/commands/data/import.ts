import { basename, resolve } from 'node:path';
import type { CatalogueEntry } from '../../../datasets/library/catalogue.ts';
import { importDataset } from '../../../datasets/library/import.ts';
import { folderOf, glance, type ObtainOptions } from '../../../datasets/library/obtain.ts';
import { checkFiles } from '../../../datasets/library/verify.ts';
import { type Command, jsonOption } from '../../command.ts';
import { interruptible } from '../../data-progress.ts';
import { printJson, say } from '../../output.ts';
import { about, namedEntry } from './entry.ts';

export const dataImportCommand: Command = {
  name: 'data import',
  usage: 'NAME PATH',
  summary: 'Takes over an archive, a file or a folder of a data set that you have.',
  example: 'lif data import dvs128-gesture DvsGesture.tar.gz',
  positionals: [2, 2],
  options: { json: jsonOption },
  async run(_cli, input) {
    const entry = namedEntry(input);
    about(entry);
    return interruptible(async (signal, progress) => {
      const options = { signal, onNote: progress.say, onProgress: progress.show };
      const absent = await importDataset(entry, resolve(input.positionals[1]!), options);
      const { remarks } = await glance(entry);
      const others = absent ? [] : await notPublished(entry, options);
      progress.clear();
      if (absent) say(`Imported, but not complete: ${absent}`);
      else if (remarks.length + others.length === 0) say(`${entry.title} is ready in ${folderOf(entry)}.`);
      else say(`${entry.title} was imported to ${folderOf(entry)}. It can be read, but:`);
      for (const sentence of [...remarks, ...others]) say(sentence);
      if (input.flag('json')) printJson({ name: entry.name, folder: folderOf(entry), missing: absent ?? null });
      return absent ? 1 : 0;
    });
  },
};

/** Files that a sentence names; of more it says how many. */
const NAMED = 5;

/** What is to be said of files that are not known to be the published ones. */
async function notPublished(entry: CatalogueEntry, options: ObtainOptions): Promise<string[]> {
  const files = await checkFiles(entry, folderOf(entry), options);
  const without = files.filter(({ published }) => published === undefined);
  const sentences = files
    .filter(({ md5, published }) => published !== undefined && md5 !== published)
    .map(({ file, published }) => `${file}: is not the published file, whose MD5 is ${published}.`);
  if (files.length === 0 || without.length > 0) {
    const which =
      without.length > NAMED ? `${without.length} files` : without.map(({ file }) => basename(file)).join(', ');
    sentences.push(
      `For ${files.length === 0 ? 'its recordings' : which} there is no published checksum, so that the content was not checked.`,
    );
  }
  return sentences;
}
