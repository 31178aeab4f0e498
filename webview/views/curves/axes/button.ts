import { html, nothing, type TemplateResult } from 'lit';
import { describeMetric, parseMetric } from '../../../../protocol/metrics.ts';
import type { AxisId, BandId, ZoomRange } from '../../../../protocol/views.ts';
import type { ChartModel } from '../../../plot/curves/model.ts';
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
      ${models.map((model) => rangeLine(session, model))}
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

/** A fixed range of a value axis; empty follows the data. */
function rangeLine(session: Session<'curves'>, { metric }: ChartModel): TemplateResult {
  const { label, unit } = describeMetric(metric);
  const { quantity } = parseMetric(metric)!;
  const scale = unit === '%' ? 100 : 1;
  const now = session.state.zoomY[quantity];
  const change = (event: Event): void => {
    const line = (event.target as HTMLElement).closest('.range-line')!;
    const [from, to] = [...line.querySelectorAll('input')].map(({ value }) =>
      value.trim() === '' ? Number.NaN : Number(value) / scale,
    );
    const { [quantity]: _, ...others } = session.state.zoomY;
    const range: ZoomRange | undefined = from! < to! ? [from!, to!] : undefined;
    session.update({ zoomY: range ? { ...others, [quantity]: range } : others });
  };
  const field = (which: string, value: number | undefined): TemplateResult =>
    html`<input
      type="number"
      step="any"
      aria-label="${label}: ${which}"
      placeholder="auto"
      .value=${value === undefined ? '' : String(Number((value * scale).toPrecision(6)))}
      @change=${change}
    />`;
  return html`<div class="range-line">
    <span>${label}${unit ? ` in ${unit}` : ''}</span>${field('from', now?.[0])}<span>to</span>${field('up to', now?.[1])}
  </div>`;
}
