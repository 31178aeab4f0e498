import { localExecutor } from '../../executors/local/executor.ts';
import { trainJobs } from '../../jobs/job.ts';
import { extendRuns } from '../../studies/extend.ts';
import { resumeRuns } from '../../studies/resume.ts';
import { toldRuns } from '../answers/told.ts';
import {
  type Command,
  checkpointOption,
  jsonOption,
  maxSecondsOption,
  storeOption,
  testOption,
  threadsOption,
} from '../command.ts';
import { printJson, printLines, say } from '../output.ts';
import { runLines } from '../reports.ts';
import { findRuns } from '../stores.ts';
import { trainHere } from '../watch.ts';

export const resumeCommand: Command = {
  name: 'resume',
  usage: 'RUN…',
  summary:
    'Goes on with runs that were stopped, failed or interrupted, from their newest checkpoint, or to more epochs.',
  example: 'lif resume 20261123-141530-delayed-xor-baseline-s1-k3f9 --detach',
  positionals: [1, 10_000],
  options: {
    epochs: { type: 'string', value: 'N', help: 'go on to this many epochs in all, also when the run is finished' },
    threads: threadsOption,
    'checkpoint-every': checkpointOption,
    'max-seconds': maxSecondsOption,
    store: storeOption,
    detach: { type: 'boolean', help: 'return at once and train in the background' },
    test: testOption,
    json: jsonOption,
  },
  async run(cli, input) {
    const { store, training } = input;
    const { runs } = findRuns(store, input.positionals);
    const epochs = input.integer('epochs', 1, 1_000_000);
    const { folders, anew } = epochs === undefined ? resumeRuns(runs) : extendRuns(runs, epochs);
    for (const id of anew) say(`${id} has no whole checkpoint: it begins anew.`);
    const runIds = runs.map((run) => run.id);
    if (input.flag('detach')) {
      await localExecutor(cli.lif).submit(trainJobs(folders), { store, ...training });
      if (input.flag('json')) printJson({ store, runIds, anew });
      else printLines(runIds);
      return 0;
    }
    const ended = await trainHere(cli, store, folders, training);
    if (input.flag('json')) printJson({ store, runIds, anew, runs: toldRuns(ended.runs, input.flag('test')) });
    else printLines(runLines(ended.runs));
    return ended.exitCode;
  },
};
