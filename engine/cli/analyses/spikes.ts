import type { Irregularity, LayerEfficiency, SampleSpread, SpikesResult } from '../../../protocol/analyses/spikes.ts';
import { percent, thousands } from '../../../protocol/format.ts';
import { layerNumber } from '../../../protocol/layers.ts';
import { short, table, wrapped } from '../text.ts';

/** What the neurons of each layer do, then what a sample costs. */
export function lines(result: SpikesResult, width = Number.POSITIVE_INFINITY): string[] {
  const { split, samples, steps, layers, efficiency, intervalSamples } = result;
  const missing = result.perClass.filter((n) => n === 0).length;
  return [
    `${split}: ${thousands(samples)} samples, ${steps} steps${missing > 0 ? `, none of ${missing} classes` : ''}`,
    ...(layers.length > 0 ? ['', ...layerTable(result)] : []),
    ...(layers.length > 0
      ? [
          '',
          ...wrapped(
            `${meaning(result)}; never: neurons that are not in it once; CV2 and LV: irregularity of the intervals between spikes (0 regular, about 1 random), mean over the neurons in brackets, from ${thousands(intervalSamples)} samples; leak k: what a potential keeps from one step to the next.`,
            width,
          ),
        ]
      : []),
    '',
    ...costTable(efficiency.layers),
    '',
    'a sample costs, mean ± deviation over samples',
    ...table(
      ['', ''],
      [
        [spread(efficiency.accumulates), 'accumulates (AC)'],
        [spread(efficiency.multiplyAccumulates), 'multiply-accumulates (MAC)'],
        [thousands(efficiency.dense), 'of both if nothing were zero'],
        [thousands(efficiency.membraneUpdates), 'updates of potentials or states'],
        [spread(efficiency.memoryAccesses), 'memory accesses'],
        [spread(efficiency.input.nonZero), efficiency.input.binary ? 'input spikes' : 'inputs that are not zero'],
      ],
      [0],
    ).slice(1),
    `footprint: ${thousands(efficiency.footprint.parameters)} bytes of parameters, ${thousands(efficiency.footprint.state)} of state`,
    ...(efficiency.activationSparsity === null
      ? []
      : [`activation sparsity: ${percent(efficiency.activationSparsity)} % of the neuron-steps have no spike`]),
  ];
}

/** Of the columns about neurons. */
function meaning({ layers, limits }: SpikesResult): string {
  const felt = layers.every(({ window }) => window.bounded)
    ? 'where the surrogate is felt'
    : 'near the threshold, beyond which the surrogate is weaker but not 0';
  const widths = [...new Set(layers.map(({ window }) => window.halfWidth))].join(', ');
  const silent = limits.silent === 0 ? 'neurons without one spike' : `neurons with a rate up to ${limits.silent}`;
  return `rate: spikes per neuron and step; silent: ${silent}; saturated: neurons with a rate from ${limits.saturated} on; window: neuron-steps ${felt}, |u − θ| < ${widths}`;
}

function layerTable({ layers }: SpikesResult): string[] {
  const header = ['layer', 'neurons', 'rate %', 'silent', 'saturated', 'window %', 'never', 'CV2', 'LV', 'leak k'];
  const rows = layers.map(({ layer, name, neurons, rate, silent, saturated, window, cv2, lv, leak }) => [
    layerNumber(name, layer),
    thousands(neurons),
    percent(rate),
    String(silent),
    String(saturated),
    percent(window.share),
    String(window.never),
    irregularity(cv2),
    irregularity(lv),
    range(leak),
  ]);
  return table(header, rows, [0, 1, 2, 3, 4, 5, 6]);
}

function costTable(layers: readonly LayerEfficiency[]): string[] {
  const header = ['layer', 'from', 'operations', 'mean', 'deviation', 'of dense %', 'parameters B', 'state B'];
  const row = (
    layer: string,
    from: string,
    { operation, operations, dense }: Pick<LayerEfficiency, 'operation' | 'operations' | 'dense'>,
  ) => [
    layer,
    from,
    operation === 'accumulate' ? 'AC' : 'MAC',
    thousands(operations.mean),
    thousands(operations.deviation),
    // Poolings, sums and normalisations have no synapses.
    dense === 0 ? '–' : percent(operations.mean / dense),
  ];
  const rows = layers.flatMap((one) => [
    [...row(layerNumber(one.name, one.layer), 'below', one), thousands(one.parameters), thousands(one.state)],
    ...(one.recurrent ? [row('', 'itself', one.recurrent)] : []),
  ]);
  return table(header, rows, [0, 3, 4, 5, 6, 7]);
}

const spread = ({ mean, deviation }: SampleSpread): string => `${thousands(mean)} ± ${thousands(deviation)}`;

const irregularity = ({ mean, neurons }: Irregularity): string =>
  mean === null ? '–' : `${mean.toFixed(2)} (${neurons})`;

function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? short(least) : `${short(least)} to ${short(most)}`;
}

/** In a table over runs: layers one after the other, then a sample. */
export const columns = {
  header: ['rate %', 'silent', 'saturated', 'window %', 'AC', 'MAC', 'of dense %', 'sparsity %'],
  legend: (results: readonly SpikesResult[]) => {
    const spiking = results.find(({ layers }) => layers.length > 0);
    const { split, samples } = results[0]!;
    return `${split}, ${thousands(samples)} samples. ${spiking ? `Layers one after the other. ${meaning(spiking)}; ` : ''}AC, MAC: accumulates and multiply-accumulates of a sample, mean ± deviation over samples; of dense: in parts of those if nothing were zero; sparsity: neuron-steps without a spike.`;
  },
  row: ({ layers, efficiency }: SpikesResult) => {
    const each = (of: (layer: SpikesResult['layers'][number]) => string): string => layers.map(of).join(' / ') || '–';
    const { accumulates, multiplyAccumulates, dense, activationSparsity } = efficiency;
    return [
      each(({ rate }) => percent(rate)),
      each(({ silent, neurons }) => `${silent} of ${neurons}`),
      each(({ saturated }) => String(saturated)),
      each(({ window }) => percent(window.share)),
      spread(accumulates),
      spread(multiplyAccumulates),
      percent((accumulates.mean + multiplyAccumulates.mean) / dense),
      activationSparsity === null ? '–' : percent(activationSparsity),
    ];
  },
};
