import { html, type TemplateResult } from 'lit';
import { type Column, textColumns } from '../../../protocol/comparison/columns.ts';
import { compareCsv } from '../../../protocol/comparison/csv.ts';
import { compareJson } from '../../../protocol/comparison/json.ts';
import { compareLatex } from '../../../protocol/comparison/latex.ts';
import { compareMarkdown } from '../../../protocol/comparison/markdown.ts';
import { BOLD, type Excerpt, isBetter, noteOf } from '../../../protocol/comparison/table.ts';
import { measured, tableSvg } from '../../plot/table-svg.ts';
import { menuButton, pictureItems } from '../../shared/menu.ts';
import type { Session } from '../../shared/session.ts';
import type { Row } from './rows.ts';

export interface ShownTable {
  rows: readonly Row[];
  columns: readonly Column[];
  title: string;
  excerpt: Excerpt;
}

/** What is shown, as files and on the clipboard: its rows in their order; tables of texts have its columns, data all. */
export function exportMenus(
  session: Session<'compare'>,
  { rows, columns, title, excerpt }: ShownTable,
): TemplateResult {
  const texts = textColumns(columns);
  const markdown = (): string => compareMarkdown(rows, title, texts, excerpt);
  const latex = (): string => compareLatex(rows, title, texts, excerpt);
  const csv = (): string => compareCsv(rows);
  const save = (suffix: string, text: string): void => session.export(session.exportName(suffix), text);
  const drawing = (): string => {
    const cells = (row: Row) =>
      texts.map(({ head, text }) => ({ text: text(row), bold: head === BOLD && isBetter(row) }));
    const words = new Set(texts.flatMap(({ head, words }) => (words ? [head] : [])));
    const head = texts.map((column) => column.head);
    return tableSvg({ title, head, words, rows: rows.map(cells), note: noteOf(rows, excerpt) }, measured());
  };
  return html`${menuButton(session, 'copy', 'Copy', 'copy', [
    { label: 'CSV', hint: 'rows shown, every column', run: () => session.copy(csv(), 'The table as CSV') },
    { label: 'Markdown', hint: 'as shown', run: () => session.copy(markdown(), 'The table in Markdown') },
    { label: 'LaTeX', hint: 'as shown', run: () => session.copy(latex(), 'The table in LaTeX') },
  ])}${menuButton(session, 'export', 'Export', 'export', [
    { label: 'CSV', hint: 'rows shown, every column', run: () => save('comparison.csv', csv()) },
    { label: 'Markdown', hint: 'as shown, for a README', run: () => save('comparison.md', markdown()) },
    { label: 'LaTeX', hint: 'as shown, for a paper', run: () => save('comparison.tex', latex()) },
    {
      label: 'JSON',
      hint: 'rows shown, every seed',
      run: () => save('comparison.json', compareJson(rows, title, excerpt)),
    },
    ...pictureItems(session, 'comparison', drawing),
  ])}`;
}
