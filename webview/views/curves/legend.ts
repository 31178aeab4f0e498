import { html, nothing, type TemplateResult } from 'lit';
import { epochNote, fallNote } from '../../../protocol/comparison/epochs.ts';
import type { Metric, Split } from '../../../protocol/metrics.ts';
import { isActive } from '../../../protocol/runs.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { warningsNow } from '../../../protocol/warnings.ts';
import { nearest } from '../../plot/curves/grid.ts';
import type { ChartModel, Curve } from '../../plot/curves/model.ts';
import { readAt } from '../../plot/curves/model.ts';
import { swatch } from '../../plot/swatch.ts';
import { AXES, count, epoch, loss, percentOrDash, percentSign } from '../../shared/format.ts';
import { progressLine } from '../../shared/header.ts';
import { icon, stateIcon } from '../../shared/icons.ts';
import type { Session } from '../../shared/session.ts';
import { describeGroup, groupState } from '../../shared/study/progress.ts';
import { runAction } from '../../shared/study/run-action.ts';
import { sortedValues } from './arrange/groups.ts';
import { latest, toggleHidden, type VariantEntry } from './variants.ts';

/** null: not a number. */
type Value = number | null | undefined;

export interface LegendCursor {
  x: number;
  accuracy: { model: ChartModel; index: number };
  loss: { model: ChartModel; index: number };
}

/** Where both charts of a split stand at an epoch; undefined without a cursor. */
export function legendCursor(
  models: ReadonlyMap<Metric, ChartModel>,
  split: Split,
  x: number | undefined,
): LegendCursor | undefined {
  const [accuracy, loss] = [models.get(`${split}.accuracy`), models.get(`${split}.loss`)];
  if (x === undefined || !accuracy || !loss) return undefined;
  return {
    x,
    accuracy: { model: accuracy, index: nearest(accuracy.xs, x) },
    loss: { model: loss, index: nearest(loss.xs, x) },
  };
}

/** All variants with their colours, newest values (or those at the cursor) and what they are doing. */
export function legend(
  session: Session<'curves'>,
  entries: readonly VariantEntry[],
  cursor: LegendCursor | undefined,
  curves: readonly Curve[],
  onEmphasis: (name: string | undefined) => void,
): TemplateResult {
  const split = session.state.split;
  const read = cursor && {
    accuracy: new Map(readAt(cursor.accuracy.model, cursor.accuracy.index).map((r) => [r.name, r.value])),
    loss: new Map(readAt(cursor.loss.model, cursor.loss.index).map((r) => [r.name, r.value])),
  };
  const nanEpochs = new Map(curves.flatMap((c) => (c.notANumber[0] ? [[c.name, c.notANumber[0].x] as const] : [])));
  const allHidden = entries.length > 0 && entries.every((e) => e.hidden);
  return html`<aside class="legend" data-scroll="legend" aria-label="Variants">
    <div class="legend-head">
      <span class="when">${cursor ? `${AXES[session.state.axis].name} ${AXES[session.state.axis].text(cursor.x)}` : 'Latest'}</span>
      <span class="value">Acc. %</span><span class="value">Loss</span>
    </div>
    <ul @pointerleave=${() => onEmphasis(undefined)}>
      ${entries.map((entry) =>
        legendRow(
          session,
          entries,
          entry,
          read
            ? [read.accuracy.get(entry.name), read.loss.get(entry.name)]
            : values(entry, split, nanEpochs.has(entry.name)),
          nanEpochs.get(entry.name),
          onEmphasis,
        ),
      )}
    </ul>
    <p class="legend-foot">
      ${
        session.state.hiddenVariants.length > 0
          ? html`<button class="link" @click=${() => session.update({ hiddenVariants: [] })}>
              Show all ${entries.length}
            </button>`
          : nothing
      }
      ${allHidden ? html`<span>All variants are hidden.</span>` : nothing}
    </p>
    ${colourKey(session, entries)} ${marksKey(curves)} ${outdatedLine(session)}
  </aside>`;
}

/** Newest accuracy and loss; null where there is none because the curve stopped being a number. */
function values(entry: VariantEntry, split: Split, broken: boolean): [Value, Value] {
  const none = broken ? null : undefined;
  return [latest(entry, split, 'accuracy') ?? none, latest(entry, split, 'loss') ?? none];
}

