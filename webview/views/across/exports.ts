import type { TemplateResult } from 'lit';
import { html } from 'lit';
import {
  STUDIES_WORDS,
  type StudiesTable,
  studiesCells,
  studiesCsv,
  studiesHead,
  studiesLatex,
  studiesMarkdown,
  studiesNote,
} from '../../../protocol/comparison/studies.ts';
import { measured, tableSvg } from '../../plot/table-svg.ts';
import { menuButton, pictureItems } from '../../shared/menu.ts';
import type { Session } from '../../shared/session.ts';

/** The table as `lif compare FILE FILE…` writes it, as files and on the clipboard. */
export function exportMenus(session: Session<'across'>, table: StudiesTable): TemplateResult {
  const save = (suffix: string, text: string): void => session.export(session.exportName(suffix), text);
  return html`${menuButton(session, 'copy', 'Copy', 'copy', [
    { label: 'CSV', hint: 'every seed', run: () => session.copy(studiesCsv(table), 'The table as CSV') },
    { label: 'Markdown', hint: 'as shown', run: () => session.copy(studiesMarkdown(table), 'The table in Markdown') },
    { label: 'LaTeX', hint: 'as shown', run: () => session.copy(studiesLatex(table), 'The table in LaTeX') },
  ])}${menuButton(session, 'export', 'Export', 'export', [
    { label: 'CSV', hint: 'every seed', run: () => save('data-sets.csv', studiesCsv(table)) },
    { label: 'Markdown', hint: 'as shown, for a README', run: () => save('data-sets.md', studiesMarkdown(table)) },
    { label: 'LaTeX', hint: 'as shown, for a paper', run: () => save('data-sets.tex', studiesLatex(table)) },
    {
      label: 'JSON',
      hint: 'every seed, verdicts, intervals',
      run: () => save('data-sets.json', `${JSON.stringify(table, null, 2)}\n`),
    },
    ...pictureItems(session, 'data-sets', () => drawing(session, table)),
  ])}`;
}

/** Bold where it is in the other exports. */
function drawing({ target }: Session<'across'>, table: StudiesTable): string {
  const mark = '\uE001';
  const rows = studiesCells(table, (text) => `${mark}${text}`).map((cells) =>
    cells.map((cell) => ({ text: cell.replace(mark, ''), bold: cell.startsWith(mark) })),
  );
  const [head, note] = [studiesHead(table), studiesNote(table)];
  return tableSvg({ title: `${target.study} across data sets`, head, words: STUDIES_WORDS, rows, note }, measured());
}
