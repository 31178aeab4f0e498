import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { SampleLayer } from '../../../protocol/analyses/sample.ts';
import type { Range } from '../../../protocol/drawing/scales.ts';
import { layerName } from '../../../protocol/layers.ts';
import { count } from '../../shared/format.ts';
import type { Moment, ShownNetwork } from './shown.ts';

const WIDTH = 600;
const HEIGHT = 110;

/** The potentials of the neurons that were asked for, the first one at the bottom as in a raster; what the lines mean is said once. */
export function traces({ answer, colour }: ShownNetwork, all: readonly ShownNetwork[], moment: Moment): TemplateResult {
  const traced = answer.layers.slice(0, -1).filter((layer) => layer.traces.length > 0);
  return html`${traced.map(
    (layer) => html`<div class="traces">
      <h3>Potentials of ${layerName(layer.name, layer.layer)}</h3>
      <p class="muted">${legendOf(layer)}</p>
      ${[...layer.traces].sort((a, b) => b.neuron - a.neuron).map(({ neuron, values }) => trace(layer, neuron, values, traceRangeOf(all, layer.layer, neuron), moment, colour))}
    </div>`,
  )}`;
}

/** What is drawn beside the potential. */
function legendOf({ threshold, window, reset, kind }: SampleLayer): string {
  if (threshold === undefined) return kind === 'integrator' ? 'u at every step' : 'h at every step';
  return `u before the reset; dashed: the threshold, ${threshold}; shaded: where the surrogate is not zero, ±${window}; above it: spikes; reset ${reset}${afterReset(1, 1, reset) === undefined ? '' : ', the fall after a spike'}`;
}

/** Of all values of this neuron in all networks, so that they can be compared; 0, where a potential rests, is among them. */
export function traceRangeOf(all: readonly ShownNetwork[], place: number, neuron: number): Range {
  let [low, high] = [0, 0];
  for (const { answer } of all) {
    const layer = answer.layers[place];
    const values = layer?.traces.find((one) => one.neuron === neuron)?.values ?? [];
    for (const value of [...values, layer?.threshold ?? 0])
      if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return [low, high];
}

/** What a spike leaves of a potential; undefined where none is taken away, or only after the next decay. */
function afterReset(u: number, threshold: number, reset: string | undefined): number | undefined {
  return reset === 'hard' ? 0 : reset === 'soft' ? u - threshold : undefined;
}

/** The potential of one neuron over time before the reset; the state of an RNN, LSTM or GRU. */
function trace(
  layer: SampleLayer,
  neuron: number,
  values: readonly number[],
  [low, high]: Range,
  { step, choose }: Moment,
  colour: string,
): TemplateResult {
  const { threshold, window, reset } = layer;
  const room = 0.08 * (high - low || 1);
  const y = (v: number): number => 4 + (1 - (v - low + room) / (high - low + 2 * room)) * (HEIGHT - 8);
  const x = (t: number): number => ((t + 0.5) / values.length) * WIDTH;
  const fired = firedAt(layer, neuron);
  const falls = new Set(fired);
  const path = values
    .map((v, t) => {
      if (!Number.isFinite(v)) return '';
      const left = falls.has(t) ? afterReset(v, threshold!, reset) : undefined;
      return `${t === 0 ? 'M' : 'L'}${x(t).toFixed(1)} ${y(v).toFixed(1)}${left === undefined ? '' : `V${y(left).toFixed(1)}`}`;
    })
    .join('');
  const spikes = threshold === undefined ? '' : count(fired.length, 'spike');
  const label = `Neuron ${neuron} of ${layerName(layer.name, layer.layer)}: ${short(values[step])} at step ${step + 1}${spikes && `, ${spikes}`}; as a table under Table`;
  const point = (event: PointerEvent): void => {
    if (event.buttons !== 1) return;
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const to = Math.floor(((event.clientX - box.left) / box.width) * values.length);
    choose(Math.min(values.length - 1, Math.max(0, to)));
  };
  return html`<figure class="trace">
    <figcaption>
      <span>neuron ${neuron}</span
      ><span class="muted">${threshold === undefined && layer.kind !== 'integrator' ? 'h' : 'u'} = ${short(values[step])}${spikes && ` · ${spikes}`}</span>
    </figcaption>
    <div class="trace-range muted"><span>${short(high)}</span><span>${short(low)}</span></div>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${label} @pointerdown=${point} @pointermove=${point}>
      ${threshold === undefined || window === undefined ? nothing : band(y(threshold + window), y(threshold - window))}
      <path class="rest" d="M0 ${y(0)}H${WIDTH}" />
      ${threshold === undefined ? nothing : svg`<path class="threshold" d="M0 ${y(threshold)}H${WIDTH}"/>`}
      ${fired.map((t) => svg`<path class="spike" d="M${x(t)} 2V${y(threshold ?? high)}" stroke=${colour}/>`)}
      <path d=${path} fill="none" stroke=${colour} stroke-width="1.5" vector-effect="non-scaling-stroke" />
      <path class="cursor" d="M${x(step)} 0V${HEIGHT}" />
    </svg>
  </figure>`;
}

function band(top: number, bottom: number): SVGTemplateResult {
  const from = Math.max(0, top);
  return svg`<rect class="window" x="0" y=${from} width=${WIDTH} height=${Math.max(0, Math.min(HEIGHT, bottom) - from)}/>`;
}

/** Steps at which a neuron fires. */
export function firedAt({ spikes }: SampleLayer, neuron: number): number[] {
  if (!spikes) return [];
  const steps = spikes.offsets.length - 1;
  return [...Array(steps).keys()].filter((t) =>
    spikes.items.slice(spikes.offsets[t], spikes.offsets[t + 1]).includes(neuron),
  );
}

function short(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(4)));
}
