/** How the rates of neurons are distributed (Figure 4 of the paper), and how a layer's rate goes over time. */
import type { SpikingLayerResult } from '../analyses/spikes.ts';
import type { XyChart, XyLine } from '../drawing/xy.ts';
import type { SeedAnswer, StyleOf } from './answers.ts';
import { timeOf } from './errors.ts';

type Answer = SeedAnswer<'spikes'>;

/** A line for each variant and seed. */
export function rateCharts(answers: readonly Answer[], layer: string, style: StyleOf): XyChart[] {
  const lines = (read: (own: SpikingLayerResult, stepsPerBin: number) => { x: number; y: number }[]): XyLine[] =>
    answers.flatMap((answer) => {
      const own = layerOf(answer, layer);
      const points = own && read(own, answer.result.stepsPerBin);
      return points ? [{ name: answer.name, style: style(answer), points, dots: false }] : [];
    });
  return [
    {
      title: 'How the mean rates of the neurons are distributed',
      x: { name: 'rate in %', percent: true, include: [0] },
      y: { name: 'share of the neurons in %', percent: true, include: [0] },
      lines: lines(({ histogram, neurons }) =>
        histogram.map((count, i) => ({ x: (i + 0.5) / histogram.length, y: count / neurons })),
      ),
    },
    {
      title: 'Mean rate of the layer over time',
      x: { name: 'time step' },
      y: { name: 'rate in %', percent: true, include: [0] },
      lines: lines(({ rateOverTime }, stepsPerBin) =>
        rateOverTime.map((y, bin) => ({ x: timeOf(bin, stepsPerBin), y })),
      ),
    },
  ];
}

/** Names of the spiking layers that any of them has. */
export function spikingLayersOf(answers: readonly Answer[]): string[] {
  return [...new Set(answers.flatMap(({ result }) => result.layers.map(({ name }) => name)))];
}

export function layerOf({ result }: Answer, name: string): SpikingLayerResult | undefined {
  return result.layers.find((layer) => layer.name === name);
}
