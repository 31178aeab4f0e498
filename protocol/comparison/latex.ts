import { defaultTexts, type TextColumn } from './columns.ts';
import { BOLD, type Excerpt, isBetter, noteOf, type TableRow } from './table.ts';

/** A booktabs table for a paper; an accuracy is bold where the seeds say that it is better than the reference's. */
export function compareLatex(
  rows: readonly TableRow[],
  title: string,
  columns: readonly TextColumn[] = defaultTexts(),
  excerpt: Excerpt = {},
): string {
  const body = rows.map((row) => {
    return columns.map(({ head, text }) => {
      const cell = latexText(text(row));
      return head === BOLD && isBetter(row) ? `\\textbf{${cell}}` : cell;
    });
  });
  const words = new Set(columns.flatMap(({ head, words }) => (words ? [head] : [])));
  return latexTable(
    columns.map(({ head }) => head),
    body,
    words,
    `${title}. ${noteOf(rows, excerpt)}`,
  );
}

/** @param rows of texts that are LaTeX already; head and caption are not. */
export function latexTable(
  head: readonly string[],
  rows: readonly string[][],
  words: ReadonlySet<string>,
  caption: string,
): string {
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText(caption)}}`,
    `  \\begin{tabular}{${head.map((name) => (words.has(name) ? 'l' : 'r')).join('')}}`,
    '    \\toprule',
    `    ${head.map(latexText).join(' & ')} \\\\`,
    '    \\midrule',
    ...rows.map((fields) => `    ${fields.join(' & ')} \\\\`),
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
  '’': "'",
  '<': '$<$',
  '>': '$>$',
  '\u202f': '\\,',
  '\n': ' ',
};

export function latexText(text: string): string {
  return text.replace(/[\\~^±−–’<>\u202f\n&%$#_{}]/g, (c) => LATEX[c] ?? `\\${c}`);
}
