import { compareCsv } from '../../../protocol/comparison/csv.ts';
import { compareLatex } from '../../../protocol/comparison/latex.ts';
import { compareMarkdown } from '../../../protocol/comparison/markdown.ts';
import {
  STUDIES_WORDS,
  studiesCells,
  studiesCsv,
  studiesHead,
  studiesLatex,
  studiesMarkdown,
  studiesNote,
} from '../../../protocol/comparison/studies.ts';
import { tableRows } from '../../../protocol/comparison/table.ts';
import type { Comparison } from '../../../protocol/runs.ts';
import { UserError } from '../../base/errors.ts';
import { advise } from '../../claims/advice/advise.ts';
import { studiesTable } from '../../claims/studies.ts';
import { compareExperiment } from '../../runs/comparison/compare.ts';
import { openStore, type StoreReader } from '../../runs/store.ts';
import { Evidence } from '../../studies/evidence.ts';
import { loadStudy, type Study } from '../../studies/load.ts';
import { toldComparison } from '../answers/told.ts';
import { type Command, jsonOption, setOption, storeOption, testOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { adviceLines, comparisonLines } from '../reports.ts';
import { printable, table } from '../text.ts';

const FORMATS = ['csv', 'markdown', 'latex'] as const;
type Format = (typeof FORMATS)[number];

interface Compared {
  experiment: Study['experiment'];
  comparison: Comparison;
}

export const compareCommand: Command = {
  name: 'compare',
  usage: 'FILE…',
  summary:
    'Compares the variants of an experiment file: for each seed the newest finished run with the settings now in the file. Several files become one table of variants and data sets.',
  example: 'lif compare examples/delayed-xor.lif.yaml',
  positionals: [1, 50],
  options: {
    format: { type: 'string', value: 'NAME', help: 'csv, markdown or latex, in place of the table for people' },
    set: setOption,
    partial: { type: 'boolean', help: 'count runs that are not finished, too' },
    store: storeOption,
    test: testOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const format = formatOf(input.text('format'));
    const store = openStore(input.store);
    const runs = store.keyedRuns();
    const partial = input.flag('partial');
    const files = [...new Set(input.positionals)].map((name) => loadStudy(name, input.texts('set')));
    if (input.flag('json')) {
      printJson(await answerOf(files, store, (study) => toldComparison(study, runs, input.flag('test'), { partial })));
      return 0;
    }
    const studies = files.map(({ experiment, file }): Compared => {
      return { experiment, comparison: compareExperiment(experiment, file, runs, { partial }) };
    });
    if (studies.length === 1) await printStudy(studies[0]!, store, format);
    else printStudies(studies, format);
    return 0;
  },
};

function formatOf(name: string | undefined): Format | undefined {
  const format = FORMATS.find((known) => known === name);
  if (name !== undefined && !format) throw new UserError(`--format must be ${FORMATS.join(', ')}, not "${name}".`);
  return format;
}

async function answerOf(
  files: Study[],
  store: StoreReader,
  comparisonOf: (study: Study) => ReturnType<typeof toldComparison>,
) {
  const studies = files.map((study) => ({ experiment: study.experiment, comparison: comparisonOf(study) }));
  const [first, ...others] = studies;
  if (others.length === 0) {
    const { experiment, comparison } = first!;
    // Answers of analyses are mostly those of the test set.
    const advice = comparison.split === 'test' ? await adviceOf(first!, store) : advise(experiment, comparison.rows);
    return { ...comparison, advice };
  }
  return { ...studiesTable(studies), comparisons: studies.map(({ comparison }) => comparison) };
}

function adviceOf(
  { experiment, comparison }: { experiment: Study['experiment']; comparison: Pick<Comparison, 'rows'> },
  store: StoreReader,
) {
  return new Evidence().advise(experiment, comparison, (id) => store.history(id));
}

async function printStudy(study: Compared, store: StoreReader, format: Format | undefined): Promise<void> {
  const { comparison } = study;
  if (format) {
    const write = { csv: compareCsv, markdown: compareMarkdown, latex: compareLatex }[format];
    printText(write(tableRows(comparison), comparison.study));
  } else printLines([...comparisonLines(comparison), ...adviceLines(await adviceOf(study, store))]);
}

function printStudies(studies: Compared[], format: Format | undefined): void {
  const all = studiesTable(studies);
  if (format) printText({ csv: studiesCsv, markdown: studiesMarkdown, latex: studiesLatex }[format](all));
  else {
    const head = studiesHead(all).map((text) => printable(text));
    const rows = studiesCells(all).map((row) => row.map((text) => printable(text)));
    const numbers = head.flatMap((name, i) => (STUDIES_WORDS.has(name) ? [] : [i]));
    const verdicts = all.columns.flatMap(({ label }, c) => [
      '',
      `${printable(label)}:`,
      ...all.rows.flatMap(({ variant, cells }) => {
        const verdict = cells[c]?.verdict;
        return verdict && verdict.kind !== 'baseline' ? [`  ${printable(variant)}: ${verdict.sentence}`] : [];
      }),
    ]);
    printLines([...table(head, rows, numbers), ...verdicts, '', studiesNote(all)]);
  }
}

function printText(text: string): void {
  printLines(text.trimEnd().split('\n'));
}
