import { basename } from 'node:path';
import { glance } from '../../../datasets/library/obtain.ts';
import { type CheckedFile, checkFiles } from '../../../datasets/library/verify.ts';
import { equalParts } from '../../../datasets/remarks.ts';
import { type Command, jsonOption } from '../../command.ts';
import { interruptible } from '../../data-progress.ts';
import { printJson, printLines, say } from '../../output.ts';
import { table } from '../../text.ts';
import { folderFrom, namedEntry, pathOption, sourceOf } from './entry.ts';

export const dataCheckCommand: Command = {
  name: 'data check',
  usage: 'NAME',
  summary: 'Compares the files of a data set with what was published.',
  example: 'lif data check mnist',
  positionals: [1, 1],
  options: { path: pathOption, json: jsonOption },
  async run(_cli, input) {
    const entry = namedEntry(input);
    if (entry.generated) {
      say(`${entry.title} is generated; there is nothing to check.`);
      if (input.flag('json')) printJson({ name: entry.name, folder: null, problem: null, remarks: [], files: [] });
      return 0;
    }
    const source = sourceOf(entry);
    const folder = folderFrom(input, source);
    return interruptible(async (signal, progress) => {
      const { problem, remarks } = await glance(source, folder);
      const files = await checkFiles(source, folder, { signal, onProgress: progress.show });
      progress.clear();
      if (input.flag('json')) printJson({ name: source.name, folder, problem: problem ?? null, remarks, files });
      else if (files.length > 0)
        printLines(
          table(
            ['file', 'state', 'md5'],
            files.map((file) => [file.file, stateOf(file), file.md5]),
          ),
        );
      const differing = files.filter((file) => stateOf(file) === 'differs');
      const twins = equalParts(Object.fromEntries(files.map(({ file, md5 }) => [basename(file), md5])));
      for (const sentence of problem ? [problem] : [...remarks, ...twins]) say(sentence);
      for (const { file, published } of differing)
        say(`${file}: is not the published file, whose MD5 is ${published}; get it again if that was not intended.`);
      const wrong = problem !== undefined || remarks.length > 0 || twins.length > 0 || differing.length > 0;
      if (!wrong && !input.flag('json')) printLines([`${source.title}: ${praise(files)}`]);
      return wrong ? 1 : 0;
    });
  },
};

const stateOf = ({ md5, published }: CheckedFile): string =>
  published === undefined ? 'no published checksum' : md5 === published ? 'as published' : 'differs';

/** What could not be compared with anything published is not called well. */
function praise(files: CheckedFile[]): string {
  const without = files.filter(({ published }) => published === undefined).length;
  if (files.length > 0 && without === 0) return 'all is well.';
  const which =
    files.length === 0 ? 'its recordings' : without === files.length ? 'its files' : `${without} of its files`;
  return `there are as many samples as were published; for ${which} there is no published checksum, so that their content was not checked.`;
}
