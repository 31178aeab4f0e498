/** A network of the reference backend. */
import { setImmediate as pause } from 'node:timers/promises';
import type { PreparedDataset, SampleReader, Split } from '../../datasets/dataset.ts';
import { openReader } from '../../datasets/reader.ts';
import { drawDropoutMask, dropsNeurons } from '../../models/dropout.ts';
import { drawInitialState } from '../../models/initial-state.ts';
import { initialTensors, lengthOf, parametersOf, type Tensor } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import {
  type BackwardOptions,
  backward,
  backwardBatch,
  type ForwardOptions,
  forward,
  forwardBatch,
  type Parameters,
  type Pass,
  refuses,
  runningStatistics,
  zeroParameters,
} from '../../reference/network.ts';
import { createActivity, fanOuts } from '../activity.ts';
import { evaluateEach } from '../around.ts';
import type {
  Around,
  Batch,
  EvaluateOptions,
  Evaluation,
  Network,
  OpenOptions,
  OptimizerStep,
  Probe,
  Recording,
  Sample,
  Score,
  Sums,
} from '../backend.ts';
import { checkProbe, createRecording, createSampleScores, needsGradients } from '../recording.ts';
import { classSums, countedLayers, MAX_WEIGHT, zeroSums } from '../scores.ts';
import { networkStateOf, restoreState, tensorOf } from '../state.ts';
import { countPass } from './activity.ts';
import { classScores, recordBackward, recordForward } from './record.ts';
import { applyUpdate, type State } from './update.ts';

/** Milliseconds after which timers and signals get their turn. */
const TURN_MS = 50;

export class ReferenceNetwork implements Network {
  readonly maxUpdates = 64;
  private epoch = 0;
  private order = new Uint32Array(0);
  private turn = performance.now();

  private constructor(
    private readonly plan: NetworkPlan,
    private readonly data: PreparedDataset,
    private readonly reader: SampleReader,
    private readonly options: OpenOptions,
    private readonly moving: State,
  ) {}

  static async open(
    this: void,
    plan: NetworkPlan,
    data: PreparedDataset,
    options: OpenOptions,
  ): Promise<ReferenceNetwork> {
    const reason = refuses(plan);
    if (reason !== undefined) throw new RangeError(reason);
    const moving = { model: zeroParameters(plan), m: zeroParameters(plan), v: zeroParameters(plan) };
    const network = new ReferenceNetwork(plan, data, openReader(data), options, moving);
    network.setParameters([...initialTensors(plan, options.seed).values()]);
    return network;
  }

  async close(): Promise<void> {}

  beginEpoch(epoch: number, order: Uint32Array): void {
    this.epoch = epoch;
    this.order = order.slice();
  }

  async train(from: number, to: number, step: OptimizerStep, signal?: AbortSignal): Promise<Sums[]> {
    const { plan, options, order, moving } = this;
    const list = parametersOf(plan);
    const all: Sums[] = [];
    for (let update = from; update < to; update++) {
      const batch = order.subarray(update * options.batchSize, (update + 1) * options.batchSize);
      const sums = zeroSums(plan);
      const gradients = zeroParameters(plan);
      const statistics: Parameters = {};
      // Where samples meet in normalisations they are worked on together.
      const group = plan.layers.some(({ connection }) => connection.kind === 'norm') ? batch.length : 1;
      for (let first = 0; first < batch.length; first += group) {
        await this.pause();
        if (signal?.aborted) return all;
        const part = batch.subarray(first, first + group);
        addTo(
          gradients,
          this.gradient(part, sums, { statistics, t: step.updates + update - from + 1 }),
          part.length / batch.length,
        );
      }
      applyUpdate(moving, gradients, list, step, update - from);
      for (const [name, values] of Object.entries(statistics)) moving.model[name]!.set(values.map(Math.fround));
      all.push(sums);
    }
    return all;
  }

