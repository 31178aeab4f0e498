import { defaultTexts, type TextColumn } from './columns.ts';
import { BOLD, type Excerpt, isBetter, noteOf, type TableRow } from './table.ts';

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

/** A table for a README; an accuracy is bold where the seeds say that it is better than the reference's. */
export function compareMarkdown(
  rows: readonly TableRow[],
  title: string,
  columns: readonly TextColumn[] = defaultTexts(),
  excerpt: Excerpt = {},
): string {
  const body = rows.map((row) => {
    return columns.map(({ head, text }) => {
      const cell = markdownCell(text(row));
      return head === BOLD && isBetter(row) ? `**${cell}**` : cell;
    });
  });
  const heads = columns.map(({ head }) => markdownCell(head));
  const words = new Set(columns.flatMap(({ head, words }) => (words ? [markdownCell(head)] : [])));
  return [`### ${title}`, '', ...markdownTable(heads, body, words), '', noteOf(rows, excerpt), ''].join('\n');
}
