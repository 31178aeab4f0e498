import { compareExperiment } from '../../runs/compare.ts';
import { openStore } from '../../runs/store.ts';
import { loadStudy } from '../../studies/load.ts';
import { type Command, jsonOption, storeOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { comparisonLines } from '../reports.ts';

export const compareCommand: Command = {
  name: 'compare',
  usage: 'FILE',
  summary:
    'Compares the variants of an experiment file: for each seed the newest finished run with the settings now in the file.',
  example: 'lif compare examples/delayed-xor.lif.yaml',
  positionals: [1, 1],
  options: {
    partial: { type: 'boolean', help: 'count runs that are not finished, too' },
    store: storeOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const { experiment, file } = loadStudy(input.positionals[0]!);
    const comparison = compareExperiment(experiment, file, openStore(input.store).keyedRuns(), {
      partial: input.flag('partial'),
    });
    if (input.flag('json')) printJson(comparison);
    else printLines(comparisonLines(comparison));
    return 0;
  },
};
