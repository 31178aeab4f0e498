import { html, nothing, type TemplateResult } from 'lit';
import { epochNote, fallNote } from '../../../protocol/comparison/epochs.ts';
import { isBetter } from '../../../protocol/comparison/table.ts';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import { count, duration, loss, percent } from '../../shared/format.ts';
import { progressLine } from '../../shared/header.ts';
import { icon, stateIcon } from '../../shared/icons.ts';
import { describeGroup, groupState } from '../../shared/progress.ts';
import { runAction } from '../../shared/run-action.ts';
import type { Session } from '../../shared/session.ts';
import { difference } from './difference.ts';
import { seedDots, spikeBars } from './pictures.ts';
import { type Column, nextSort, type Row } from './rows.ts';

const COLUMNS: readonly { id: Column; label: string; unit?: string; title?: string }[] = [
  { id: 'variant', label: 'Variant' },
  {
    id: 'accuracy',
    label: 'Accuracy',
    unit: '%',
    title: 'On the test set, at the epoch with the best validation accuracy, or else at the last epoch',
  },
  {
    id: 'difference',
    label: 'Difference',
    unit: 'pp',
    title: 'Percentage points against the first variant, seed by seed, and what may be said of it',
  },
  { id: 'loss', label: 'Loss' },
  { id: 'spikes', label: 'Spike rate', unit: '%', title: 'Spikes per neuron and step in each spiking layer' },
  { id: 'time', label: 'Time', title: 'Training time of one run' },
];

/** The heads of the columns; each sorts by its column. */
export function headRow(session: Session<'compare'>): TemplateResult {
  return html`<tr>
    ${COLUMNS.map((column) => head(session, column))}
    <th scope="col"><span class="visually-hidden">Actions</span></th>
  </tr>`;
}

function head(session: Session<'compare'>, { id, label, unit, title }: (typeof COLUMNS)[number]): TemplateResult {
  const { sort } = session.state;
  const sorted = sort?.column === id ? (sort.descending ? 'descending' : 'ascending') : 'none';
  return html`<th scope="col" class="col-${id}" aria-sort=${sorted}>
    <button title=${title ?? nothing} @click=${() => session.update({ sort: nextSort(session.state.sort, id) })}>
      <span>${label}</span>${unit ? html`<span class="unit">${unit}</span>` : nothing}
      ${sorted === 'none' ? nothing : icon(sorted === 'descending' ? 'down' : 'up', 'small')}
    </button>
  </th>`;
}

/** One variant: what it changes, how it stands, and what that did. */
export function variantRow(
  session: Session<'compare'>,
  row: Row,
  axis: [number, number],
  open: boolean,
  toggle: () => void,
): TemplateResult {
  return html`<tr class=${open ? 'open' : ''} data-variant=${row.key}>
    <th scope="row" class="col-variant">
      <div class="variant-cell">
        <button
          class="quiet chevron"
          aria-expanded=${open ? 'true' : 'false'}
          aria-label="Runs of ${row.variant}"
          @click=${toggle}
        >
          ${icon('chevron')}
        </button>
        <div>
          <button class="name-link" title="Show it in the file" @click=${() => session.openFile(row.variant)}>
            ${row.variant}
          </button>
          ${row.earlier ? earlierNote(row) : changes(row.changes)} ${standing(row)}
        </div>
      </div>
    </th>
    <td class="col-accuracy">
      <span class="with-picture">
        ${figure(row.accuracy, (v) => percent(v, 2), isBetter(row))}
        ${row.accuracy ? seedDots(row, axis) : nothing}
      </span>
      ${testSet(row)} ${provenance(row)}
    </td>
    <td class="col-difference">${difference(row)}</td>
    <td class="col-loss">${figure(row.loss, loss)}</td>
    <td class="col-spikes">${spikeBars(row.spikeRates)}</td>
    <td class="col-time">${row.seconds ? duration(row.seconds.mean) : none('–')}</td>
    <td class="col-actions">${runAction(session, row.runs, { what: row.variant, ...(row.earlier ? {} : { variant: row.variant }) })}</td>
  </tr>`;
}

/** Of how many seeds and of which epoch the numbers are, and what to beware of. */
function provenance(row: Row): TemplateResult | typeof nothing {
  const missing = row.wanted > row.results.length && row.results.length > 0;
  const note = epochNote(row.results);
  const fall = fallNote(row.results);
  if (!note && !missing) return nothing;
  return html`<p class="provenance">
    ${missing ? html`<span class="missing">${row.results.length} of ${count(row.wanted, 'seed')}</span>` : nothing}
    <span>${note}</span>
    ${fall ? html`<span class="fall">${icon('warning', 'small')}${fall}</span>` : nothing}
  </p>`;
}

/** Runs that the file has moved away from: they stay, and go on, but answer another question. */
function earlierNote({ runs, had }: Row): TemplateResult {
  const newest = Math.max(...runs.map((run) => run.createdAt));
  const when = new Date(newest).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
  const seedsOnly = had && Object.keys(had).length === 0;
  return html`<p class="earlier">
      ${seedsOnly ? 'seeds that the file no longer has' : 'earlier settings'}, started ${when}${had && !seedsOnly ? ', had' : ''}
    </p>
    ${changes(had ?? {})}`;
}

/** Why runs failed, once for each reason. */
export function failures(runs: readonly RunSummary[]): string[] {
  return [...new Set(runs.flatMap((run) => (run.state === 'failed' && run.message ? [run.message] : [])))];
}

/** Fields and their values: only what differs from the file’s settings. */
function changes(fields: Record<string, string>): TemplateResult | typeof nothing {
  const entries = Object.entries(fields);
  if (entries.length === 0) return nothing;
  return html`<ul class="changes">
    ${entries.map(([path, value]) => html`<li><code>${path}:</code> <code class="to">${value}</code></li>`)}
  </ul>`;
}

function standing(row: Row): TemplateResult {
  const { state, progress } = groupState(row.runs);
  const active = state !== undefined && isActive(state);
  return html`<p class="row-state">${stateIcon(state)}<span>${describeGroup(row.runs)}</span></p>
    ${failures(row.runs)
      .slice(0, 2)
      .map((why) => html`<p class="why">${why}</p>`)}
    ${active ? progressLine(progress, `Progress of ${row.variant}`) : nothing}`;
}

/** How far the test set itself reaches, which often is wider than the seeds. */
function testSet({ testInterval }: Row): TemplateResult | typeof nothing {
  if (!testInterval) return nothing;
  const { low, high, samples } = testInterval;
  return html`<p class="provenance" title="Wilson’s 95 % interval of the mean accuracy over ${count(samples, 'test sample')}">
    <span>test set ${percent(low)} to ${percent(high)}</span>
  </p>`;
}

function figure(s: Row['accuracy'], one: (value: number) => string, better = false): TemplateResult {
  if (!s) return none('–');
  return html`<span class="figure ${better ? 'best' : ''}"
    >${one(s.mean)}${s.deviation === undefined ? nothing : html`<span class="sd"> ± ${one(s.deviation)}</span>`}${
      better ? html`<span class="visually-hidden"> better</span>` : nothing
    }</span
  >`;
}

function none(text: string): TemplateResult {
  return html`<span class="none">${text}</span>`;
}
