import type { SpikingLayerResult } from '../../../protocol/analyses/spikes.ts';
import { layerNumber } from '../../../protocol/layers.ts';
import type { NumberTable } from '../../plot/number-table.ts';
import type { Answered } from './analyses.ts';

type Answer = Answered<'spikes'>;

/** Layers (the paper's Figure 4), what is computed, and every neuron. */
export function spikesTables(answers: readonly Answer[]): NumberTable[] {
  return [layers(answers), efficiency(answers), neurons(answers)];
}

function layers(answers: readonly Answer[]): NumberTable {
  return {
    title: 'Spiking layers',
    note: 'rates in spikes per neuron and step; CV2 and LV over the neurons with enough intervals',
    header: [
      ...['variant', 'seed', 'layer', 'samples', 'neurons', 'rate', 'silent', 'saturated', 'share in window'],
      ...['never in window', 'CV2', 'LV', 'neurons with intervals'],
    ],
    rows: answers.flatMap(({ name, run, result }) =>
      result.layers.map((layer) => [
        ...[
          name,
          run.seed,
          layerNumber(layer.name, layer.layer),
          result.samples,
          layer.neurons,
          layer.rate,
          layer.silent,
          layer.saturated,
        ],
        ...[layer.window.share, layer.window.never, layer.cv2.mean, layer.lv.mean, layer.cv2.neurons],
      ]),
    ),
  };
}

function efficiency(answers: readonly Answer[]): NumberTable {
  return {
    title: 'What one sample takes',
    note: 'by the definitions of NeuroBench; operations alone say little about energy without the memory accesses',
    header: [
      ...['variant', 'seed', 'accumulates', '±', 'multiply-accumulates', '±', 'dense', 'activation sparsity'],
      ...['membrane updates', 'memory accesses', 'bytes of parameters', 'bytes of state'],
    ],
    rows: answers.map(({ name, run, result: { efficiency: e } }) => [
      ...[name, run.seed, e.accumulates.mean, e.accumulates.deviation],
      ...[e.multiplyAccumulates.mean, e.multiplyAccumulates.deviation, e.dense, e.activationSparsity],
      ...[e.membraneUpdates, e.memoryAccesses.mean, e.footprint.parameters, e.footprint.state],
    ]),
  };
}

function neurons(answers: readonly Answer[]): NumberTable {
  const row = (layer: SpikingLayerResult, neuron: number) => [
    ...[layer.rates[neuron]!, layer.preferredClass[neuron]!, layer.selectivity[neuron]!, layer.leak[neuron]!],
    ...[layer.window.shares[neuron]!, layer.cv2.values[neuron]!, layer.lv.values[neuron]!],
  ];
  return {
    title: 'Neurons',
    header: [
      ...['variant', 'seed', 'layer', 'neuron', 'rate', 'preferred class', 'selectivity', 'k'],
      ...['share in window', 'CV2', 'LV'],
    ],
    rows: answers.flatMap(({ name, run, result }) =>
      result.layers.flatMap((layer) =>
        layer.rates.map((_, neuron) => [
          name,
          run.seed,
          layerNumber(layer.name, layer.layer),
          neuron,
          ...row(layer, neuron),
        ]),
      ),
    ),
  };
}