  /** Of the mean loss of training samples, with all that training adds to it; sets `statistics` to the running ones after them. */
  private gradient(
    part: Uint32Array,
    sums: Sums,
    { statistics, t }: { statistics: Parameters; t: number },
  ): Parameters {
    const { plan, epoch, moving, options } = this;
    const samples = Array.from(part, (index) => this.read('train', epoch, index));
    const each = Array.from(part, (index): ForwardOptions => {
      const dropoutMasks = plan.dropout > 0 ? dropoutMasksOf(plan, options.seed, epoch, index) : undefined;
      return { dropoutMasks, initial: initialStates(plan, options.seed, epoch, index) };
    });
    const batch = forwardBatch(plan, moving.model, samples, { each, training: true });
    for (const pass of batch.passes) addPass(sums, plan, pass);
    Object.assign(statistics, runningStatistics(plan, moving.model, batch, t));
    const backwards = samples.map(
      ({ label }, b): BackwardOptions => ({
        dropoutMasks: each[b]!.dropoutMasks,
        scale: plan.classWeights?.[label] ?? 1,
        spikePrice: (l) => spikePrice(plan, batch.passes[b]!, l),
      }),
    );
    return backwardBatch(plan, batch, samples, backwards);
  }

  async evaluate(split: Split, options: EvaluateOptions = {}): Promise<Evaluation> {
    const { samples = this.data.sizes[split], perClass, perSample, signal, onPart } = options;
    const { plan, moving } = this;
    const activity = options.activity && createActivity(plan, samples, options.activity);
    const fanOut = activity && fanOuts(plan, this.parameters());
    const sums = zeroSums(plan);
    const scores = perClass || perSample ? createSampleScores(samples, plan.classes) : undefined;
    for (let index = 0; index < samples; index++) {
      signal?.throwIfAborted();
      if (await this.pause()) onPart?.(index);
      signal?.throwIfAborted();
      const sample = this.read(split, 0, index);
      const pass = forward(plan, moving.model, sample);
      addPass(sums, plan, pass);
      if (scores) classScores(scores, index, sample.label, pass, plan.classes);
      if (activity) countPass(activity, index, sample.label, plan, pass, fanOut!, options.activity!);
    }
    return {
      ...sums,
      ...(perClass && scores && { perClass: classSums(scores, plan.classes) }),
      ...(perSample && scores && { perSample: scores }),
      ...(activity && { activity }),
    };
  }

  evaluateAround(split: Split, around: Around): Promise<Score[]> {
    return evaluateEach(this, split, around);
  }

  async probe(batch: Batch, ask: Probe): Promise<Recording> {
    const { plan, moving } = this;
    checkProbe(plan, this.data.sizes, batch, ask);
    const samples = 'samples' in batch ? batch.samples.length : batch.indices.length;
    const recording = createRecording(plan, ask, samples);
    const gradients = zeroParameters(plan);
    for (let b = 0; b < samples; b++) {
      await this.pause();
      const sample = 'samples' in batch ? batch.samples[b]! : this.read(batch.split, 0, batch.indices[b]!);
      const pass = forward(plan, moving.model, sample);
      classScores(recording.samples, b, sample.label, pass, plan.classes);
      recordForward(recording, b, plan, pass);
      if (!needsGradients(ask)) continue;
      const record: { delta: Float64Array[]; dx?: Float64Array } = { delta: [] };
      addTo(gradients, backward(plan, moving.model, sample, pass, { record }), 1 / samples);
      recordBackward(recording, b, record);
    }
    return { ...recording, ...(ask.parameterGradient && { parameterGradient: tensorsOf(plan, gradients) }) };
  }

  parameters(): Tensor[] {
    return tensorsOf(this.plan, this.moving.model);
  }

  setParameters(tensors: readonly Tensor[]): void {
    write(this.plan, this.moving.model, new Map(tensors.map((tensor) => [tensor.name, tensor])));
  }

  state(): Map<string, Tensor> {
    return networkStateOf((part) => tensorsOf(this.plan, this.moving[part]));
  }

  restore(state: ReadonlyMap<string, Tensor>): void {
    restoreState(state, (part, tensors) => write(this.plan, this.moving[part], tensors));
  }

