/**
 * tfjs as a peer: the same commands and answers as runner.py, on its CPU backend in JavaScript, or on TensorFlow itself
 * where @tensorflow/tfjs-node is installed. Written like the PyTorch loop by layers: one product per layer for all steps.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type * as TF from '@tensorflow/tfjs-core';
import type { ProblemFile } from './problem.ts';

type Tf = typeof TF;

/** Answers commands on stdin until it ends. */
export async function serveTfjs(native: boolean): Promise<void> {
  const tf = native ? await loadNative() : await loadPlain();
  let session: Session | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    let answer: object;
    try {
      if (command.do === 'load') {
        session?.close();
        session = new Session(tf, command.folder);
        answer = session.load(command.budget);
      } else if (command.do === 'train') answer = session!.train(command.seconds);
      else answer = session!.gradient(command.folder, native ? 'tfjs-node' : 'tfjs');
    } catch (error) {
      answer = { error: String(error).split('\n')[0] };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

async function loadPlain(): Promise<Tf> {
  await import('@tensorflow/tfjs-core/dist/register_all_gradients');
  await import('@tensorflow/tfjs-backend-cpu');
  const tf = await import('@tensorflow/tfjs-core');
  // Keeps tfjs from advertising its native form.
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  await tf.ready();
  return tf;
}

async function loadNative(): Promise<Tf> {
  // A variable, because the bundler must not look for a package that may be missing.
  const name = '@tensorflow/tfjs-node';
  const tf = (await import(name)) as Tf;
  await tf.ready();
  return tf;
}

class Session {
  private readonly about: ProblemFile;
  private readonly labels: Uint16Array;
  private readonly starts: Float64Array;
  private readonly events: Uint8Array;
  private readonly variables: TF.Variable[];
  private readonly optimizer: TF.Optimizer;
  private batch = 0;
  private spikes: TF.Tensor2D | undefined;
  private target: TF.Tensor | undefined;

  constructor(
    private readonly tf: Tf,
    folder: string,
  ) {
    const bytes = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, name))).buffer;
    this.about = JSON.parse(readFileSync(join(folder, 'problem.json'), 'utf8'));
    this.labels = new Uint16Array(bytes('labels.u16'));
    this.starts = new Float64Array(bytes('starts.f64'));
    this.events = new Uint8Array(bytes('events.bin'));
    this.variables = Object.entries(this.about.parameters).map(([name, shape]) =>
      tf.variable(tf.tensor(new Float32Array(bytes(`${name}.f32`)), shape)),
    );
    this.optimizer = tf.train.adam(1e-9);
  }

  load(budget: number): object {
    const { tf } = this;
    this.grow(budget);
    const activity = tf.tidy(() => tf.mean(this.forward().hidden).dataSync()[0]!);
    const threads = tf.getBackend() === 'cpu' ? 1 : undefined;
    return { threads, batch: this.batch, activity, versions: { node: process.versions.node, tfjs: tf.version_core } };
  }

  /** Takes the whole batch, or the half, quarter ... of it that one update gets through within the budget. */
  private grow(budget: number): void {
    const whole = this.about.network.batch;
    for (let batch = 1; ; ) {
      this.take(batch);
      this.update();
      const seconds = this.timedUpdate();
      let fits = whole;
      while (fits > batch && (seconds * fits) / batch > budget) fits = Math.floor(fits / 2);
      if (fits <= batch) return;
      batch = fits;
    }
  }

  private take(batch: number): void {
    const { tf } = this;
    const { steps, inputs, classes } = this.about.network;
    this.spikes?.dispose();
    this.target?.dispose();
    const dense = new Float32Array(steps * batch * inputs);
    for (let b = 0; b < batch; b++) {
      const start = this.starts[b]!;
      const offsets = new Uint32Array(this.events.buffer, start, steps + 1);
      const channels = new Uint16Array(this.events.buffer, start + 4 * (steps + 1), offsets[steps]!);
      for (let t = 0; t < steps; t++)
        for (const channel of channels.subarray(offsets[t]!, offsets[t + 1]!))
          dense[(t * batch + b) * inputs + channel] = 1;
    }
    this.batch = batch;
    this.spikes = tf.tensor2d(dense, [steps * batch, inputs]);
    const labels = tf.tensor1d([...this.labels.subarray(0, batch)], 'int32');
    this.target = tf.cast(tf.oneHot(labels, classes), 'float32');
    labels.dispose();
  }

  private forward(): { hidden: TF.Tensor; scores: TF.Tensor } {
    const [weight1, bias1, weight2, bias2] = this.variables as TF.Tensor[];
    const hidden = this.layer(this.spikes!, weight1 as TF.Tensor2D, bias1!);
    const out = this.layer(hidden as TF.Tensor2D, weight2 as TF.Tensor2D, bias2!);
    const { steps, classes } = this.about.network;
    return { hidden, scores: this.tf.mean(this.tf.reshape(out, [steps, this.batch, classes]), 0) };
  }

  /** Spikes [steps·batch, size] of a layer. */
  private layer(spikes: TF.Tensor2D, weight: TF.Tensor2D, bias: TF.Tensor): TF.Tensor {
    const { tf, batch } = this;
    const { steps, leak, threshold, width } = this.about.network;
    const size = weight.shape[1];
    const currents = tf.unstack(tf.reshape(tf.add(tf.matMul(spikes, weight), bias), [steps, batch, size]));
    const fire = tf.customGrad((...args) => {
      const [x, save] = args as [TF.Tensor, (tensors: TF.Tensor[]) => void];
      save([x]);
      return {
        value: tf.cast(tf.greaterEqual(x, 0), 'float32'),
        gradFunc: (dy, [x]) =>
          tf.mul(tf.mul(dy as TF.Tensor, tf.cast(tf.less(tf.abs(x!), width), 'float32')), 1 / (2 * width)),
      };
    });
    const fired: TF.Tensor[] = [];
    let potential: TF.Tensor | undefined;
    for (const current of currents) {
      const kept = potential && tf.mul(tf.mul(potential, leak), tf.sub(1, fired.at(-1)!));
      potential = kept ? tf.add(kept, current) : current;
      fired.push(fire(tf.sub(potential, threshold)));
    }
    return tf.reshape(tf.stack(fired), [steps * batch, size]);
  }

  private loss(): TF.Scalar {
    const { tf } = this;
    const { scores } = this.forward();
    const logs = tf.sub(scores, tf.logSumExp(scores, -1, true));
    return tf.neg(tf.mean(tf.sum(tf.mul(logs, this.target!), -1))) as TF.Scalar;
  }

  private update(): void {
    this.optimizer.minimize(() => this.loss(), false, this.variables);
  }

  private timedUpdate(): number {
    const began = performance.now();
    this.update();
    return (performance.now() - began) / 1000;
  }

  train(seconds: number): object {
    let spent = 0;
    let samples = 0;
    do {
      spent += this.timedUpdate();
      samples += this.batch;
    } while (spent < seconds);
    return { samples, seconds: spent };
  }

  gradient(folder: string, peer: string): object {
    const { tf } = this;
    this.take(this.about.network.batch);
    const { value, grads } = tf.variableGrads(() => this.loss(), this.variables);
    for (const [i, name] of Object.keys(this.about.parameters).entries())
      writeFileSync(join(folder, `${peer}.${name}.f32`), grads[this.variables[i]!.name]!.dataSync());
    const loss = value.dataSync()[0]!;
    tf.dispose([value, ...Object.values(grads)]);
    return { loss, differs: {} };
  }

  close(): void {
    this.optimizer.dispose();
    this.tf.dispose(this.variables);
    this.spikes?.dispose();
    this.target?.dispose();
  }
}
