/** From the errors of single samples to what is said of a layer. */
import type { ErrorsLayer, Quartiles } from '../../../protocol/analyses/errors.ts';
import { quantile, rounded } from '../numbers.ts';
import type { ErrorLayer, Propagation } from './propagation.ts';
import { stretch } from './recurrence.ts';

export interface Time {
  steps: number;
  bins: number;
  stepsPerBin: number;
}

export class LayerErrors {
  /** By sample, [bins]; NaN where there is nothing. */
  private readonly rows: Record<'norm' | 'leak' | 'reset' | 'whole' | 'fresh', Float64Array[]> = {
    norm: [],
    leak: [],
    reset: [],
    whole: [],
    fresh: [],
  };
  /** Sums over samples, [bins]. */
  private readonly kept: Float64Array;
  private readonly surrogate: Float64Array;
  private readonly surrogateShare: Float64Array;
  private readonly vanished: Float64Array;
  private readonly expected = { leak: 0, reset: 0, own: 0, surrogate: 0 };
  private readonly gains = { leak: 0, reset: 0, whole: 0, count: 0 };
  private readonly ratios = { sum: 0, count: 0 };

  constructor(
    private readonly layer: ErrorLayer,
    private readonly time: Time,
  ) {
    const { bins } = time;
    [this.kept, this.surrogate, this.surrogateShare, this.vanished] = [0, 0, 0, 0].map(
      () => new Float64Array(bins),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  }

  add(one: Propagation): void {
    const { time } = this;
    for (const [name, rows] of Object.entries(this.rows) as [keyof typeof this.rows, Float64Array[]][])
      rows.push(binned(one[name], time));
    for (const name of ['kept', 'surrogate', 'surrogateShare'] as const) addTo(this[name], binned(one[name], time));
    addTo(
      this.vanished,
      binned(
        one.norm.map((norm) => Number(norm === 0)),
        time,
      ),
    );
    for (const name of ['leak', 'reset', 'own', 'surrogate'] as const) this.expected[name] += one.squares[name];
    for (let t = 0; t + 1 < time.steps; t++) {
      if (Number.isNaN(one.whole[t])) continue;
      for (const name of ['leak', 'reset', 'whole'] as const) this.gains[name] += one[name][t]! ** 2;
      this.gains.count++;
      if (one.norm[t] === 0) continue;
      this.ratios.sum += Math.log(one.norm[t]! / one.norm[t + 1]!);
      this.ratios.count++;
    }
  }

  result(place: number, name: string): ErrorsLayer {
    const { neuron, leak, recurrent } = this.layer;
    const N = leak.length;
    const samples = this.rows.norm.length;
    const { steps, bins } = this.time;
    const means = (sums: Float64Array): number[] => Array.from(sums, (sum) => rounded(sum / samples));
    const quartiles = (rows: Float64Array[]): Quartiles => quartilesOf(rows, bins);
    const pairs = samples * (steps - 1) * N;
    const expected = (square: number): number => (pairs > 0 ? Math.sqrt(square / pairs) : 0);
    const measured = (name: 'leak' | 'reset' | 'whole'): number | null =>
      this.gains.count > 0 ? rounded(Math.sqrt(this.gains[name] / this.gains.count)) : null;
    const stretched = recurrent && stretch(recurrent, N);
    const whole = Math.hypot(expected(this.expected.own), expected(this.expected.surrogate) * (stretched?.gain ?? 0));
    return {
      layer: place,
      name,
      neurons: N,
      spiking: neuron.kind === 'lif',
      norm: quartiles(this.rows.norm),
      vanished: means(this.vanished),
      factors: {
        leak: {
          least: rounded(leak.reduce((a, b) => Math.min(a, b))),
          mean: rounded(leak.reduce((a, b) => a + b) / N),
          most: rounded(leak.reduce((a, b) => Math.max(a, b))),
        },
        reset: neuron.kind === 'lif' ? neuron.reset : 'none',
        resetGradient: neuron.kind === 'lif' && neuron.resetGradient,
        kept: means(this.kept),
        surrogate: means(this.surrogate),
        surrogateShare: means(this.surrogateShare),
        ...(stretched && {
          recurrent: {
            gain: rounded(stretched.gain),
            norm: rounded(stretched.norm),
            radius: rounded(stretched.radius),
          },
        }),
      },
      gain: {
        leak: quartiles(this.rows.leak),
        reset: quartiles(this.rows.reset),
        whole: quartiles(this.rows.whole),
      },
      fresh: quartiles(this.rows.fresh).mean,
      perStep: {
        expected: {
          leak: rounded(expected(this.expected.leak)),
          reset: rounded(expected(this.expected.reset)),
          whole: rounded(whole),
        },
        measured: { leak: measured('leak'), reset: measured('reset'), whole: measured('whole') },
        norms: this.ratios.count > 0 ? rounded(Math.exp(this.ratios.sum / this.ratios.count)) : null,
      },
    };
  }
}

/** Mean of the values of each stretch of time that are numbers; NaN where none is. @param values [T] */
export function binned(values: Float64Array, { steps, bins, stepsPerBin }: Time): Float64Array {
  return Float64Array.from({ length: bins }, (_, bin) => {
    const own = values
      .subarray(bin * stepsPerBin, Math.min(steps, (bin + 1) * stepsPerBin))
      .filter((x) => !Number.isNaN(x));
    return own.length > 0 ? own.reduce((a, b) => a + b) / own.length : Number.NaN;
  });
}

/** Over the samples that have a number. @param rows [samples][bins] */
export function quartilesOf(rows: readonly Float64Array[], bins: number): Quartiles {
  const all: Quartiles = { lower: [], median: [], upper: [], mean: [] };
  for (let bin = 0; bin < bins; bin++) {
    const own = Float64Array.from(rows.map((row) => row[bin]!).filter((x) => !Number.isNaN(x))).sort();
    const of = (q: number): number | null => (own.length > 0 ? rounded(quantile(own, q)) : null);
    all.lower.push(of(0.25));
    all.median.push(of(0.5));
    all.upper.push(of(0.75));
    all.mean.push(own.length > 0 ? rounded(own.reduce((a, b) => a + b) / own.length) : null);
  }
  return all;
}

function addTo(sum: Float64Array, more: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!;
}