function legendRow(
  session: Session<'curves'>,
  entries: readonly VariantEntry[],
  entry: VariantEntry,
  [accuracy, lossValue]: [Value, Value],
  nanEpoch: number | undefined,
  onEmphasis: (name: string | undefined) => void,
): TemplateResult {
  const { state, progress } = groupState(entry.runs);
  const active = state !== undefined && isActive(state);
  const hide = (alone: boolean): void => session.update({ hiddenVariants: toggleHidden(entries, entry.key, alone) });
  return html`<li
    class=${entry.hidden ? 'hidden' : ''}
    data-variant=${entry.name}
    @pointerenter=${() => onEmphasis(entry.hidden ? undefined : entry.name)}
  >
    <button
      class="legend-toggle"
      aria-pressed=${entry.hidden ? 'false' : 'true'}
      title="Click to ${entry.hidden ? 'show' : 'hide'}, Alt+click to show only this one"
      @click=${(event: MouseEvent) => hide(event.altKey)}
      @focus=${() => onEmphasis(entry.hidden ? undefined : entry.name)}
      @blur=${() => onEmphasis(undefined)}
    >
      ${swatch(entry.style)}
      <span class="name">${entry.name}</span>
      <span class="value">${accuracy === null ? 'NaN' : percentOrDash(accuracy)}</span>
      <span class="value">${lossValue === null ? 'NaN' : loss(lossValue)}</span>
      <span class=${state === 'finished' ? 'state settled' : 'state'}>
        ${stateIcon(state)}<span>${describeGroup(entry.runs)}</span>
        ${
          nanEpoch === undefined
            ? nothing
            : html`<span class="nan">${icon('warning', 'small')}NaN at ${AXES[session.state.axis].name.toLowerCase()} ${AXES[session.state.axis].text(nanEpoch)}</span>`
        }
      </span>
      ${entry.had ? html`<span class="had">${entry.had}</span>` : nothing}
      ${notes(entry).map(([kind, text]) => html`<span class=${kind}>${text}</span>`)}
    </button>
    <span class="row-actions">${runAction(session, entry.runs, { what: entry.variant, ...(entry.startable ? { variant: entry.variant } : {}) })}</span>
    ${active ? progressLine(progress, `Progress of ${entry.name}`) : nothing}
  </li>`;
}

/** Why runs failed, what is wrong with them; and of which epoch the result is that tables name, where it is not the newest value. */
function notes({ runs }: VariantEntry): (readonly [kind: 'why' | 'best' | 'warned', text: string])[] {
  const failed = runs.find((run) => run.state === 'failed' && run.message);
  const results = runs.filter((run) => run.state === 'finished' && run.result);
  const moved = results.some((run) => run.result!.epoch !== run.last?.epoch);
  const mean = meanOf(results.map((run) => run.result!.accuracy));
  const best = moved ? `test ${percentSign(mean)} ${epochNote(results)}` : '';
  const fall = fallNote(results);
  return [
    ...(failed ? [['why', failed.message!] as const] : []),
    ...warningsNow(runs).map(
      ({ since, sentence }) => ['warned', `△ since epoch ${epoch(since)}: ${sentence}`] as const,
    ),
    ...(best ? [['best', best] as const] : []),
    ...(fall ? [['best', fall] as const] : []),
  ];
}

/** Which value each colour stands for, where several curves share one. */
function colourKey({ state }: Session<'curves'>, entries: readonly VariantEntry[]): TemplateResult | typeof nothing {
  const first = new Map<string, VariantEntry>();
  for (const entry of entries) if (entry.value !== undefined && !first.has(entry.value)) first.set(entry.value, entry);
  if (state.pooled || first.size === 0) return nothing;
  return html`<div class="colour-key">
    <span class="muted">Colours: ${state.colourBy}</span>
    <ul aria-label="Values of the colours">
      ${sortedValues([...first.keys()]).map(
        (value) => html`<li>${swatch({ colour: first.get(value)!.style.colour, dash: [] })}<span>${value}</span></li>`,
      )}
    </ul>
  </div>`;
}

/** What the signs on the curves are; those that are there. */
function marksKey(curves: readonly Curve[]): TemplateResult | typeof nothing {
  const ended = curves.flatMap(({ ended }) => ended);
  const marks = [
    ['○', 'epoch that counts', curves.some(({ counting }) => counting.length > 0)],
    ['×', 'not a number from here on', curves.some(({ notANumber }) => notANumber.length > 0)],
    ['△', 'warning', curves.some(({ warned }) => warned.length > 0)],
    ['▷', 'resumed', curves.some(({ resumed }) => resumed.length > 0)],
    ['‖', 'stopped', ended.some(({ kind }) => kind === 'stopped')],
    ['■', 'failed', ended.some(({ kind }) => kind === 'failed')],
  ] as const;
  const shown = marks.filter(([, , there]) => there);
  if (shown.length === 0) return nothing;
  return html`<ul class="marks-key" aria-label="Signs on the curves">
    ${shown.map(([sign, text]) => html`<li><span aria-hidden="true">${sign}</span> ${text}</li>`)}
  </ul>`;
}

/** Runs that the file has moved away from. */
function outdatedLine(session: Session<'curves'>): TemplateResult | typeof nothing {
  const n = session.comparison?.outdated.length ?? 0;
  if (n === 0) return nothing;
  const shown = session.state.showOutdated === true;
  return html`<p class="outdated">
    ${icon('info')}
    <span>
      ${count(n, 'run')} with earlier settings ${shown ? 'shown' : 'not shown'}.
      <button class="link" @click=${() => session.update({ showOutdated: !shown })}>${shown ? 'Hide' : 'Show'}</button>
    </span>
  </p>`;
}
