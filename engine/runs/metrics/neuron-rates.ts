/** The rates of neurons over epochs that a run has logged, read when somebody wants to see them. */
import type { NeuronRates } from '../../../protocol/metrics.ts';
import { fileOf } from '../folder.ts';
import { type MetricLine, metricSchema } from '../format.ts';
import { LineTail } from './tail.ts';

type NeuronsLine = Extract<MetricLine, { kind: 'neurons' }>;

/** Epochs in an answer: of more, some are left out evenly. */
const MAX_EPOCHS = 256;

/** Of the run in this folder. Lines that cannot be read, or are of another network than the first one, are passed over. */
export function readNeuronRates(runId: string, folder: string): NeuronRates {
  // By step: a resumed run may have logged one twice.
  const found = new Map<number, NeuronsLine>();
  new LineTail(fileOf(folder, 'metrics.jsonl')).read({
    line: (text) => {
      const line = text === null ? undefined : parse(text);
      if (line?.kind === 'resume') for (const step of found.keys()) if (step > line.step) found.delete(step);
      if (line?.kind === 'neurons') found.set(line.step, line);
    },
    reset: () => found.clear(),
  });
  return { runId, ...tableOf([...found.values()].sort((a, b) => a.step - b.step)) };
}

/** Only lines that may matter are looked at closely. */
function parse(text: string): MetricLine | undefined {
  if (!text.includes('"neurons"') && !text.includes('"resume"')) return undefined;
  try {
    return metricSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function tableOf(lines: NeuronsLine[]): Omit<NeuronRates, 'runId'> {
  const shape = ({ layers }: NeuronsLine) =>
    layers.map((layer) => layer && [layer.neurons, layer.rates.length]).join(';');
  const alike = lines.filter((line) => shape(line) === shape(lines[0]!));
  const step = Math.max(1, alike.length / MAX_EPOCHS);
  const kept = alike.filter((_, i) => Math.floor((i + 1) / step) > Math.floor(i / step));
  return {
    epochs: kept.map(({ epoch }) => epoch),
    layers: (kept[0]?.layers ?? []).map((first, l) => {
      if (!first) return null;
      const rows = kept.map(({ layers }) => [...Buffer.from(layers[l]!.rates, 'base64')]);
      const groups = rows[0]!.length;
      const leaks = Buffer.from(kept.at(-1)!.layers[l]!.leaks ?? '', 'base64');
      return {
        neurons: first.neurons,
        groups,
        rates: rows.flat().map(rateOf),
        ...(leaks.length === groups && { leaks: Array.from(leaks, (byte) => Math.round(1e3 * (byte / 255)) / 1e3) }),
      };
    }),
  };
}

/** Spikes per neuron and step out of a byte of the log (format.ts), to four digits after the point. */
function rateOf(byte: number): number {
  return Math.round(1e4 * (byte / 255) ** 2) / 1e4;
}
