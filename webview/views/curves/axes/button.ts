import { html, nothing, type TemplateResult } from 'lit';
import { describeMetric, parseMetric } from '../../../../protocol/metrics.ts';
import type { AxisId, BandId, ZoomRange } from '../../../../protocol/views.ts';
import type { ChartModel } from '../../../plot/curves/model.ts';
import { AXES } from '../../../shared/format.ts';
import { boxButton } from '../../../shared/menu.ts';
import type { Session } from '../../../shared/session.ts';

const OVER: readonly (readonly [AxisId, string])[] = [
  ['epoch', 'Epochs'],
  ['update', 'Weight updates'],
  ['time', 'Training time'],
];
const AROUND: readonly (readonly [BandId, string])[] = [
  ['range', 'Min to max'],
  ['deviation', '± standard deviation'],
  ['interval', '95 % interval of the mean'],
  ['none', 'Nothing'],
];

/** What curves are drawn over, what is drawn around them, and how far the value axes reach. */
export function axesButton(session: Session<'curves'>, seeds: boolean, models: readonly ChartModel[]): TemplateResult {
  const { state } = session;
  return boxButton(
    session,
    'axes',
    'Axes',
    'axes',
    () => html`
    ${radios('Over', 'axis', OVER, state.axis, (axis) => session.update({ axis, zoom: null }))}
    <fieldset>
      <legend>From left to right</legend>
      <label>
        <input
          type="checkbox"
          .checked=${state.logX}
          @change=${(event: Event) => session.update({ logX: (event.target as HTMLInputElement).checked, zoom: null })}
        />Logarithmic
      </label>
      ${rangeLine(AXES[state.axis].name, '', 1, state.zoom ?? undefined, (zoom) => session.update({ zoom: zoom ?? null }))}
    </fieldset>
    ${seeds ? radios('Around the mean of the seeds', 'band', AROUND, state.band, (band) => session.update({ band })) : nothing}
    <fieldset>
      <legend>Values</legend>
      <label>
        <input
          type="checkbox"
          .checked=${state.ignoreOutliers}
          @change=${(event: Event) => session.update({ ignoreOutliers: (event.target as HTMLInputElement).checked })}
        />Without the outermost hundredths
      </label>
      ${models.map((model) => valueLine(session, model))}
    </fieldset>
  `,
  );
}

function radios<T extends string>(
  title: string,
  name: string,
  options: readonly (readonly [T, string])[],
  now: T,
  choose: (value: T) => void,
): TemplateResult {
  return html`<fieldset>
    <legend>${title}</legend>
    ${options.map(
      ([value, label]) => html`<label>
        <input type="radio" name=${name} .checked=${value === now} @change=${() => choose(value)} />${label}
      </label>`,
    )}
  </fieldset>`;
}

function valueLine(session: Session<'curves'>, { metric }: ChartModel): TemplateResult {
  const { label, unit } = describeMetric(metric);
  const { quantity } = parseMetric(metric)!;
  return rangeLine(label, unit, unit === '%' ? 100 : 1, session.state.zoomY[quantity], (range) => {
    const { [quantity]: _, ...others } = session.state.zoomY;
    session.update({ zoomY: range ? { ...others, [quantity]: range } : others });
  });
}

/** A fixed range of an axis; empty follows the data. @param scale from what is meant to what is shown */
function rangeLine(
  name: string,
  unit: string,
  scale: number,
  now: ZoomRange | undefined,
  set: (range: ZoomRange | undefined) => void,
): TemplateResult {
  const change = (event: Event): void => {
    const line = (event.target as HTMLElement).closest('.range-line')!;
    const [from, to] = [...line.querySelectorAll('input')].map(({ value }) =>
      value.trim() === '' ? Number.NaN : Number(value) / scale,
    );
    set(from! < to! ? [from!, to!] : undefined);
  };
  const field = (which: string, value: number | undefined): TemplateResult =>
    html`<input
      type="number"
      step="any"
      aria-label="${name}: ${which}"
      placeholder="auto"
      .value=${value === undefined ? '' : String(Number((value * scale).toPrecision(6)))}
      @change=${change}
    />`;
  return html`<div class="range-line">
    <span>${name}${unit ? ` in ${unit}` : ''}</span>${field('from', now?.[0])}<span>to</span>${field('up to', now?.[1])}
  </div>`;
}
