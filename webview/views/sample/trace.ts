import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { SampleLayer } from '../../../protocol/analyses/sample.ts';

const WIDTH = 600;
const HEIGHT = 110;

/**
 * The potential of one neuron over time before the reset, with threshold, surrogate window and spikes drawn in; the state
 * of an RNN, LSTM or GRU.
 */
export function traceChart(
  layer: SampleLayer,
  neuron: number,
  values: readonly number[],
  step: number,
  colour: string,
): TemplateResult {
  const { threshold, window } = layer;
  const marks = threshold === undefined ? [] : [threshold];
  const finite = [...values, ...marks, 0].filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const room = 0.08 * (high - low || 1);
  const y = (v: number): number => 4 + (1 - (v - low + room) / (high - low + 2 * room)) * (HEIGHT - 8);
  const x = (t: number): number => ((t + 0.5) / values.length) * WIDTH;
  const path = values
    .map((v, t) => (Number.isFinite(v) ? `${t === 0 ? 'M' : 'L'}${x(t).toFixed(1)} ${y(v).toFixed(1)}` : ''))
    .join('');
  const fired = firedAt(layer, neuron);
  const label = `Neuron ${neuron} of ${layer.name}: potential ${short(values[step])} at step ${step + 1}, ${fired.length} spikes`;
  return html`<figure class="trace">
    <figcaption>
      <span>neuron ${neuron}</span><span class="muted">u = ${short(values[step])} · ${fired.length} ${fired.length === 1 ? 'spike' : 'spikes'}</span>
    </figcaption>
    <div class="trace-range muted"><span>${short(high)}</span><span>${short(low)}</span></div>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${label}>
      ${threshold === undefined || window === undefined ? '' : band(y(threshold + window), y(threshold - window))}
      ${threshold === undefined ? '' : svg`<path class="threshold" d="M0 ${y(threshold)}H${WIDTH}"/>`}
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
