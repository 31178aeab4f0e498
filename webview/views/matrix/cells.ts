import { html, nothing, svg, type TemplateResult } from 'lit';
import { isBetter, type TableRow } from '../../../protocol/comparison/table.ts';
import type { MatrixCell, MatrixColumn } from '../../../protocol/matrix.ts';
import type { Series } from '../../../protocol/metrics.ts';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import { percentOrDash, points } from '../../shared/format.ts';
import { icon, stateIcon } from '../../shared/icons.ts';
import { describeGroup, groupState } from '../../shared/study/progress.ts';
import { type Result, wordFor } from './layout.ts';

/** A setting of a variant: a switch for what is on or off, else a word. What the variant says itself stands out. */
export function settingCell(cell: MatrixCell, column: MatrixColumn): TemplateResult {
  const { text, own, problem } = cell;
  const flag = column.closed && (text === 'true' || text === 'false');
  const shown = flag ? (text === 'true' ? 'on' : 'off') : wordFor(column, text);
  return html`<span class="value ${own ? 'own' : 'common'}" title=${problem ? nothing : text}>
      ${flag ? html`<span class="switch ${text === 'true' ? 'on' : ''}" aria-hidden="true"></span>` : nothing}<span
        class="text"
        >${shown === '' ? html`<span class="none">–</span>` : shown}</span
      ></span
    >${
      problem
        ? html`<span class="problem ${problem.severity}" title=${problem.message}>${icon(problem.severity === 'error' ? 'cross' : 'warning', 'small')}<span class="visually-hidden">${problem.severity}: ${problem.message}</span></span>`
        : nothing
    }`;
}

/** How far one run is: its state, its accuracy or progress, and its curve. */
export function seedCell(run: RunSummary | undefined, curve: Series | undefined): TemplateResult {
  if (!run)
    return html`<span class="run none" title="not run yet">${stateIcon(undefined)}<span class="visually-hidden">not run yet</span></span>`;
  const score = run.result ?? run.test ?? run.validation;
  const figure = isActive(run.state) ? `${Math.round(100 * run.progress)} %` : percentOrDash(score?.accuracy);
  return html`<span class="run" title=${describeGroup([run])}
    >${stateIcon(run.state)}<span class="visually-hidden">${describeGroup([run])}</span><span class="figure">${figure}</span
    >${sparkline(curve)}</span
  >`;
}

/** All seeds of a variant, where they are too many for a column each. */
export function seedsCell(runs: readonly RunSummary[]): TemplateResult {
  return html`<span class="run">${stateIcon(groupState(runs).state)}<span>${describeGroup(runs)}</span></span>`;
}

const WIDTH = 44;
const HEIGHT = 16;

/** Test accuracy over the epochs, from 0 to 1. */
function sparkline(curve: Series | undefined): TemplateResult {
  const { x, y } = curve ?? { x: [], y: [] };
  const end = Math.max(...x, 1);
  const path = y
    .flatMap((value, i) =>
      value === null ? [] : [`${((x[i]! / end) * WIDTH).toFixed(1)},${((1 - value) * HEIGHT).toFixed(1)}`],
    )
    .join(' ');
  return html`<svg class="sparkline" viewBox="0 -1 ${WIDTH} ${HEIGHT + 2}" aria-hidden="true">
    ${svg`<polyline points=${path} />`}
  </svg>`;
}

/** What came out of a variant over its seeds. */
export function resultCell(row: TableRow | undefined, result: Result): TemplateResult {
  if (!row) return none();
  switch (result) {
    case 'accuracy': {
      const { accuracy } = row;
      if (!accuracy) return none();
      const missing = row.wanted > row.results.length;
      return html`<span class="figure ${isBetter(row) ? 'best' : ''}"
        >${percentOrDash(accuracy.mean, 2)}${accuracy.deviation === undefined ? nothing : html`<span class="sd"> ± ${percentOrDash(accuracy.deviation, 2)}</span>`}${isBetter(row) ? html`<span class="visually-hidden"> better</span>` : nothing}</span
      >${missing ? html`<span class="missing">(${row.results.length} of ${row.wanted} seeds)</span>` : nothing}`;
    }
    case 'difference': {
      const { verdict } = row;
      if (!verdict) return none();
      if (verdict.kind === 'baseline') return html`<span class="none">baseline</span>`;
      return html`<span class="verdict ${verdict.kind}" title=${verdict.sentence}
        >${verdict.paired && verdict.kind !== 'identical' ? html`<span class="figure">${points(verdict.paired.mean, 2)}</span> ` : nothing}<span
          class="word"
          >${verdict.kind}</span
        ><span class="visually-hidden">: ${verdict.sentence}</span></span
      >`;
    }
    case 'spikes':
      return row.spikeRates && row.spikeRates.length > 0
        ? html`<span class="figure">${row.spikeRates.map(({ mean }) => percentOrDash(mean)).join(' / ')}</span>`
        : none();
  }
}

function none(): TemplateResult {
  return html`<span class="none">–</span>`;
}
