import { html, type TemplateResult } from 'lit';
import type { SpikesResult, SpikingLayerResult } from '../../../protocol/analyses/spikes.ts';
import { layerOf, rateCharts, spikingLayersOf } from '../../../protocol/figures/spikes.ts';
import { commonPlace, layerName, layerNumber } from '../../../protocol/layers.ts';
import { type Cell, colourScale, heatmap } from '../../plot/maps/heatmap.ts';
import { xyChart } from '../../plot/xy.ts';
import { count, percentOrDash, percentSign } from '../../shared/format.ts';
import type { Answered } from './analyses.ts';
import { key } from './key.ts';
import type { Panel, PanelContext } from './panel.ts';
import { ORDERS, type Order, orderOf } from './spikes-order.ts';
import { spikesTables } from './spikes-tables.ts';

type Answer = Answered<'spikes'>;

const SHOWN = ['time', 'class', 'distribution'] as const;
const SHOWN_TEXT = { time: 'Over time', class: 'By class', distribution: 'Distribution' };

/** What the neurons do: rates over time and by class, variants side by side on one scale. */
export const spikes: Panel<'spikes'> = {
  title: 'Spikes',
  about:
    'How often each neuron fires: over time, for each class, and how the rates are distributed. A rate is spikes per neuron and step; one scale for all variants.',
  example: 'samples=1000',
  picture(answers, context) {
    const spiking = answers.filter(({ result }) => result.layers.length > 0);
    if (spiking.length === 0)
      return html`<p class="muted">No layer of these networks spikes; see Table for what they compute.</p>`;
    const names = spikingLayersOf(spiking);
    const layers = spiking.flatMap(({ result }) => result.layers);
    const layer = context.choice('spikes.layer', names);
    const shown = context.choice('spikes.shown', SHOWN);
    return html`<div class="choices">
        ${names.length > 1 ? context.chooser('spikes.layer', 'Layer', names, (name) => layerNumber(name, commonPlace(name, layers))) : ''}
        ${context.chooser('spikes.shown', 'Rates', SHOWN, (one) => SHOWN_TEXT[one])}
        ${shown === 'distribution' ? '' : context.chooser('spikes.order', 'Sort by', ORDERS, (one) => one)}
      </div>
      ${shown === 'distribution' ? distribution(spiking, layer, context) : maps(spiking, layer, shown, context)}`;
  },
  tables: spikesTables,
};

/** The numbers of a map [N, columns]. */
function valuesOf(layer: SpikingLayerResult, shown: 'time' | 'class'): readonly number[] {
  return shown === 'time' ? layer.neuronOverTime : layer.neuronByClass;
}

function maps(
  answers: readonly Answer[],
  name: string,
  shown: 'time' | 'class',
  context: PanelContext,
): TemplateResult {
  let highest = 0;
  for (const answer of answers)
    for (const value of valuesOf(layerOf(answer, name) ?? answer.result.layers[0]!, shown))
      highest = Math.max(highest, value);
  const range = [0, highest] as const;
  const scale = { range, map: 'sequential' as const, scheme: context.theme.scheme };
  const order = context.choice('spikes.order', ORDERS);
  return html`${colourScale(scale, 'rate', (value) => percentSign(value))}
    <div class="side-by-side">${answers.map((answer) => figure(answer, name, shown, order, scale, context))}</div>`;
}

function figure(
  answer: Answer,
  name: string,
  shown: 'time' | 'class',
  order: Order,
  scale: { range: readonly [number, number]; map: 'sequential'; scheme: 'dark' | 'light' },
  context: PanelContext,
): TemplateResult {
  const layer = layerOf(answer, name);
  const { result, run } = answer;
  if (!layer)
    return html`<figure class="panel-figure"><figcaption><h3>${answer.name}</h3></figcaption>
    <p class="muted">has no ${layerName(name)} that spikes.</p></figure>`;
  const memory = context.memory<{ cell: Cell | undefined }>('spikes', () => ({ cell: undefined }));
  const columns = shown === 'time' ? result.bins : result.perClass.length;
  const sorted = context.memory(`spikes ${run.id} ${name} ${shown} ${order} ${answer.checkpoint}`, () => {
    const neurons = orderOf(layer, order);
    const values = valuesOf(layer, shown);
    const rows = Float32Array.from({ length: neurons.length * columns }, (_, i) => {
      const column = i % columns;
      // A class without samples has no rate.
      if (shown === 'class' && result.perClass[column] === 0) return Number.NaN;
      return values[neurons[(i - column) / columns]! * columns + column]!;
    });
    return { neurons, rows };
  });
  const { neurons, rows } = sorted;
  const last = shown === 'time' ? result.steps : columns - 1;
  return html`<figure class="panel-figure">
    <figcaption>
      <h3>${answer.name}</h3>
      <span class="muted">${headline(layer, run.seed, result)}</span>
    </figcaption>
    ${heatmap(
      { ...scale, rows: neurons.length, columns, values: rows },
      {
        label: `Rates of the ${layer.neurons} neurons of ${layerName(name, layer.layer)} ${shown === 'time' ? 'over time' : 'by class'}, ${answer.name}, seed ${run.seed}; as a table under Table`,
        xAxis: { from: shown === 'time' ? '1' : '0', to: String(last), name: shown === 'time' ? 'time step' : 'class' },
        yAxis: {
          from: order === 'place' ? '0' : 'least',
          to: order === 'place' ? String(layer.neurons - 1) : 'most',
          name: `neurons by ${order}`,
        },
        pointed: memory.cell,
        point: (cell) => {
          memory.cell = cell;
          context.invalidate();
        },
        describe: ({ row, column }) => {
          const neuron = neurons[row];
          if (neuron === undefined) return '';
          const where = shown === 'time' ? `steps ${stretch(column, result)}` : `class ${column}`;
          const leak = layer.leakLearned ? `, k ${layer.leak[neuron]!.toFixed(3)}` : '';
          return `neuron ${neuron}, ${where}: ${percentSign(rows[row * columns + column])}; mean ${percentSign(layer.rates[neuron])}${preferred(layer, neuron)}${leak}`;
        },
      },
    )}
  </figure>`;
}

function preferred({ preferredClass, selectivity }: SpikingLayerResult, neuron: number): string {
  const best = preferredClass[neuron];
  return best === null || best === undefined ? '' : `, most in class ${best} (selectivity ${selectivity[neuron]})`;
}

function headline(layer: SpikingLayerResult, seed: number, { samples }: SpikesResult): string {
  const { rate, silent, saturated, window, neurons } = layer;
  return `seed ${seed} · rate ${percentSign(rate)} · ${silent} silent and ${saturated} saturated of ${count(neurons, 'neuron')} · ${percentOrDash(window.share)}\u202f% of neuron-steps in the window · ${count(samples, 'sample')}`;
}

function stretch(bin: number, { stepsPerBin, steps }: SpikesResult): string {
  const from = bin * stepsPerBin + 1;
  const to = Math.min(steps, (bin + 1) * stepsPerBin);
  return from === to ? String(from) : `${from}–${to}`;
}

/** Neurons by mean rate, a line for each variant and seed. */
function distribution(answers: readonly Answer[], name: string, context: PanelContext): TemplateResult {
  return html`${key(answers, context)}
    <div class="side-by-side wide">
      ${rateCharts(answers, name, context.style).map(xyChart)}
    </div>`;
}
