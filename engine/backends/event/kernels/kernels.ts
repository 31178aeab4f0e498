/** The WebAssembly kernels as typed functions. Pointers are byte addresses in the shared memory; sizes are in elements. */
import { readFileSync } from 'node:fs';
import { builtFile } from '../../../base/paths.ts';

/** All neurons of a step before the next, all samples of a block. */
type BackwardByStep = (
  u: number,
  rows: number,
  samples: number,
  steps: number,
  size: number,
  leak: number,
  threshold: number,
  reset: number,
  resetGradient: number,
  shape: number,
  width: number,
  height: number,
  next: number,
  nextSize: number,
  nextDelta: number,
  keep: number,
  recurrent: number,
  gO: number,
  gU: number,
  from: number,
  dk: number,
  work: number,
) => void;

export interface Kernels {
  gatherRows(
    out: number,
    outRows: number,
    first: number,
    from: number,
    bias: number,
    source: number,
    sourceRows: number,
    offsets: number,
    index: number,
    rows: number,
    columns: number,
  ): void;
  gatherRowsWeighted(
    out: number,
    outRows: number,
    from: number,
    bias: number,
    source: number,
    sourceRows: number,
    offsets: number,
    index: number,
    values: number,
    rows: number,
    columns: number,
  ): void;
  fillRows(out: number, outRows: number, bias: number, rows: number, columns: number): void;
  addRows(
    out: number,
    outRows: number,
    to: number,
    source: number,
    sourceRows: number,
    from: number,
    count: number,
    columns: number,
  ): void;
  scatterRows(
    out: number,
    outRows: number,
    source: number,
    sourceRows: number,
    offsets: number,
    index: number,
    rows: number,
    columns: number,
    steps: number,
  ): void;
  sumRows(
    out: number,
    outRows: number,
    outRow: number,
    accumulate: number,
    source: number,
    sourceRows: number,
    first: number,
    rows: number,
    columns: number,
  ): void;
  transposeEvents(
    offsets: number,
    channels: number,
    values: number,
    rows: number,
    channelCount: number,
    steps: number,
    outOffsets: number,
    outRows: number,
    outValues: number,
  ): void;
  rowsOfEvents(offsets: number, rows: number, rowOf: number): void;
  lifForward(
    u: number,
    rows: number,
    samples: number,
    steps: number,
    columns: number,
    constant: number,
    constantRows: number,
    leak: number,
    threshold: number,
    reset: number,
    spiking: number,
    fired: number,
    panels: number,
  ): void;
  listFired(fired: number, panels: number, rows: number, offsets: number, channels: number): void;
  countFired(fired: number, panels: number, samples: number, steps: number, counts: number): void;
  gatherFired(
    out: number,
    bias: number,
    source: number,
    inputs: number,
    fired: number,
    rows: number,
    columns: number,
    tables: number,
  ): void;
  scatterFired(
    out: number,
    outRows: number,
    source: number,
    fired: number,
    panels: number,
    rows: number,
    columns: number,
  ): void;
  lifForwardRecurrent(
    u: number,
    rows: number,
    samples: number,
    steps: number,
    size: number,
    constant: number,
    constantRows: number,
    leak: number,
    threshold: number,
    reset: number,
    recurrent: number,
    fired: number,
    work: number,
  ): void;
  lifBackward(
    u: number,
    rows: number,
    samples: number,
    steps: number,
    columns: number,
    leak: number,
    threshold: number,
    reset: number,
    resetGradient: number,
    spiking: number,
    shape: number,
    width: number,
    height: number,
    next: number,
    nextRows: number,
    nextFirst: number,
    nextSize: number,
    nextDelta: number,
    keep: number,
    gO: number,
    gU: number,
    stride: number,
    from: number,
    dk: number,
    work: number,
  ): void;
  lifBackwardRecurrent: BackwardByStep;
  lifBackwardSteps: BackwardByStep;
  keepEvents(
    offsets: number,
    channels: number,
    rows: number,
    keep: number,
    outOffsets: number,
    outChannels: number,
  ): void;
  scale(out: number, source: number, factor: number, count: number): void;
  multiplyElements(a: number, m: number, count: number): void;
  readout(
    decode: number,
    from: number,
    steps: number,
    size: number,
    classes: number,
    u: number,
    rows: number,
    first: number,
    threshold: number,
    loss: number,
    label: number,
    scale: number,
    scores: number,
    gradient: number,
    result: number,
  ): number;
  multiply(
    out: number,
    from: number,
    bias: number,
    a: number,
    b: number,
    rows: number,
    inner: number,
    columns: number,
  ): void;
  multiplyTransposed(out: number, accumulate: number, a: number, b: number, rows: number, m: number, n: number): void;
  transposeMatrix(out: number, source: number, rows: number, columns: number): void;
  cellForward(
    kind: number,
    samples: number,
    steps: number,
    t: number,
    size: number,
    input: number,
    inputRows: number,
    inputFirst: number,
    r: number,
    gates: number,
    before: number,
    extra: number,
    h: number,
    mean: number,
    share: number,
  ): void;
  cellBackward(
    kind: number,
    samples: number,
    steps: number,
    t: number,
    size: number,
    gates: number,
    before: number,
    extra: number,
    dh: number,
    dc: number,
    dr: number,
    dMean: number,
    share: number,
  ): void;
  reduceShards(grads: number, shardBytes: number, shards: number, from: number, to: number): void;
  adam(
    w: number,
    m: number,
    v: number,
    grads: number,
    shardBytes: number,
    shards: number,
    from: number,
    to: number,
    scale: number,
    keep: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    correction: number,
  ): void;
  sgd(
    w: number,
    m: number,
    grads: number,
    shardBytes: number,
    shards: number,
    from: number,
    to: number,
    scale: number,
    rate: number,
    momentum: number,
  ): void;
  sumSquares(g: number, from: number, to: number): number;
  leakFromParameter(k: number, a: number, size: number, shared: number): void;
  leakGradient(da: number, dk: number, k: number, size: number, shared: number): void;
}

