/** The numbers behind a picture: as a table on the page, and as CSV. */
import { html, type TemplateResult } from 'lit';
import { csvField } from '../../protocol/text/csv.ts';

export interface NumberTable {
  title: string;
  /** What is said of it: n, what was left out. */
  note?: string;
  header: readonly string[];
  /** The first cell names the row; null is a value that there is not. */
  rows: readonly (readonly (string | number | null)[])[];
}

/** A longer text is a list of numbers, and breaks into lines. */
const LIST = 40;

/** Rows that the page shows at most; the file has all of them. */
const MAX_ROWS = 500;

export function numberTable({ title, note, header, rows }: NumberTable): TemplateResult {
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${title}>
    <table class="values">
      <caption>
        ${title}${note ? html` <small>${note}</small>` : ''}
        ${rows.length > MAX_ROWS ? html` <small>the first ${MAX_ROWS} of ${rows.length} rows; export CSV for all</small>` : ''}
      </caption>
      <thead>
        <tr>${header.map((name) => html`<th scope="col">${name}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows
          .slice(0, MAX_ROWS)
          .map(
            ([first, ...cells]) =>
              html`<tr><th scope="row">${text(first)}</th>${cells.map((cell) => html`<td class=${isList(cell) ? 'list' : ''}>${text(cell)}</td>`)}</tr>`,
          )}
      </tbody>
    </table>
  </div>`;
}

const isList = (cell: string | number | null): boolean => typeof cell === 'string' && cell.length > LIST;

function text(cell: string | number | null | undefined): string {
  if (cell === null || cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  if (!Number.isFinite(cell)) return Number.isNaN(cell) ? 'NaN' : cell > 0 ? '∞' : '−∞';
  return Number.isInteger(cell) ? String(cell) : String(Number(cell.toPrecision(4)));
}

/** Full precision; several tables one below the other. */
export function tablesCsv(tables: readonly NumberTable[]): string {
  const lines = tables.flatMap(({ title, header, rows }) => [
    ...(tables.length > 1 ? [csvField(title)] : []),
    header.map(csvField).join(','),
    ...rows.map((row) => row.map((cell) => (cell === null ? '' : csvField(String(cell)))).join(',')),
    ...(tables.length > 1 ? [''] : []),
  ]);
  return `${lines.join('\n')}\n`;
}
