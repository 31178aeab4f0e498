import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import {
  completeLattice,
  type LandscapeResult,
  type Lattice,
  standIns,
} from '../../../../protocol/analyses/landscape.ts';
import { contourPath, levelsOf } from '../../../../protocol/drawing/contours.ts';
import { LEVELS, planeOf, sharpnessChart, valueRangeOf } from '../../../../protocol/figures/landscape.ts';
import { type Cell, colourScale, heatmap } from '../../../plot/maps/heatmap.ts';
import { surface } from '../../../plot/maps/surface.ts';
import { FIRST_TURN, type Turn, turnedBy } from '../../../plot/maps/turning.ts';
import { xyChart } from '../../../plot/xy.ts';
import { loss, percentSign } from '../../../shared/format.ts';
import type { Answered } from '../analyses.ts';
import { key } from '../key.ts';
import type { Panel, PanelContext } from '../panel.ts';

type Answer = Answered<'landscape'>;
const QUANTITIES = ['loss', 'accuracy'] as const;
type Quantity = (typeof QUANTITIES)[number];

interface Memory {
  turn: Turn;
  cell: Cell | undefined;
}

/** Units of the box that they are drawn in. */
const BOX = 100;

/** Figure 6: contours and a surface for each model, on one scale, and sharpness with its spread. */
export const landscape: Panel<'landscape'> = {
  title: 'Landscape',
  about:
    'The loss on a plane of two random directions through each network, which is in the middle; 1 is a step as long as the weights of each neuron. The same directions and colours for all. Hatched: not finite. Drag a surface, or use the arrow keys, to turn them all.',
  example: 'points=51 samples=1000',
  picture(answers, context) {
    const memory = context.memory<Memory>('landscape', () => ({ turn: turnOf(context), cell: undefined }));
    const quantity = context.choice('landscape.quantity', QUANTITIES);
    const planes = answers.map((answer) => keptPlane(answer, quantity, context));
    const shared = valueRangeOf(planes.map(({ values }) => values));
    return html`<div class="landscape-top">
        ${context.chooser('landscape.quantity', 'What is drawn', QUANTITIES, (one) => one)}
        ${colourScale({ range: shared, map: 'sequential', scheme: context.theme.scheme }, quantity, (value) =>
          textOf(quantity, value),
        )}
        <span class="muted">lines at ${levelsOf(shared, LEVELS)
          .map((level) => textOf(quantity, level))
          .join(', ')}</span>
      </div>
      <div class="side-by-side">${planes.map((plane) => figure(plane, shared, { quantity, memory }, context))}</div>
      ${key(answers, context)}
      ${xyChart(sharpnessChart(answers, context.style))}
      <p class="muted">Means over the directions and seeds; bands of one standard deviation over the directions.</p>`;
  },
  tables: (answers) => [
    {
      title: 'Sharpness',
      note: 'over random directions; standard deviation over them',
      header: [
        ...['variant', 'seed', 'radius', 'mean rise', 'deviation', 'accuracy falls by', 'finite directions', 'of'],
        ...['loss of the network', 'accuracy', 'split', 'samples', 'points not finite', 'points done'],
      ],
      rows: answers.flatMap(({ name, run, result }) =>
        result.sharpness.map(({ radius, mean, deviation, accuracyFall, rises, directions }) => [
          ...[name, run.seed, radius, mean, deviation, accuracyFall],
          ...[rises.filter((rise) => rise !== null).length, directions, result.centre.loss, result.centre.accuracy],
          ...[result.split, result.samples, result.notFinite, result.evaluated],
        ]),
      ),
    },
    {
      title: 'The plane',
      header: ['variant', 'seed', 'a', 'b', 'loss', 'accuracy'],
      rows: answers.flatMap(({ name, run, result }) =>
        result.loss.map((value, cell) => [
          ...[name, run.seed, place(cell % result.points, result), place(Math.floor(cell / result.points), result)],
          ...[value, result.accuracy[cell]!],
        ]),
      ),
    },
  ],
};

/** As somebody left it. */
function turnOf({ kept }: PanelContext): Turn {
  const [around = FIRST_TURN.around, above = FIRST_TURN.above] = kept('landscape.turn') ?? [];
  return turnedBy({ around, above }, { around: 0, above: 0 });
}

interface Plane {
  answer: Answer;
  /** [points, points]; NaN where the loss is not finite or nothing is computed yet. */
  values: number[];
}