  broken(): { layer: number; value: number } | undefined {
    for (const { name } of parametersOf(this.plan)) {
      const value = this.moving.model[name]!.find((x) => !(Math.abs(x) < MAX_WEIGHT));
      if (value !== undefined)
        return { layer: this.plan.layers.findIndex((layer) => name.startsWith(`${layer.name}.`)), value };
    }
    return undefined;
  }

  private read(split: Split, epoch: number, index: number): Sample {
    const { encoding, inputs, steps, maxEvents } = this.data;
    if (encoding === 'current') {
      const current = new Float32Array(inputs);
      return { label: this.reader.current(split, epoch, index, current), current };
    }
    const offsets = new Uint32Array(steps + 1);
    const channels = new Uint16Array(maxEvents);
    return { label: this.reader.events(split, epoch, index, offsets, channels), offsets, channels };
  }

  /** Lets timers and signals have their turn now and then; whether it did. */
  private async pause(): Promise<boolean> {
    if (performance.now() - this.turn < TURN_MS) return false;
    await pause();
    this.turn = performance.now();
    return true;
  }
}

function addPass(sums: Sums, plan: NetworkPlan, pass: Pass): void {
  sums.samples++;
  sums.loss += pass.loss;
  sums.accuracy += pass.accuracy;
  countedLayers(plan).forEach((l, i) => {
    if (plan.layers[l]!.neuron.kind === 'lif') sums.spikes[i]! += pass.layers[l]!.o.reduce((sum, o) => sum + o, 0);
  });
  if (Number.isFinite(pass.loss) || sums.divergedLayer !== undefined) return;
  const layer = pass.layers.findIndex(({ u }) => !u.every(Number.isFinite));
  sums.divergedLayer = layer < 0 ? plan.layers.length : layer;
}

/** Derivative of the penalty on the mean spike rate of a hidden layer by each of its spikes. */
function spikePrice({ layers, steps, spikePenalty }: NetworkPlan, pass: Pass, l: number): number {
  if (!spikePenalty || l === layers.length - 1 || layers[l]!.neuron.kind !== 'lif') return 0;
  const { o } = pass.layers[l]!;
  const share = 1 / (steps * lengthOf(layers[l]!.output));
  const rate = o.reduce((sum, spike) => sum + spike, 0) * share;
  const slope = spikePenalty.target === undefined ? 1 : 2 * (rate - spikePenalty.target);
  return spikePenalty.weight * slope * share;
}

/** Undefined where nothing is dropped. */
function dropoutMasksOf(plan: NetworkPlan, seed: number, epoch: number, sample: number): (Float64Array | undefined)[] {
  const { layers, dropout } = plan;
  return layers.map(({ output }, layer) => {
    if (!dropsNeurons(plan, layer)) return undefined;
    const mask = new Float32Array(lengthOf(output));
    drawDropoutMask(mask, mask.length, dropout, { seed, epoch, sample, layer });
    return Float64Array.from(mask);
  });
}

function initialStates({ layers }: NetworkPlan, seed: number, epoch: number, sample: number) {
  return layers.map(({ neuron, output }, layer) => {
    if (!('initialState' in neuron) || neuron.initialState !== 'random') return undefined;
    const size = lengthOf(output);
    const [u, o] = [new Float32Array(size), new Float32Array(size)];
    drawInitialState(u, o, size, { seed, epoch, sample, layer });
    return { u: Float64Array.from(u), o: Float64Array.from(o) };
  });
}

function addTo(into: Parameters, more: Parameters, scale: number): void {
  for (const [name, values] of Object.entries(more)) {
    const sum = into[name]!;
    for (let i = 0; i < values.length; i++) sum[i]! += scale * values[i]!;
  }
}

function tensorsOf(plan: NetworkPlan, values: Parameters): Tensor[] {
  return parametersOf(plan).map(({ name, shape }) => ({ name, shape, data: Float32Array.from(values[name]!) }));
}

function write(plan: NetworkPlan, values: Parameters, tensors: ReadonlyMap<string, Tensor>): void {
  for (const parameter of parametersOf(plan)) values[parameter.name]!.set(tensorOf(tensors, parameter).data);
}
