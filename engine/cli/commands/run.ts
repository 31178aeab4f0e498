import { basename, dirname } from 'node:path';
import { BACKENDS } from '../../backends/registry.ts';
import { localExecutor } from '../../executors/local/executor.ts';
import { expandExperiment } from '../../experiment/expand.ts';
import { trainJobs } from '../../jobs/job.ts';
import { compareExperiment } from '../../runs/compare.ts';
import { loadStudy, shortPath } from '../../studies/load.ts';
import { createStudyRuns } from '../../studies/start.ts';
import { type Command, checkpointOption, jsonOption, storeOption, threadsOption } from '../command.ts';
import { printJson, printLines, say } from '../output.ts';
import { comparisonLines } from '../reports.ts';
import { trainHere } from '../watch.ts';

export const runCommand: Command = {
  name: 'run',
  usage: 'FILE',
  summary: 'Trains the variants of an experiment file, each with every seed, and compares them.',
  example: 'lif run examples/delayed-xor.lif.yaml --variant baseline --variant "without reset" --seed 1',
  positionals: [1, 1],
  options: {
    variant: { type: 'string', multiple: true, value: 'NAME', help: 'only this variant' },
    seed: {
      type: 'string',
      multiple: true,
      value: 'N',
      help: 'only this seed of the file (others: --set "seeds=[7, 8]")',
    },
    set: { type: 'string', multiple: true, value: 'PATH=VALUE', help: 'a setting, e.g. training.epochs=5' },
    threads: threadsOption,
    'checkpoint-every': checkpointOption,
    store: storeOption,
    detach: { type: 'boolean', help: 'return at once and train in the background' },
    json: jsonOption,
  },
  async run(cli, input) {
    const study = loadStudy(input.positionals[0]!, input.texts('set'));
    for (const warning of [...study.warnings, ...(BACKENDS.event.remarks?.() ?? [])]) say(warning);
    const { store, training } = input;
    const specs = expandExperiment(study.experiment, study.file, {
      variants: input.texts('variant'),
      seeds: input.integers('seed', 0, 0xffffffff),
    });
    const folders = await createStudyRuns(study, specs, store, say);
    const runIds = folders.map((folder) => basename(folder));

    if (input.flag('detach')) {
      await localExecutor(cli.lif).submit(trainJobs(folders), { store, ...training });
      if (input.flag('json')) printJson({ store, runIds });
      else printLines([...runIds, `They train in the background; see: lif list, lif stop RUN`]);
      return 0;
    }
    const { reader, runs, exitCode } = await trainHere(cli, store, folders, training);
    const comparison = compareExperiment(study.experiment, study.file, reader.keyedRuns(), { specs });
    if (input.flag('json')) printJson({ store, runIds, runs, comparison });
    else {
      say('');
      printLines([...comparisonLines(comparison), '', editorHint(study.file, store)]);
    }
    return exitCode;
  },
};

/** How to see the same in the editor. */
function editorHint(file: string, store: string): string {
  const npm = process.env.npm_lifecycle_event ? ' (or run: npm run editor)' : '';
  const folder = shortPath(dirname(store));
  return `In the editor: open the folder ${folder} in VS Code with LIF Lab${npm}, open ${shortPath(file)} and press Curves or Compare above it.`;
}