/** While it is coarse, each cell shows the computed one that stands for it. Kept, so that it is drawn once. */
function keptPlane(answer: Answer, quantity: Quantity, { memory }: PanelContext): Plane {
  const { run, result } = answer;
  const name = `plane ${run.id} ${answer.checkpoint} ${JSON.stringify(answer.params)} ${quantity}`;
  const kept = memory<{ evaluated: number; values: number[] }>(name, () => ({ evaluated: -1, values: [] }));
  if (kept.evaluated !== result.evaluated) {
    kept.values = planeOf(result, quantity);
    kept.evaluated = result.evaluated;
  }
  return { answer, values: kept.values };
}

function figure(
  { answer: { name, run, result }, values }: Plane,
  range: readonly [number, number],
  { quantity, memory }: { quantity: Quantity; memory: Memory },
  { theme, invalidate, keep }: PanelContext,
): TemplateResult {
  const { points, extent, evaluated, notFinite, centre } = result;
  const grid = { rows: points, columns: points, values };
  const axis = { from: String(-extent), to: String(extent) };
  const done = evaluated < points ** 2 ? ` · ${evaluated} of ${points ** 2} points` : '';
  const holes = notFinite > 0 ? ` · ${notFinite} not finite` : '';
  return html`<figure class="panel-figure landscape">
    <figcaption>
      <h3>${name}</h3>
      <span class="muted"
        >seed ${run.seed} · loss ${loss(centre.loss)}, ${percentSign(centre.accuracy)} of ${result.samples} ${result.split}
        samples${done}${holes}</span
      >
    </figcaption>
    <div class="contoured">
      ${heatmap(
        { ...grid, range, map: 'sequential', scheme: theme.scheme },
        {
          label: `${quantity} of ${name}, seed ${run.seed}, on a plane; as a table under Table`,
          xAxis: { ...axis, name: 'direction 0' },
          yAxis: { ...axis, name: 'direction 1' },
          pointed: memory.cell,
          point: (cell) => {
            memory.cell = cell;
            invalidate();
          },
          describe: (cell) => describe(result, cell),
        },
      )}
      <svg class="contours" viewBox="0 0 ${BOX} ${BOX}" preserveAspectRatio="none" aria-hidden="true">
        ${contours(grid, range, completeLattice(points, evaluated))}
      </svg>
    </div>
    ${surface(
      { ...grid, range, scheme: theme.scheme },
      memory.turn,
      `${quantity} of ${name}, seed ${run.seed}, as a surface`,
      (turn) => {
        memory.turn = turn;
        keep('landscape.turn', [turn.around, turn.above]);
        invalidate();
      },
    )}
  </figure>`;
}

/** Through the finest grid that is complete: cells that stand for others have steps that the loss has not. */
function contours(
  { columns, values }: { columns: number; values: readonly number[] },
  range: readonly [number, number],
  lattice: Lattice | undefined,
): SVGTemplateResult | typeof nothing {
  if (!lattice) return nothing;
  const { first, stride, count } = lattice;
  const coarse = Array.from({ length: count * count }, (_, i) => {
    const [row, column] = [Math.floor(i / count), i % count];
    return values[(first + row * stride) * columns + first + column * stride]!;
  });
  const grid = { rows: count, columns: count, values: coarse };
  // Where its cells have their middles in the whole picture; rows go upwards.
  const scale = (count * stride) / columns;
  const left = (BOX * (first + 0.5 - stride / 2)) / columns;
  const top = BOX * (1 - scale) - left;
  return svg`<g transform="translate(${left} ${top}) scale(${scale})">${levelsOf(range, LEVELS).map(
    (level) => svg`<path d=${contourPath(grid, level, BOX) || 'M0 0'} vector-effect="non-scaling-stroke"/>`,
  )}</g>`;
}

function describe(result: LandscapeResult, { row, column }: Cell): string {
  const cell = row * result.points + column;
  const coordinates = `(${place(column, result)}, ${place(row, result)})`;
  if (standIns(result.points, result.evaluated)[cell] !== cell) return `${coordinates}: not computed yet`;
  const value = result.loss[cell];
  if (value === null || value === undefined) return `${coordinates}: the loss is not finite`;
  return `${coordinates}: loss ${loss(value)}, accuracy ${percentSign(result.accuracy[cell])}`;
}

/** Of a column or row, on its axis. */
const place = (i: number, { points, extent }: LandscapeResult): number =>
  Number((extent * ((2 * i) / (points - 1) - 1)).toPrecision(6));

const textOf = (quantity: Quantity, value: number): string => (quantity === 'loss' ? loss(value) : percentSign(value));
