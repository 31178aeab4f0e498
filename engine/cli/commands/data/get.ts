import { UserError } from '../../../base/errors.ts';
import { folderOf, getDataset, missing } from '../../../datasets/library/obtain.ts';
import { type Command, jsonOption } from '../../command.ts';
import { interruptible } from '../../data-progress.ts';
import { printJson, say } from '../../output.ts';
import { about, namedEntry, sourceOf } from './entry.ts';

export const dataGetCommand: Command = {
  name: 'data get',
  usage: 'NAME',
  summary: 'Downloads a data set into the data folder.',
  example: 'lif data get nmnist',
  positionals: [1, 1],
  options: {
    mirror: { type: 'string', value: 'URL', help: 'a folder with the same files, tried first' },
    json: jsonOption,
  },
  async run(_cli, input) {
    const entry = namedEntry(input);
    if (entry.generated) {
      say(`${entry.title} is generated; there is nothing to get.`);
      if (input.flag('json')) printJson({ name: entry.name, folder: null });
      return 0;
    }
    const source = sourceOf(entry);
    about(source);
    return interruptible(async (signal, progress) => {
      const mirror = input.text('mirror');
      await getDataset(source, { signal, mirror, onNote: progress.say, onProgress: progress.show });
      const wrong = await missing(source);
      if (wrong) throw new UserError(wrong);
      progress.say(`${source.title} is ready in ${folderOf(source)}.`);
      if (input.flag('json')) printJson({ name: source.name, folder: folderOf(source) });
      return 0;
    });
  },
};
