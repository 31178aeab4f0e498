import { html, nothing, type TemplateResult } from 'lit';
import type { SampleAnswer, SampleInput } from '../../../protocol/analyses/sample.ts';
import { rowsAt } from '../../plot/maps/dots.ts';
import { colourScale, heatmap } from '../../plot/maps/heatmap.ts';
import { raster } from '../../plot/maps/raster.ts';
import { count } from '../../shared/format.ts';
import { channelName, type Moment } from './shown.ts';

/** Share of the sample that a picture of events gathers around the step that is looked at. */
const GATHERED = 0.05;

/**
 * The input over time, and as a picture where its channels are pixels.
 * @param name of the pictures, and in their headings where there is more than one input
 */
export function inputPicture({ input, steps }: SampleAnswer, name: string, moment: Moment): TemplateResult {
  const { events } = input;
  const heading = name === '' ? 'Input' : `Input of ${name}`;
  return html`<div class="input">
    ${
      events
        ? html`<figure class="panel-figure">
            <figcaption>
              <h3>${heading}</h3>
              <span class="muted">${count(events.items.length, 'event')} in ${count(input.channels, 'channel')}</span>
            </figcaption>
            ${raster(
              { steps, rows: input.channels, ...events },
              {
                label: `${heading}: ${count(events.items.length, 'event')} in ${count(input.channels, 'channel')} over ${steps} steps; as a table under Table`,
                colour: moment.theme.foreground,
                step: moment.step,
                choose: moment.choose,
                pointed: moment.pointed('input'),
                point: (place) => moment.point('input', place),
                describe: ({ step, row }) => {
                  const rows = rowsAt({ steps, rows: input.channels, ...events }, step);
                  const own = rows.filter((one) => one === row).length;
                  return `step ${step + 1}, ${channelName(input, row)}: ${count(own, 'event')} of ${rows.length} in this step`;
                },
              },
            )}
          </figure>`
        : nothing
    }
    ${input.picture || input.current ? picture(input, heading, moment) : nothing}
  </div>`;
}

function whenOf({ events }: SampleInput, chosen: boolean, around: number): string {
  if (!events) return 'the same in every step';
  return chosen
    ? `events of ${count(around, 'step')} up to here`
    : 'all events; step through time for those of a moment';
}

/** Events around a step, or the constant input: planes one above the other, as pixels. */
function picture(
  input: SampleInput,
  heading: string,
  { step, steps, chosen, theme, pointed, point }: Moment,
): TemplateResult {
  const { planes, height, width } = input.picture ?? { planes: 1, height: 1, width: input.channels };
  const values = new Float32Array(height * width);
  if (input.current) for (const [i, value] of input.current.entries()) values[i % values.length]! += value / planes;
  const around = Math.max(1, Math.round(GATHERED * steps));
  if (input.events) {
    const { offsets, items } = input.events;
    const from = chosen ? Math.max(0, step + 1 - around) : 0;
    // Events of one polarity count up, those of the other down.
    for (const item of items.slice(offsets[from], offsets[chosen ? step + 1 : steps]))
      values[item % values.length]! += planes === 2 && item < values.length ? -1 : 1;
  }
  // The first row of a picture is its uppermost one.
  const flipped = Float32Array.from(
    values,
    (_, i) => values[(height - 1 - Math.floor(i / width)) * width + (i % width)]!,
  );
  const largest = flipped.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const signed = planes === 2 || flipped.some((value) => value < 0);
  const colours = {
    range: [signed ? -largest : 0, largest] as const,
    map: signed ? ('diverging' as const) : ('sequential' as const),
    scheme: theme.scheme,
  };
  const cell = pointed('picture');
  return html`<figure class="panel-figure ${input.picture ? 'pixels' : 'strip'}">
    <figcaption>
      <h3>${input.events ? 'Picture' : heading}</h3>
      <span class="muted">${whenOf(input, chosen, around)}</span>
    </figcaption>
    ${heatmap(
      { rows: height, columns: width, values: flipped, ...colours },
      {
        label: `${heading} as a picture of ${width} × ${height} pixels; as a table under Table`,
        xAxis: { from: '0', to: String(width - 1), name: input.picture ? 'x' : 'channel' },
        yAxis: input.picture ? { from: String(height - 1), to: '0', name: 'y' } : { from: '', to: '', name: '' },
        pointed: cell && { row: cell.row, column: cell.step },
        point: (to) => point('picture', to && { row: to.row, step: to.column }),
        describe: ({ row, column }) => {
          const value = flipped[row * width + column]!;
          const place = input.picture ? `x ${column}, y ${height - 1 - row}` : `channel ${column}`;
          return `${place}: ${Number(value.toPrecision(4))}${input.events && planes === 2 ? ' (on minus off)' : ''}`;
        },
      },
    )}
    ${colourScale(colours, '', (value) => String(Number(value.toPrecision(3))))}
  </figure>`;
}
