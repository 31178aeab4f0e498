import { ACCURACY, cells, HEAD, isBetter, noteOf, type TableRow, WORDS } from './table.ts';

/** A cell of a table in Markdown. */
export function markdownCell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/[\r\n]+/g, ' ');
}

/** Head, rule and rows of a table; `words` are the columns that are not numbers. */
export function markdownTable(
  head: readonly string[],
  rows: readonly string[][],
  words: ReadonlySet<string>,
): string[] {
  const line = (fields: readonly string[]): string => `| ${fields.join(' | ')} |`;
  return [line(head), line(head.map((name) => (words.has(name) ? '---' : '---:'))), ...rows.map(line)];
}

/** A table for a README; an accuracy is bold where the seeds say that it is better than the baseline's. */
export function compareMarkdown(rows: readonly TableRow[], title: string): string {
  const body = rows.map((row) => {
    const fields = cells(row).map(markdownCell);
    return isBetter(row) ? fields.with(ACCURACY, `**${fields[ACCURACY]}**`) : fields;
  });
  return [`### ${title}`, '', ...markdownTable(HEAD, body, WORDS), '', noteOf(rows), ''].join('\n');
}
