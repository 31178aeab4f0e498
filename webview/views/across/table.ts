import { html, nothing, type TemplateResult } from 'lit';
import type {
  AggregateValue,
  StudiesRow,
  StudiesTable,
  StudyCell,
  StudyColumn,
} from '../../../protocol/comparison/studies.ts';
import { isBetter } from '../../../protocol/comparison/table.ts';
import { dotsAxis, seedDots } from '../../plot/seed-dots.ts';
import { baseName, percentOrDash } from '../../shared/format.ts';
import type { Session } from '../../shared/session.ts';

type Range = [number, number];

const IQM =
  'Mean of all seeds of all data sets without the lowest and the highest quarter, as they are: not normalised for chance';
const intervalsHint = 'Line: 95 % interval of the stratified bootstrap, seeds drawn anew within each data set';

/** Variants down, data sets across, then the numbers over all of them. */
export function studiesTable(session: Session<'across'>, { columns, rows }: StudiesTable): TemplateResult {
  const axes = columns.map((_, i) => columnAxis(rows.map(({ cells }) => cells[i])));
  const means = valuesAxis(rows.map((row) => row.interquartileMean));
  const first = rows[0]?.variant ?? 'the first variant';
  return html`<main class="table-scroll" data-scroll="table" tabindex="0" aria-label="Variants over data sets">
    <table class="over-datasets">
      <caption class="visually-hidden">
        Accuracy of variants on data sets
      </caption>
      <thead>
        <tr>
          <th scope="col">Variant</th>
          ${columns.map((column) => columnHead(session, column))}
          <th scope="col" class="over" title=${IQM}>Interquartile mean <small>all data sets, %</small></th>
          <th scope="col" title="Chance that a seed is better than one of ${first}: the mean over the data sets that both have">
            Better than ${first} <small>probability, %</small>
          </th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row, i) => html`<tr>
            <th scope="row">
              ${row.variant}
            </th>
            ${row.cells.map((cell, c) => html`<td>${cell ? cellOf(cell, columns[c]!, axes[c]!) : dash}</td>`)}
            <td class="over">${aggregate(row.interquartileMean, means)} ${coverage(row, columns.length)}</td>
            <td>${i === 0 ? html`<span class="none">baseline</span>` : aggregate(row.improvement, [0, 1], 0.5)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </main>`;
}

const dash = html`<span class="none">–</span>`;

function columnHead(session: Session<'across'>, { label, study, file, seeds }: StudyColumn): TemplateResult {
  return html`<th scope="col">
    <button
      class="quiet"
      title="Compare the variants of ${study} (${baseName(file)})"
      @click=${() => session.openView('compare', file)}
    >
      ${label}
    </button>
    <small>${seeds.length === 1 ? '1 seed' : `${seeds.length} seeds`}, %</small>
  </th>`;
}

function cellOf(cell: StudyCell, { seeds }: StudyColumn, axis: Range): TemplateResult {
  const { values, accuracy, verdict, printed } = cell;
  const missing = values.length > 0 && values.length < seeds.length;
  return html`<span class="numbers"><span class="score ${isBetter(cell) ? 'best' : ''}">${percentOrDash(accuracy?.mean, 2)}${
    accuracy && values.length > 1 ? html`<span class="sd"> ± ${percentOrDash(accuracy.deviation, 2)}</span>` : nothing
  }</span>
    ${missing ? html`<small>${values.length} of ${seeds.length}</small>` : nothing}
    ${printed === undefined ? nothing : html`<small class="paper">paper ${percentOrDash(printed, 2)}</small>`}</span>
    ${values.length > 0 || printed !== undefined ? seedDots({ seeds: values, mean: accuracy?.mean, printed }, axis) : nothing}
    ${
      verdict && verdict.kind !== 'baseline'
        ? html`<span class="verdict ${verdict.kind}" title=${verdict.sentence}>${verdict.label}</span>`
        : nothing
    }`;
}

/** Numbers over fewer data sets are not to be compared with those over all of them. */
function coverage({ over }: StudiesRow, all: number): TemplateResult | typeof nothing {
  return over === 0 || over === all
    ? nothing
    : html`<span class="verdict" title="Not to be compared with a mean over all ${all} data sets">on ${over} of ${all} data sets alone</span>`;
}

/** Accuracies of the seeds and of the paper: all cells of a column share the axis. */
function columnAxis(cells: readonly (StudyCell | null | undefined)[]): Range {
  return dotsAxis(
    cells.flatMap((cell) => [...(cell?.values.map(({ accuracy }) => accuracy) ?? []), cell?.printed ?? []].flat()),
  );
}

function valuesAxis(values: readonly StudiesRow['interquartileMean'][]): Range {
  return dotsAxis(values.flatMap((one) => (one ? [one.value, ...(one.interval ?? [])] : [])));
}

/** The number, its interval, and both on a line. @param tick a value that means something */
function aggregate(one: AggregateValue | undefined, [low, high]: Range, tick?: number): TemplateResult {
  if (!one) return dash;
  const { value, interval } = one;
  const place = (v: number): number => (100 * (v - low)) / (high - low);
  const [from, to] = interval ?? [value, value];
  return html`<span class="numbers"><span class="score">${percentOrDash(value, 1)}</span>
    ${interval ? html`<small>${percentOrDash(from, 1)} to ${percentOrDash(to, 1)}</small>` : nothing}</span>
    <span class="dots" title=${intervalsHint} aria-hidden="true">
      ${tick === undefined ? nothing : html`<span class="tick" .style=${`left:${place(tick)}%`}></span>`}
      ${interval ? html`<span class="extent" .style=${`left:${place(from)}%;width:${place(to) - place(from)}%`}></span>` : nothing}
      <span class="dot" .style=${`left:${place(value)}%`}></span>
    </span>`;
}
