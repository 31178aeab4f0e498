import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import { detachWork } from '../../executors/local/detach.ts';
import { requeue } from '../../runs/write.ts';
import { type Command, checkpointOption, jsonOption, storeOption, threadsOption } from '../command.ts';
import { runLines } from '../reports.ts';
import { findRuns } from '../stores.ts';
import { printJson, printLines, trainHere } from '../watch.ts';

export const resumeCommand: Command = {
  name: 'resume',
  usage: 'RUN…',
  summary: 'Goes on with runs that were stopped, failed or interrupted, from their newest checkpoint.',
  example: 'lif resume 20261123-141530-delayed-xor-baseline-s1-k3f9 --detach',
  positionals: [1, 10_000],
  options: {
    threads: threadsOption,
    'checkpoint-every': checkpointOption,
    store: storeOption,
    detach: { type: 'boolean', help: 'return at once and train in the background' },
    json: jsonOption,
  },
  async run(cli, input) {
    const { store, training } = input;
    const { reader, runs } = findRuns(store, input.positionals);
    for (const { id, state } of runs) {
      if (state === 'finished') throw new UserError(`${id} is finished; there is nothing to resume.`);
      if (state === 'running' || state === 'queued')
        throw new UserError(`${id} is ${state} already; stop it first (lif stop) if that is not wanted.`);
      if (!reader.run(id)) throw new UserError(`${id} cannot be resumed: ${reader.summary(id)?.damage[0]}`);
    }
    const folders = [...new Set(runs.map((run) => run.folder))];
    for (const folder of folders) {
      try {
        requeue(folder);
      } catch (error) {
        throw new UserError(`${folder} cannot be written: ${reason(error)}.`);
      }
    }
    const runIds = runs.map((run) => run.id);
    if (input.flag('detach')) {
      await detachWork(cli.lif, store, { folders, ...training });
      if (input.flag('json')) printJson({ store, runIds });
      else printLines(runIds);
      return 0;
    }
    const ended = await trainHere(cli, store, folders, training);
    if (input.flag('json')) printJson({ store, runIds, runs: ended.runs });
    else printLines(runLines(ended.runs));
    return ended.exitCode;
  },
};
