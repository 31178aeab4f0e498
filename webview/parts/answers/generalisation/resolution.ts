import { html, type TemplateResult } from 'lit';
import { colourIndex, cssColour, type Rgb, sequential } from '../../../../protocol/drawing/colours.ts';
import { byVariant } from '../../../../protocol/figures/answers.ts';
import {
  accuraciesAt,
  inputSpikesAt,
  type LeakTreatment,
  lengthsOf,
  resolutionCharts,
  WAY_IDS,
  WAYS,
} from '../../../../protocol/figures/resolution.ts';
import { meanOf } from '../../../../protocol/statistics.ts';
import { xyChart } from '../../../plot/xy.ts';
import { percentSign } from '../../../shared/format.ts';
import type { Answered } from '../analyses.ts';
import { key } from '../key.ts';
import type { Panel, PanelContext } from '../panel.ts';

type Answer = Answered<'resolution'>;

/** Table 7, as curves and as a table of colours. */
export const resolution: Panel<'resolution'> = {
  title: 'Resolution',
  about:
    'Accuracy on the same recordings, cut into steps of other lengths than in training: the network as it is, and with its leaks rescaled to the same decay per millisecond. Bands reach from the least to the greatest seed.',
  example: 'dts=[1, 2, 3, 5, 10]',
  picture(answers, context) {
    const trained = answers[0]!.result.trainedAt;
    return html`${key(answers, context)}
      <div class="side-by-side wide">
        ${resolutionCharts(answers, context.style).map(xyChart)}
      </div>
      ${WAY_IDS.map((way) => heatTable(answers, way, trained, context))}`;
  },
  tables: (answers) => [
    {
      title: 'Temporal resolution',
      note: answers.some(({ result }) => result.rescaling === 'changes nothing')
        ? 'networks without a leak between 0 and 1 have nothing to rescale'
        : '',
      header: [
        ...['variant', 'seed', 'ms', 'trained at', 'steps', 'window', 'samples', 'accuracy', 'leak rescaled'],
        ...['loss', 'loss rescaled', 'input spikes', 'occupied', 'values'],
      ],
      rows: answers.flatMap(({ name, run, result: { rows, trainedAt, values } }) =>
        rows.map((row) => [
          ...[name, run.seed, row.dt, trainedAt, row.steps, row.window, row.samples],
          ...[row.asIs.accuracy, row.rescaled.accuracy, row.asIs.loss, row.rescaled.loss],
          ...[row.inputSpikes, row.occupied, values],
        ]),
      ),
    },
  ],
};

/** Variants × lengths, on one scale of colours; means over the seeds. */
function heatTable(
  answers: readonly Answer[],
  way: LeakTreatment,
  trained: number,
  { theme }: PanelContext,
): TemplateResult {
  const variants = byVariant(answers);
  const dts = lengthsOf(answers);
  const cellsOf = (one: LeakTreatment): number[][][] =>
    variants.map(({ runs }) => dts.map((dt) => accuraciesAt(runs, dt, one)));
  const cells = cellsOf(way);
  // One scale for both tables, so that a colour means the same in them.
  const means = WAY_IDS.flatMap(cellsOf)
    .flat()
    .filter((values) => values.length > 0)
    .map(meanOf);
  const range = [Math.min(...means), Math.max(...means)] as const;
  const colours = sequential(theme.scheme);
  const spikesAt = (dt: number): string => {
    const spikes = inputSpikesAt(answers, dt);
    return spikes === undefined ? '' : `${Math.round(spikes)} input spikes`;
  };
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Accuracy, ${WAYS[way]}">
    <table class="values heat">
      <caption>Accuracy, ${WAYS[way]} <small>means over the seeds; ${answers[0]!.result.values}</small></caption>
      <thead>
        <tr>
          <th scope="col">variant</th>
          ${dts.map((dt) => html`<th scope="col" title=${spikesAt(dt)}>${dt} ms${dt === trained ? ' (trained)' : ''}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${variants.map(
          ({ name }, v) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${dts.map((_, d) => {
                const values = cells[v]![d]!;
                if (values.length === 0) return html`<td>–</td>`;
                return html`<td .style=${colouring(colours[colourIndex(meanOf(values), range)]!)}>${percentSign(meanOf(values))}</td>`;
              })}
            </tr>`,
        )}
        <tr>
          <th scope="row">input spikes</th>
          ${dts.map((dt) => html`<td>${spikesAt(dt).split(' ')[0]}</td>`)}
        </tr>
      </tbody>
    </table>
  </div>`;
}

/** Text in black or white, whichever stands out. */
function colouring([r, g, b]: Rgb): string {
  const light = 0.2126 * (r / 255) ** 2.2 + 0.7152 * (g / 255) ** 2.2 + 0.0722 * (b / 255) ** 2.2;
  return `background: ${cssColour([r, g, b])}; color: ${light > 0.18 ? '#000' : '#fff'}`;
}
