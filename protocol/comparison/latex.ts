import { ACCURACY, cells, HEAD, isBetter, noteOf, type TableRow, WORDS } from './table.ts';

/** A booktabs table for a paper; an accuracy is bold where the seeds say that it is better than the baseline's. */
export function compareLatex(rows: readonly TableRow[], title: string): string {
  const body = rows.map((row) => {
    const fields = cells(row).map(latexText);
    return isBetter(row) ? fields.with(ACCURACY, `\\textbf{${fields[ACCURACY]}}`) : fields;
  });
  return latexTable(HEAD, body, WORDS, `${title}. ${noteOf(rows)}`);
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
