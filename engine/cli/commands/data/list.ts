import { usableDataFolder } from '../../../datasets/data-folder.ts';
import { CATALOGUE } from '../../../datasets/library/catalogue.ts';
import { dataRows } from '../../../datasets/library/listing.ts';
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
    if (input.flag('json'))
      printJson(rows.map(({ name, title, state, licence, folder }) => ({ name, title, state, licence, folder })));
    else {
      const cells = rows.map((row) => [row.name, row.state, row.licence, row.title]);
      printLines([...table(['name', 'state', 'licence', 'title'], cells), '', `Data folder: ${folder}`]);
    }
    return 0;
  },
};
