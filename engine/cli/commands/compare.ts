import { compareCsv } from '../../../protocol/comparison/csv.ts';
import { compareLatex } from '../../../protocol/comparison/latex.ts';
import { compareMarkdown } from '../../../protocol/comparison/markdown.ts';
import { type TableRow, tableRows } from '../../../protocol/comparison/table.ts';
import { UserError } from '../../base/errors.ts';
import { advise } from '../../claims/advice/advise.ts';
import { compareExperiment } from '../../runs/compare.ts';
import { openStore } from '../../runs/store.ts';
import { loadStudy } from '../../studies/load.ts';
import { type Command, jsonOption, storeOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { adviceLines, comparisonLines } from '../reports.ts';

const FORMATS = { csv: compareCsv, markdown: compareMarkdown, latex: compareLatex };

function formatOf(name: string | undefined): ((rows: TableRow[], title: string) => string) | undefined {
  if (name === undefined) return undefined;
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name as keyof typeof FORMATS];
  throw new UserError(`--format must be ${Object.keys(FORMATS).join(', ')}, not "${name}".`);
}

export const compareCommand: Command = {
  name: 'compare',
  usage: 'FILE',
  summary:
    'Compares the variants of an experiment file: for each seed the newest finished run with the settings now in the file.',
  example: 'lif compare examples/delayed-xor.lif.yaml',
  positionals: [1, 1],
  options: {
    format: { type: 'string', value: 'NAME', help: 'csv, markdown or latex, in place of the table for people' },
    partial: { type: 'boolean', help: 'count runs that are not finished, too' },
    store: storeOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const { experiment, file } = loadStudy(input.positionals[0]!);
    const comparison = compareExperiment(experiment, file, openStore(input.store).keyedRuns(), {
      partial: input.flag('partial'),
    });
    const write = formatOf(input.text('format'));
    const advice = advise(experiment, comparison.rows);
    if (input.flag('json')) printJson({ ...comparison, advice });
    else if (write) printLines(write(tableRows(comparison), comparison.study).trimEnd().split('\n'));
    else printLines([...comparisonLines(comparison), ...adviceLines(advice)]);
    return 0;
  },
};