/** How a row of gatherRows starts. */
export const FROM_ZERO = 0;
export const FROM_BIAS = 1;
export const FROM_OUT = 2;

/** Codes of the enumerations that the kernels take as numbers. */
export const RESET = { hard: 0, soft: 1, none: 2 } as const;
export const SURROGATE = {
  rectangular: 0,
  triangular: 1,
  sigmoid: 2,
  arctan: 3,
  superspike: 4,
  'multi-gaussian': 5,
} as const;
export const DECODE = { rate: 0, mean: 1, last: 2, max: 3, 'each-step': 4 } as const;
export const LOSS = { 'cross-entropy': 0, mse: 1 } as const;
export const CELL = { rnn: 0, lstm: 1, gru: 2 } as const;

/** Bytes at the start of the memory that the kernels keep their constants in. */
export const RESERVED_BYTES = 65_536;

/** Rows of the tables that gatherFired makes. */
export const FIRED_TABLES = 512;

/** Events beyond the end of a list that may be overwritten while it grows. */
export const SPARE_EVENTS = 16;

/** The compiled kernels, as bytes; their SHA-256 is part of a run's provenance. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(builtFile('kernels.wasm')));
}

export function instantiateKernels(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Kernels {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: {
      memory,
      abort: () => {
        throw new Error('A kernel aborted.');
      },
    },
  });
  return instance.exports as unknown as Kernels;
}

/** Up to so many columns of the next layer lifBackward is used, panel by panel; beyond, lifBackwardSteps. */
export const FEW_COLUMNS = 48;

/** Up to so many recurrent neurons lifBackwardRecurrent is used, below few columns; beyond, lifBackwardSteps. */
export const FEW_RECURRENT = 64;

/** Elements of scratch (f32) that the recurrent kernels need for blocks of `samples`, below a layer of `next` neurons. */
export function recurrentWork(size: number, next: number, samples: number): number {
  const panels = Math.ceil(size / 16);
  const forward = size <= 16 ? FIRED_TABLES * size : samples * (2 + (size + SPARE_EVENTS) / 2);
  const backward = size <= FEW_RECURRENT ? 16 * (panels * (Math.min((next + 3) & ~3, FEW_COLUMNS) + size + 8) + 11) : 0;
  return Math.max(forward, backward);
}

/** Elements of scratch (f32) that lifBackwardSteps needs for a layer of `size` neurons below `next` and blocks of `samples`. */
export function stepsWork(size: number, next: number, samples: number): number {
  const [own, above] = [size, next].map((n) => (n + 15) & ~15) as [number, number];
  return 32 + 4 * own + Math.min(16, samples) * (3 * own + above) + size * (own + above);
}

/** Elements of scratch (f32) that lifBackward needs. */
export const BACKWARD_WORK = 80 + 16 * FEW_COLUMNS;
