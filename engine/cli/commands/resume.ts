import { executorAt } from '../../executors/place.ts';
import { trainJobs } from '../../jobs/job.ts';
import { goOn } from '../../studies/go-on.ts';
import { placesOf } from '../../studies/places.ts';
import { toldRuns } from '../answers/told.ts';
import {
  type Command,
  checkpointOption,
  executorOption,
  jsonOption,
  maxSecondsOption,
  storeOption,
  testOption,
  threadsOption,
} from '../command.ts';
import { printJson, printLines, say } from '../output.ts';
import { runLines } from '../reports.ts';
import { findRuns, tellCluster } from '../stores.ts';
import { trainAt, type Watched } from '../watch.ts';

export const resumeCommand: Command = {
  name: 'resume',
  usage: 'RUN…',
  summary:
    'Goes on with runs that were stopped, failed or interrupted, from their newest checkpoint, or to more epochs.',
  example: 'lif resume 20261123-141530-delayed-xor-baseline-s1-k3f9 --detach',
  positionals: [1, 10_000],
  options: {
    epochs: { type: 'string', value: 'N', help: 'go on to this many epochs in all, also when the run is finished' },
    executor: executorOption,
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
    await tellCluster(store);
    const { runs } = findRuns(store, input.positionals);
    const folders = [...new Set(runs.map(({ folder }) => folder))];
    const placed = placesOf(folders, { chosen: input.executor, trusted: false });
    const epochs = input.integer('epochs', 1, 1_000_000);
    const { anew } = goOn(runs, epochs);
    for (const id of anew) say(`${id} has no whole checkpoint: it begins anew.`);
    const runIds = runs.map((run) => run.id);
    if (input.flag('detach')) {
      for (const { place, folders } of placed)
        await executorAt(place, cli.lif).submit(trainJobs(folders), { store, ...training });
      if (input.flag('json')) printJson({ store, runIds, anew });
      else printLines(runIds);
      return 0;
    }
    const ended: Watched[] = [];
    for (const { place, folders } of placed) ended.push(await trainAt(cli, place, { store, folders, training }));
    const now = ended.flatMap((one) => one.runs);
    if (input.flag('json')) printJson({ store, runIds, anew, runs: toldRuns(now, input.flag('test')) });
    else printLines(runLines(now));
    return Math.max(...ended.map(({ exitCode }) => exitCode));
  },
};
