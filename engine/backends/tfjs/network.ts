/** A network of the tfjs backend. Every batch is worked on within one `tidy`: nothing but the state outlives it. */
import { setImmediate as pause } from 'node:timers/promises';
import type { PreparedDataset, SampleReader, Split } from '../../datasets/dataset.ts';
import { openReader } from '../../datasets/reader.ts';
import { initialTensors, isLearned, lengthOf, parametersOf, type Tensor } from '../../models/parameters.ts';
import { gatesOf, type NetworkPlan, shareOfBatch } from '../../models/plan.ts';
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
import { classSums, MAX_WEIGHT, zeroSums } from '../scores.ts';
import { networkStateOf, restoreState, type StatePart, tensorOf } from '../state.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import { countBatch } from './activity.ts';
import { drawn, readSample, samplesOf, still } from './batch.ts';
import { running } from './norm.ts';
import { clipped, type Moving, updated } from './optimizer.ts';
import { backward, forward, type Pass, type Tensors } from './passes.ts';
import { addPass, record, spikesOf, writeScores } from './record.ts';

/** Milliseconds after which timers and signals get their turn. */
const TURN_MS = 50;

/** Numbers of the widest layer over all steps that an evaluation or a probe works on at once. */
const PART = 2 ** 19;

export class TensorNetwork implements Network {
  readonly maxUpdates = 64;
  private epoch = 0;
  private order = new Uint32Array(0);
  private turn = performance.now();
  private readonly reader: SampleReader;
  /** By the name of the parameter. */
  private readonly moving = new Map<string, Moving>();
  private readonly samplesOfPart: number;

  /** @param taken has this network's TensorFlow compute, and gives it */
  constructor(
    private readonly taken: () => TensorFlow,
    private readonly plan: NetworkPlan,
    private readonly data: PreparedDataset,
    private readonly options: OpenOptions,
  ) {
    this.reader = openReader(data);
    const widest = Math.max(
      plan.inputs,
      ...plan.layers.map(({ neuron, output }) => gatesOf(neuron) * lengthOf(output)),
    );
    this.samplesOfPart = Math.max(1, Math.floor(PART / (plan.steps * widest)));
    const { tf } = this;
    for (const { name, shape } of parametersOf(plan))
      this.moving.set(name, { model: tf.zeros(shape), m: tf.zeros(shape), v: tf.zeros(shape) });
    this.setParameters([...initialTensors(plan, options.seed).values()]);
  }

  /** To be taken anew after every `await`: meanwhile a network of another TensorFlow may have computed. */
  private get tf(): TensorFlow {
    return this.taken();
  }

  async close(): Promise<void> {
    for (const parts of this.moving.values()) this.tf.dispose({ ...parts });
    this.moving.clear();
  }

  beginEpoch(epoch: number, order: Uint32Array): void {
    this.epoch = epoch;
    this.order = order.slice();
  }

  async train(from: number, to: number, step: OptimizerStep, signal?: AbortSignal): Promise<Sums[]> {
    const { batchSize } = this.options;
    const all: Sums[] = [];
    for (let update = from; update < to; update++) {
      await this.pause();
      if (signal?.aborted) break;
      const batch = this.order.subarray(update * batchSize, (update + 1) * batchSize);
      this.tf.tidy(() => {
        all.push(this.update(batch, step, update - from));
      });
    }
    return all;
  }

