import { html, nothing, type TemplateResult } from 'lit';
import type { Column } from '../../../protocol/comparison/columns.ts';
import { epochNote, fallNote } from '../../../protocol/comparison/epochs.ts';
import { isBetter } from '../../../protocol/comparison/table.ts';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import { seedDots } from '../../plot/seed-dots.ts';
import { count, duration, loss, percentOrDash } from '../../shared/format.ts';
import { progressLine } from '../../shared/header.ts';
import { icon, stateIcon } from '../../shared/icons.ts';
import type { Session } from '../../shared/session.ts';
import { describeGroup, groupState } from '../../shared/study/progress.ts';
import { runAction } from '../../shared/study/run-action.ts';
import { pinButton } from './choose/groups.ts';
import { difference } from './difference.ts';
import { starButton } from './notes.ts';
import { spikeBars } from './pictures.ts';
import { type Row, seedAccuracies } from './rows.ts';
import { tagList } from './tags.ts';

/** How a row looks and what can be done with it. */
export interface RowLook {
  columns: readonly Column[];
  /** The row that the others are compared with. */
  reference: Row;
  /** Of the dots of all rows. */
  axis: [number, number];
  open: boolean;
  toggle: () => void;
  /** Beside others below the table. */
  chosen: boolean;
  choose: () => void;
  /** Only rows with this tag. */
  showTag: (tag: string) => void;
  /** Writes its settings back into the file; absent where the file has them. */
  adopt: (() => void) | undefined;
}

/** One variant: what it changes, how it stands, and what that did. */
export function variantRow(session: Session<'compare'>, row: Row, look: RowLook): TemplateResult {
  const { columns, open, adopt } = look;
  return html`<tr class="${open ? 'open' : ''} ${session.state.pinned.includes(row.key) ? 'pinned' : ''}" data-variant=${row.key}>
    ${columns.map((column) => cell(session, row, column, look))}
    <td class="col-actions">
      ${
        adopt
          ? html`<button class="quiet" title="Write these settings into ${row.variant} of the file" aria-label="Write the earlier settings of ${row.variant} into the file" @click=${adopt}>
            ${icon('back')}
          </button>`
          : nothing
      }${pinButton(session, row, nameOf(row))}${starButton(session, row.runs, nameOf(row))}${runAction(session, row.runs, { what: row.variant, ...(row.earlier || row.study !== undefined ? {} : { variant: row.variant }) })}
    </td>
  </tr>`;
}

function nameOf({ earlier, variant }: Row): string {
  return earlier ? `earlier settings of ${variant}` : variant;
}

function cell(session: Session<'compare'>, row: Row, column: Column, look: RowLook): TemplateResult {
  switch (column.id) {
    case 'variant':
      return nameCell(session, row, look);
    case 'accuracy':
      return html`<td class="col-accuracy">
        <span class="with-picture">
          ${figure(row.accuracy, (v) => percentOrDash(v, 2), isBetter(row))}
          ${row.accuracy ? seedDots({ seeds: seedAccuracies(row), mean: row.accuracy.mean }, look.axis) : nothing}
        </span>
        ${testSet(row)} ${provenance(row)}
      </td>`;
    case 'difference':
      return html`<td class="col-difference">${difference(row)}</td>`;
    case 'loss':
      return html`<td class="col-loss">${figure(row.loss, loss)}</td>`;
    case 'spikes':
      return html`<td class="col-spikes">${spikeBars(row.spikeRates)}</td>`;
    case 'time':
      return html`<td class="col-time">${row.seconds ? duration(row.seconds.mean) : none('–')}</td>`;
    case 'last':
      return html`<td class="col-last">${figure(row.lastAccuracy, (v) => percentOrDash(v, 2))}</td>`;
    case 'seeds':
      return html`<td class="col-seeds">
        ${row.wanted > row.results.length ? `${row.results.length} of ${row.wanted}` : row.results.length}
      </td>`;
    default:
      return column.setting
        ? settingCell(row, column, look.reference)
        : html`<td class="col-${column.id}">${column.texts[0]!.text(row)}</td>`;
  }
}

/** What is not as the reference has it stands out. */
function settingCell(row: Row, column: Column, { settings, variant }: Row): TemplateResult {
  const text = row.settings?.[column.id];
  const own = settings !== undefined && text !== settings[column.id];
  const title = own ? `${column.id}; ${variant} has ${settings[column.id] ?? 'no such field'}` : column.id;
  return html`<td class="col-setting">
    ${text === undefined ? none(row.settings ? '–' : '…') : html`<code class=${own ? 'own' : ''} title=${title}>${text}</code>`}
  </td>`;
}

function nameCell(
  session: Session<'compare'>,
  row: Row,
  { columns, open, toggle, chosen, choose, showTag }: RowLook,
): TemplateResult {
  const settings = columns.some(({ setting }) => setting);
  return html`<th scope="row" class="col-variant">
      <div class="variant-cell">
        <input
          type="checkbox"
          class="choose"
          aria-label="Compare ${nameOf(row)} with others"
          title="Put it beside others below the table"
          .checked=${chosen}
          @change=${choose}
        />
        <button
          class="quiet chevron"
          aria-expanded=${open ? 'true' : 'false'}
          aria-label="Runs of ${row.variant}"
          @click=${toggle}
        >
          ${icon('chevron')}
        </button>
        <div>
          ${
            row.study === undefined
              ? html`<button class="name-link" title="Show it in the file" @click=${() => session.openFile(row.variant)}>
                ${row.variant}
              </button>`
              : html`<span class="name-link">${row.variant}</span>`
          }
          ${row.earlier ? earlierNote(row) : settings ? nothing : changes(row.changes)} ${standing(row)} ${tagList(row.runs, showTag)}
        </div>
      </div>
    </th>`;
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
    <span>test set ${percentOrDash(low)} to ${percentOrDash(high)}</span>
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
