/** Activity as the definitions in engine/backends/backend.ts have it, from passes of the float64 reference, pair by pair. */
import type { Activity, ActivityOptions, LayerActivity } from '../../../../engine/backends/backend.ts';
import { lengthOf } from '../../../../engine/models/parameters.ts';
import { gatesOf, type LayerPlan, type NetworkPlan } from '../../../../engine/models/plan.ts';
import { receive } from '../../../../engine/reference/connection.ts';
import type { Parameters, Pass } from '../../../../engine/reference/network.ts';

/** The weights of a layer [M, columns]: a convolution is what it makes of each input alone. */
function matrixOf(layer: LayerPlan, weight: Float64Array): Float64Array {
  const { connection, output } = layer;
  if (connection.kind !== 'conv') return weight;
  const [M, N] = [lengthOf(connection.input), lengthOf(output)];
  const matrix = new Float64Array(M * N);
  for (let m = 0; m < M; m++) {
    const alone = new Float64Array(M).fill(1, m, m + 1);
    receive({ ...layer, connection }, { weight }, alone, matrix.subarray(m * N, (m + 1) * N));
  }
  return matrix;
}

export function expectedActivity(
  plan: NetworkPlan,
  passes: readonly (Pass & { label: number })[],
  parameters: Parameters,
  { stepsPerBin, intervalsEvery }: ActivityOptions,
): Activity {
  const { steps, layers, classes } = plan;
  const size = (l: number): number => lengthOf(layers[l]!.output);
  /** Pairs of one of these inputs [M] and a weight [M, columns], neither of which is zero. */
  const pairs = (x: ArrayLike<number>, w: Float64Array, columns: number): number => {
    let n = 0;
    for (let i = 0; i < x.length; i++) for (let c = 0; c < columns; c++) if (x[i]! * w[i * columns + c]! !== 0) n++;
    return n;
  };
  const row = (x: Float64Array, t: number): Float64Array =>
    x.subarray((t * x.length) / steps, ((t + 1) * x.length) / steps);
  const overSteps = (count: (t: number) => number): number =>
    Array.from({ length: steps }, (_, t) => count(t)).reduce((a, b) => a + b, 0);
  const columns = (l: number): number => gatesOf(layers[l]!.neuron) * size(l);

  const below = layers.map(({ name, neuron }, l) =>
    Float64Array.from(passes, ({ inputs }) => {
      const weight = parameters[`${name}.weight`];
      if (!weight) return 0;
      const w = matrixOf(layers[l]!, weight);
      if (neuron.kind !== 'linear' || l < layers.length - 1)
        return overSteps((t) => pairs(row(inputs[l]!, t), w, columns(l)));
      const mean = row(inputs[l]!, 0).map((_, i) => overSteps((t) => row(inputs[l]!, t)[i]!) / steps);
      return pairs(plan.readout.decode === 'mean' ? mean : row(inputs[l]!, steps - 1), w, columns(l));
    }),
  );
  const within = layers.flatMap(({ name }, l): [number, Float64Array][] => {
    const v = parameters[`${name}.recurrent`];
    if (!v) return [];
    const of = ({ o }: Pass['layers'][number]): number =>
      overSteps((t) => (t === 0 ? 0 : pairs(row(o, t - 1), v, columns(l))));
    return [[l, Float64Array.from(passes, (pass) => of(pass.layers[l]!))]];
  });
  const spiking = layers.flatMap(({ neuron }, l): [number, LayerActivity][] => {
    if (neuron.kind !== 'lif') return [];
    const N = size(l);
    const sum = (length: number): Float64Array => new Float64Array(length);
    const sums: LayerActivity = {
      byTime: sum(Math.ceil(steps / stepsPerBin) * N),
      byClass: sum(classes * N),
      inWindow: sum(N),
      pairs: sum(N),
      cv2: sum(N),
      lv: sum(N),
    };
    for (const [index, { layers: traces, label }] of passes.entries())
      for (let n = 0; n < N; n++) {
        const { u, o } = traces[l]!;
        const fired = Array.from({ length: steps }, (_, t) => t).filter((t) => o[t * N + n] === 1);
        for (let t = 0; t < steps; t++)
          if (Math.abs(u[t * N + n]! - neuron.threshold) < neuron.surrogate.width) sums.inWindow[n]!++;
        for (const t of fired) sums.byTime[Math.floor(t / stepsPerBin) * N + n]!++;
        sums.byClass[label * N + n]! += fired.length;
        if (index % intervalsEvery !== 0) continue;
        for (let i = 2; i < fired.length; i++) {
          const [a, b] = [fired[i - 1]! - fired[i - 2]!, fired[i]! - fired[i - 1]!];
          sums.pairs[n]!++;
          // To the nearest 2^-24.
          sums.cv2[n]! += Math.round(((2 * Math.abs(b - a)) / (a + b)) * 2 ** 24) / 2 ** 24;
          sums.lv[n]! += Math.round(3 * ((a - b) / (a + b)) ** 2 * 2 ** 24) / 2 ** 24;
        }
      }
    return [[l, sums]];
  });
  return {
    labels: Uint32Array.from(passes, ({ label }) => label),
    inputs: Float64Array.from(passes, ({ inputs }) => inputs[0]!.filter((x) => x !== 0).length),
    graded: Uint8Array.from(passes, ({ inputs }) => Number(inputs[0]!.some((x) => x !== 0 && x !== 1))),
    below,
    within: new Map(within),
    layers: new Map(spiking),
  };
}
