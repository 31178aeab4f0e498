import { resolve } from 'node:path';
import { count } from '../../../protocol/format.ts';
import { UserError } from '../../base/errors.ts';
import { openStore } from '../../runs/store.ts';
import { loadStudy, shortPath } from '../../studies/load.ts';
import { type Command, jsonOption, setOption, storeOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';

export const reportCommand: Command = {
  name: 'report',
  usage: 'FILE…',
  summary:
    'Writes tables, figures, methods and provenance of what has been trained and asked of one or several experiment files: one HTML page, or Markdown with its figures beside it.',
  example: 'lif report examples/delayed-xor.lif.yaml -o report.html',
  positionals: [1, 50],
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', help: 'where to: a name that ends in .html or .md' },
    set: setOption,
    store: storeOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const output = input.text('output');
    if (output === undefined || !/\.(html?|md|markdown)$/i.test(output))
      throw new UserError('Say where the report goes: -o report.html, or -o report.md.');
    const studies = [...new Set(input.positionals)].map((name) => loadStudy(name, input.texts('set')));
    const { reportOf } = await import('../../report/report.ts');
    const { writeReport } = await import('../../report/write.ts');
    const report = await reportOf(studies, openStore(input.store), Date.now());
    const files = writeReport(report, resolve(output));
    const figures = files.length > 1 ? ` and ${count(files.length - 1, 'figure')}` : '';
    if (input.flag('json')) printJson({ files });
    else printLines([`${shortPath(files[0]!)}${figures} written.`]);
    return 0;
  },
};
