import { html, type TemplateResult } from 'lit';
import type { SampleAnswer } from '../../../protocol/analyses/sample.ts';
import { heatmap } from '../../plot/maps/heatmap.ts';
import { raster } from '../../plot/maps/raster.ts';
import type { Theme } from '../../shared/theme.ts';

/** Share of the sample that a picture of events gathers around the step that is looked at. */
const GATHERED = 0.05;

/** The input over time, and as a picture where its channels are pixels. */
export function inputPicture(
  answer: SampleAnswer,
  step: number,
  theme: Theme,
  choose: (step: number) => void,
): TemplateResult {
  const { input, steps } = answer;
  const events = input.events;
  return html`<div class="input">
    ${
      events
        ? html`<figure class="panel-figure">
            <figcaption>
              <h3>Input</h3>
              <span class="muted">${events.items.length} events in ${input.channels} channels</span>
            </figcaption>
            ${raster(
              { steps, rows: input.channels, ...events, colour: theme.foreground },
              `Input: ${events.items.length} events in ${input.channels} channels over ${steps} steps`,
              step,
              choose,
            )}
          </figure>`
        : ''
    }
    ${input.picture ? picture(answer, step, theme) : input.current ? picture(answer, step, theme) : ''}
  </div>`;
}

/** Events around a step, or the constant input: planes one above the other, as pixels. */
function picture(answer: SampleAnswer, step: number, theme: Theme): TemplateResult {
  const { input, steps } = answer;
  const { planes, height, width } = input.picture ?? { planes: 1, height: 1, width: input.channels };
  const values = new Float32Array(height * width);
  if (input.current) for (const [i, value] of input.current.entries()) values[i % values.length]! += value / planes;
  const around = Math.max(1, Math.round(GATHERED * steps));
  if (input.events) {
    const { offsets, items } = input.events;
    const from = Math.max(0, step - around);
    // Events of one polarity count up, those of the other down.
    for (const item of items.slice(offsets[from], offsets[step + 1]))
      values[item % values.length]! += planes === 2 && item < values.length ? -1 : 1;
  }
  // The first row of a picture is its uppermost one.
  const flipped = Float32Array.from(
    values,
    (_, i) => values[(height - 1 - Math.floor(i / width)) * width + (i % width)]!,
  );
  const largest = flipped.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const signed = planes === 2 || input.current !== undefined;
  return html`<figure class="panel-figure pixels">
    <figcaption><h3>Picture</h3><span class="muted">${input.events ? `events of ${around} steps up to here` : 'the same in every step'}</span></figcaption>
    ${heatmap(
      {
        rows: height,
        columns: width,
        values: flipped,
        range: signed ? [-largest, largest] : [0, largest],
        map: signed ? 'diverging' : 'sequential',
        scheme: theme.scheme,
      },
      {
        label: `Input as a picture of ${width} × ${height} pixels`,
        xAxis: { from: '0', to: String(width - 1), name: 'x' },
        yAxis: { from: String(height - 1), to: '0', name: 'y' },
        pointed: undefined,
        point: () => {},
        describe: () => '',
      },
    )}
  </figure>`;
}