  /** One weight update, with all that training adds to the gradient; the sums of the batch before it. */
  private update(batch: Uint32Array, step: OptimizerStep, index: number): Sums {
    const { tf, plan, options, epoch } = this;
    const samples = Array.from(batch, (i) => this.read('train', i));
    const draw = drawn(tf, plan, options.seed, epoch, batch);
    const tensors = samplesOf(tf, plan, samples);
    const parameters = this.part('model');
    const pass = forward(tf, plan, parameters, tensors, draw);
    const sums = zeroSums(plan);
    addPass(tf, sums, plan, pass);
    const weights = plan.classWeights;
    const scale = weights && tf.tensor1d(samples.map(({ label }) => weights[label]!));
    const spikePrice = (l: number) => this.spikePrice(pass, l);
    const found = backward(tf, plan, parameters, pass, {
      dropoutMasks: draw.dropoutMasks,
      scale,
      spikePrice,
    }).parameters;
    const mean: Tensors = new Map([...found].map(([name, g]) => [name, tf.div(g, batch.length)]));
    const gradients = step.clipNorm === undefined ? mean : clipped(tf, mean, step.clipNorm);
    for (const parameter of parametersOf(plan)) {
      const { name, part } = parameter;
      if (!isLearned(part)) continue;
      const before = this.moving.get(name)!;
      this.replace(name, updated(tf, before, gradients.get(name)!, parameter, step, index));
    }
    this.keepStatistics(pass, step.updates + index + 1);
    return sums;
  }

  /** Mixes the statistics of batch number `t` of the run into the running ones. */
  private keepStatistics({ statistics, inputs }: Pass, t: number): void {
    const { tf, plan, moving } = this;
    for (const [l, batch] of statistics) {
      const { name, connection } = plan.layers[l]!;
      if (connection.kind !== 'norm') continue;
      const of = (part: 'mean' | 'variance'): Moving => moving.get(`${name}.${part}`)!;
      const [before, { x, constant }] = [{ mean: of('mean').model, variance: of('variance').model }, inputs[l]!];
      const n = (x.size / connection.input[0]) * (constant ? plan.steps : 1);
      const after = running(tf, shareOfBatch(connection, t), before, batch, n);
      for (const part of ['mean', 'variance'] as const)
        this.replace(`${name}.${part}`, { ...of(part), model: after[part] });
    }
  }

  /** Derivative of the penalty on the mean spike rate of a hidden layer by each of its spikes: a number, or [B, 1] where it depends on the sample. */
  private spikePrice(pass: Pass, l: number) {
    const { tf, plan } = this;
    const { layers, steps, spikePenalty } = plan;
    const { neuron, output } = layers[l]!;
    if (!spikePenalty || l === layers.length - 1 || neuron.kind !== 'lif') return undefined;
    const share = 1 / (steps * lengthOf(output));
    const price = tf.scalar(spikePenalty.weight * share);
    if (spikePenalty.target === undefined) return price;
    const rate = tf.mul(spikesOf(tf, pass, l), share);
    return tf.reshape(tf.mul(price, tf.mul(2, tf.sub(rate, spikePenalty.target))), [-1, 1]);
  }

