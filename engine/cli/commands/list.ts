import { openStore } from '../../runs/store.ts';
import { toldRuns } from '../answers/told.ts';
import { type Command, jsonOption, storeOption, testOption } from '../command.ts';
import { printJson, printLines, say } from '../output.ts';
import { remarkLines, runLines } from '../reports.ts';
import { tellCluster } from '../stores.ts';

export const listCommand: Command = {
  name: 'list',
  usage: '',
  summary: 'Lists the runs of a store, oldest first.',
  example: 'lif list --store results/.lif',
  positionals: [0, 0],
  options: {
    limit: { type: 'string', value: 'N', help: 'the newest N runs (default: all)' },
    store: storeOption,
    test: testOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    await tellCluster(input.store);
    const limit = input.integer('limit', 1, 1_000_000);
    const runs = openStore(input.store)
      .summaries()
      .slice(limit === undefined ? 0 : -limit);
    if (input.flag('json')) printJson({ store: input.store, runs: toldRuns(runs, input.flag('test')) });
    else if (runs.length === 0) printLines([`There are no runs in ${input.store}.`]);
    else {
      printLines(runLines(runs));
      for (const line of remarkLines(runs)) say(line);
    }
    return 0;
  },
};
