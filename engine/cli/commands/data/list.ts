import { usableDataFolder } from '../../../datasets/data-folder.ts';
import { CATALOGUE, type CatalogueEntry } from '../../../datasets/library/catalogue.ts';
import { folderOf, type Glance, glance } from '../../../datasets/library/obtain.ts';
import { type Command, jsonOption } from '../../command.ts';
import { printJson, printLines } from '../../output.ts';
import { table } from '../../text.ts';

export const dataListCommand: Command = {
  name: 'data list',
  usage: '',
  summary: 'Lists the data sets, and which of them are on this machine.',
  example: 'lif data list --json',
  positionals: [0, 0],
  options: { json: jsonOption },
  async run(_cli, input) {
    const folder = usableDataFolder();
    const rows = await dataRows(CATALOGUE);
    if (input.flag('json')) printJson(rows);
    else {
      const cells = rows.map((row) => [row.name, row.state, row.licence, row.title]);
      printLines([...table(['name', 'state', 'licence', 'title'], cells), '', `Data folder: ${folder}`]);
    }
    return 0;
  },
};

/** What is to be told of each data set. */
export function dataRows(catalogue: CatalogueEntry[]) {
  return Promise.all(
    catalogue.map(async (entry) => ({
      name: entry.name,
      title: entry.title,
      state: entry.generated ? 'generated' : stateOf(await glance(entry)),
      licence: entry.licence,
      folder: entry.generated ? null : folderOf(entry),
    })),
  );
}

const stateOf = ({ problem, remarks }: Glance): string =>
  problem !== undefined ? 'not here' : remarks.length > 0 ? 'incomplete' : 'ready';
