import { openStore } from '../../runs/store.ts';
import { type Command, jsonOption, storeOption } from '../command.ts';
import { printJson, printLines, say } from '../output.ts';
import { remarkLines, runLines } from '../reports.ts';

export const listCommand: Command = {
  name: 'list',
  usage: '',
  summary: 'Lists the runs of a store, oldest first.',
  example: 'lif list --store results/.lif',
  positionals: [0, 0],
  options: { store: storeOption, json: jsonOption },
  async run(_cli, input) {
    const runs = openStore(input.store).summaries();
    if (input.flag('json')) printJson({ store: input.store, runs });
    else if (runs.length === 0) printLines([`There are no runs in ${input.store}.`]);
    else {
      printLines(runLines(runs));
      for (const line of remarkLines(runs)) say(line);
    }
    return 0;
  },
};