  async evaluate(split: Split, options: EvaluateOptions = {}): Promise<Evaluation> {
    const { samples = this.data.sizes[split], perClass, perSample, signal, onPart } = options;
    const { plan } = this;
    const activity = options.activity && createActivity(plan, samples, options.activity);
    const fanOut = activity && fanOuts(plan, this.parameters());
    const sums = zeroSums(plan);
    const scores = perClass || perSample ? createSampleScores(samples, plan.classes) : undefined;
    for (let first = 0; first < samples; first += this.samplesOfPart) {
      if (await this.pause()) {
        signal?.throwIfAborted();
        onPart?.(first);
      }
      signal?.throwIfAborted();
      const count = Math.min(this.samplesOfPart, samples - first);
      const part = Array.from({ length: count }, (_, b) => this.read(split, first + b));
      const { tf } = this;
      tf.tidy(() => {
        const tensors = samplesOf(tf, plan, part);
        const pass = forward(tf, plan, this.part('model'), tensors, still(tf, plan, count));
        addPass(tf, sums, plan, pass);
        if (scores) writeScores(tf, scores, first, tensors.labels, pass);
        if (activity) countBatch(tf, activity, first, part, plan, pass, fanOut!, options.activity!);
      });
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
    const { plan } = this;
    checkProbe(plan, this.data.sizes, batch, ask);
    const samples = 'samples' in batch ? batch.samples.length : batch.indices.length;
    const recording = createRecording(plan, ask, samples);
    const gradient = new Map(parametersOf(plan).map(({ name, shape }) => [name, new Float32Array(lengthOf(shape))]));
    for (let first = 0; first < samples; first += this.samplesOfPart) {
      await this.pause();
      const count = Math.min(this.samplesOfPart, samples - first);
      const part = Array.from({ length: count }, (_, b) =>
        'samples' in batch ? batch.samples[first + b]! : this.read(batch.split, batch.indices[first + b]!, 0),
      );
      const { tf } = this;
      tf.tidy(() => {
        const tensors = samplesOf(tf, plan, part);
        const parameters = this.part('model');
        const pass = forward(tf, plan, parameters, tensors, still(tf, plan, count));
        writeScores(tf, recording.samples, first, tensors.labels, pass);
        const wantsInput = ask.inputGradient ?? false;
        const found = needsGradients(ask)
          ? backward(tf, plan, parameters, pass, { keeps: true, wantsInput })
          : undefined;
        record(tf, recording, first, plan, pass, found);
        for (const [name, g] of found?.parameters ?? [])
          g.dataSync().forEach((value, i) => {
            gradient.get(name)![i]! += value / samples;
          });
      });
    }
    if (!ask.parameterGradient) return recording;
    const parameterGradient = parametersOf(plan).map(({ name, shape }) => ({ name, shape, data: gradient.get(name)! }));
    return { ...recording, parameterGradient };
  }

  parameters(): Tensor[] {
    return this.tensors('model');
  }

  setParameters(tensors: readonly Tensor[]): void {
    this.write('model', new Map(tensors.map((tensor) => [tensor.name, tensor])));
  }

  state(): Map<string, Tensor> {
    return networkStateOf((part) => this.tensors(part));
  }

  restore(state: ReadonlyMap<string, Tensor>): void {
    restoreState(state, (part, tensors) => this.write(part, tensors));
  }

  broken(): { layer: number; value: number } | undefined {
    for (const { name, data } of this.parameters()) {
      const value = data.find((x) => !(Math.abs(x) < MAX_WEIGHT));
      if (value !== undefined)
        return { layer: this.plan.layers.findIndex((layer) => name.startsWith(`${layer.name}.`)), value };
    }
    return undefined;
  }

  private part(part: StatePart): Tensors {
    return new Map([...this.moving].map(([name, parts]) => [name, parts[part]]));
  }

  private tensors(part: StatePart): Tensor[] {
    return parametersOf(this.plan).map(({ name, shape }) => {
      // A copy: on the CPU these may be the numbers of the tensor itself.
      return { name, shape, data: Float32Array.from(this.moving.get(name)![part].dataSync()) };
    });
  }

  private write(part: StatePart, tensors: ReadonlyMap<string, Tensor>): void {
    // All are looked at before any is replaced.
    const list = parametersOf(this.plan).map(({ name, shape }) => ({
      name,
      shape,
      data: tensorOf(tensors, { name, shape }).data.slice(),
    }));
    for (const { name, shape, data } of list)
      this.replace(name, { ...this.moving.get(name)!, [part]: this.tf.tensor(data, shape, 'float32') });
  }

  /** The parts that are no longer there are freed, and the others outlive the `tidy` that they were made in. */
  private replace(name: string, next: Moving): void {
    const before = this.moving.get(name)!;
    for (const part of ['model', 'm', 'v'] as const)
      if (next[part] !== before[part]) {
        this.tf.keep(next[part]);
        before[part].dispose();
      }
    this.moving.set(name, next);
  }

  private read(split: Split, index: number, epoch = split === 'train' ? this.epoch : 0): Sample {
    return readSample(this.data, this.reader, split, epoch, index);
  }

  /** Lets timers and signals have their turn now and then; whether it did. */
  private async pause(): Promise<boolean> {
    if (performance.now() - this.turn < TURN_MS) return false;
    await pause();
    this.turn = performance.now();
    return true;
  }
}
