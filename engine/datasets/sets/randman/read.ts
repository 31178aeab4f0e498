/**
 * Random manifolds as spike times (Zenke and Vogels 2021). Each class is a smooth manifold of dimension D in the space
 * of first-spike times: unit c of a sample at x in [0, 1]^D fires at
 *
 *   f_c(x) = Π_d Σ_k θ_cdk · k^-α · sin(2π (k·φ_cdk·x_d + ψ_cdk)),   k = 1 … K,   θ, φ, ψ ~ U(0, 1),
 *
 * scaled so that the manifold fills the whole sequence. x is uniform: only spike times tell the classes apart.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Rng, stream } from '../../../base/random.ts';
import { bytesOf } from '../../recordings/cache.ts';
import { prepareRecordings, type RecordingPlan, type RecordingSource } from '../../recordings/recordings.ts';
import type { SetReader } from '../definition.ts';
import { termsOf } from './describe.ts';
import type { Randman } from './schema.ts';

/** Raise when the same fields give other samples. */
const GENERATOR_VERSION = '1';
/** Points that find the range of each function. */
const RANGE_POINTS = 500;
/** Other work gets its turn after so long. */
const BREATH_MS = 50;

export const reader: SetReader<Randman> = {
  check: () => ({}),
  prepare: (spec, context) => prepareRecordings(planRandman(spec), context),
};

function planRandman(spec: Randman): RecordingPlan {
  const { name, steps, ...identity } = spec;
  return {
    name,
    classes: spec.classes,
    binning: { kind: 'fixed', steps, dt: 1, values: 'binary', rightClosed: false, fromFirst: false },
    identity,
    fingerprint: () => `generator ${GENERATOR_VERSION}`,
    open: (signal) => openRandman(spec, signal),
    splits: { publishedValidation: true },
  };
}

async function openRandman(spec: Randman, signal?: AbortSignal): Promise<RecordingSource> {
  const { classes, steps, channels, dimensions, jitter, manifoldSeed } = spec;
  const manifolds: Manifold[] = [];
  for (let label = 0; label < classes; label++) {
    const manifold = new Manifold(spec, label);
    manifolds.push(manifold);
    let breath = performance.now();
    for (const _ of manifold.findRange()) {
      if (performance.now() - breath < BREATH_MS) continue;
      await setImmediate();
      signal?.throwIfAborted();
      breath = performance.now();
    }
  }
  const hash = createHash('sha256');
  const x = new Float64Array(dimensions);
  return {
    inputs: channels,
    parts: { train: spec.trainSamples, validation: spec.validationSamples, test: spec.testSamples },
    read(index, events) {
      const label = index % classes;
      const rng = stream(manifoldSeed, 'randman/sample', index);
      for (let d = 0; d < dimensions; d++) x[d] = rng.uniform();
      const manifold = manifolds[label]!;
      events.reserve(manifold.units);
      for (let unit = 0; unit < manifold.units; unit++) {
        const noise = jitter > 0 ? jitter * rng.normal() : 0;
        const time = Math.min(steps - 1, Math.max(0, Math.floor(manifold.value(unit, x) * steps + noise)));
        events.push(time, unit % channels);
      }
      // Sine may differ in the last bit between Node versions: record what came out.
      hash.update(bytesOf(events.times.subarray(0, events.length)));
      return { label, group: 0 };
    },
    checksums: () => ({ 'randman generator': GENERATOR_VERSION, 'randman spike times': hash.digest('hex') }),
    close() {},
  };
}

/** The functions f_c of one class, scaled to [0, 1] when their range was found. */
export class Manifold {
  readonly units: number;
  private readonly dimensions: number;
  private readonly terms: number;
  /** [units × dimensions × terms] each: θ·k^-α, 2π·k·φ, 2π·ψ. */
  private readonly amplitude: Float64Array;
  private readonly frequency: Float64Array;
  private readonly phase: Float64Array;
  private readonly rng: Rng;
  private readonly low: Float64Array;
  private readonly high: Float64Array;

  constructor(
    spec: Pick<Randman, 'channels' | 'spikes' | 'dimensions' | 'smoothness' | 'manifoldSeed'>,
    label: number,
  ) {
    this.units = spec.channels * spec.spikes;
    this.dimensions = spec.dimensions;
    this.terms = termsOf(spec.smoothness);
    const n = this.units * this.dimensions * this.terms;
    this.amplitude = new Float64Array(n);
    this.frequency = new Float64Array(n);
    this.phase = new Float64Array(n);
    const rng = stream(spec.manifoldSeed, 'randman/manifold', label);
    for (let i = 0; i < n; i++) {
      const k = 1 + (i % this.terms);
      this.amplitude[i] = rng.uniform() * k ** -spec.smoothness;
      this.frequency[i] = 2 * Math.PI * k * rng.uniform();
      this.phase[i] = 2 * Math.PI * rng.uniform();
    }
    this.low = new Float64Array(this.units).fill(Number.POSITIVE_INFINITY);
    this.high = new Float64Array(this.units).fill(Number.NEGATIVE_INFINITY);
    this.rng = rng;
  }

  /** Tries one point after another; call it once, to the end. */
  *findRange(): Generator<void> {
    const x = new Float64Array(this.dimensions);
    for (let point = 0; point < RANGE_POINTS; point++) {
      for (let d = 0; d < this.dimensions; d++) x[d] = this.rng.uniform();
      for (let unit = 0; unit < this.units; unit++) {
        const value = this.raw(unit, x);
        if (value < this.low[unit]!) this.low[unit] = value;
        if (value > this.high[unit]!) this.high[unit] = value;
      }
      yield;
    }
  }

  /** f_c(x), scaled; a little outside [0, 1] where the range was not met. */
  value(unit: number, x: Float64Array): number {
    const low = this.low[unit]!;
    return (this.raw(unit, x) - low) / (this.high[unit]! - low || 1);
  }

  private raw(unit: number, x: Float64Array): number {
    const { dimensions, terms, amplitude, frequency, phase } = this;
    let product = 1;
    for (let d = 0; d < dimensions; d++) {
      let sum = 0;
      const from = (unit * dimensions + d) * terms;
      for (let i = from; i < from + terms; i++) sum += amplitude[i]! * Math.sin(frequency[i]! * x[d]! + phase[i]!);
      product *= sum;
    }
    return product;
  }
}
