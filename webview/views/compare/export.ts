import type { Spread } from '../../../protocol/runs.ts';
import { csvField } from '../../plot/csv.ts';
import { epochNote } from '../../shared/epochs.ts';
import { duration, loss, percent, points, spread } from '../../shared/format.ts';
import type { Row } from './rows.ts';

/** Full precision, one row per variant, for whoever computes on. */
export function compareCsv(rows: readonly Row[]): string {
  const layers = Math.max(0, ...rows.map((r) => r.spikeRates?.length ?? 0));
  const head = ['variant', 'changes', 'runs', 'accuracy_mean', 'accuracy_sd', 'accuracy_seeds', 'difference'];
  head.push('seeds_wanted', 'settings', 'states', 'epochs', 'chosen_by', 'last_accuracy_mean');
  head.push('loss_mean', 'loss_sd', 'seconds_mean', 'seconds_sd');
  for (let i = 1; i <= layers; i++) head.push(`spike_rate_${i}_mean`, `spike_rate_${i}_sd`);
  const lines = rows.map((row) => {
    const fields = [csvField(row.variant), csvField(changesText(row.changes)), String(row.runs.length)];
    fields.push(...pair(row.accuracy), String(row.accuracy?.count ?? 0), number(row.difference?.value));
    fields.push(...standing(row), ...pair(row.loss), ...pair(row.seconds));
    for (let i = 0; i < layers; i++) fields.push(...pair(row.spikeRates?.[i]));
    return fields.join(',');
  });
  return `${[head.join(','), ...lines].join('\n')}\n`;
}

/** How far the row is, and of which epochs its numbers are. */
function standing(row: Row): string[] {
  const states = row.runs.map((run) => `${run.seed}: ${run.state}`).join('; ');
  const epochs = row.results.map((run) => `${run.seed}: ${run.result!.epoch}`).join('; ');
  const chosen = [...new Set(row.results.map((run) => run.result!.chosenBy))].join('; ');
  const settings = row.earlier ? 'earlier' : 'current';
  const wanted = row.earlier ? '' : String(row.wanted);
  return [wanted, settings, csvField(states), csvField(epochs), csvField(chosen), number(row.lastAccuracy?.mean)];
}

function pair(s: Spread | undefined): [string, string] {
  return [number(s?.mean), number(s?.deviation)];
}

function number(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

export function changesText(changes: Record<string, string>): string {
  return Object.entries(changes)
    .map(([path, value]) => `${path}: ${value}`)
    .join('; ');
}

const HEAD = [
  ...['Variant', 'Changes', 'Accuracy (%)', 'Difference (pp)', 'Loss', 'Spike rates (%)', 'Time', 'Seeds', 'Epochs'],
];

function cells(row: Row): string[] {
  return [
    row.variant,
    row.earlier ? 'earlier settings' : changesText(row.changes) || '–',
    spread(row.accuracy, (v) => percent(v, 2)),
    row.difference ? points(row.difference.value, 2) : '–',
    spread(row.loss, loss),
    row.spikeRates?.map((r) => percent(r.mean)).join(' / ') ?? '–',
    row.seconds ? duration(row.seconds.mean) : '–',
    row.wanted > row.results.length ? `${row.results.length} of ${row.wanted}` : String(row.results.length),
    epochNote(row.results) || '–',
  ];
}

/** A table for a README; accuracy and loss are bold where they are best by more than the seeds spread. */
export function compareMarkdown(rows: readonly Row[], title: string): string {
  const line = (fields: string[]): string => `| ${fields.join(' | ')} |`;
  const body = rows.map((row) => {
    const fields = cells(row).map((f) => f.replaceAll('|', '\\|').replaceAll('\n', ' '));
    if (row.best.accuracy) fields[2] = `**${fields[2]}**`;
    if (row.best.loss) fields[4] = `**${fields[4]}**`;
    return line(fields);
  });
  const rule = line(HEAD.map((_, i) => (i < 2 ? '---' : '---:')));
  const note = 'Mean ± sample standard deviation over the seeds that finished.';
  return [`### ${title}`, '', line(HEAD), rule, ...body, '', note, ''].join('\n');
}

/** A booktabs table for a paper. */
export function compareLatex(rows: readonly Row[], title: string): string {
  const body = rows.map((row) => {
    const fields = cells(row).map(latexText);
    if (row.best.accuracy) fields[2] = `\\textbf{${fields[2]}}`;
    if (row.best.loss) fields[4] = `\\textbf{${fields[4]}}`;
    return `    ${fields.join(' & ')} \\\\`;
  });
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText(title)}. Mean $\\pm$ sample standard deviation over the seeds that finished.}`,
    `  \\begin{tabular}{ll${'r'.repeat(HEAD.length - 2)}}`,
    '    \\toprule',
    `    ${HEAD.map(latexText).join(' & ')} \\\\`,
    '    \\midrule',
    ...body,
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const LATEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '−': '$-$',
  '–': '--',
  '\u202f': '\\,',
  '\n': ' ',
};

function latexText(text: string): string {
  return text.replace(/[\\~^±−–\u202f\n&%$#_{}]/g, (c) => LATEX[c] ?? `\\${c}`);
}
