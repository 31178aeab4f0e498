/** What a comparison works with. */

import type { Subject } from '../../../engine/analysis/analysis.ts';
import type { PreparedDataset } from '../../../engine/datasets/dataset.ts';
import type { RunSpec } from '../../../engine/experiment/schema.ts';
import { openSubject } from '../../../engine/jobs/subject.ts';
import type { Trained } from '../subject.ts';

export interface Setting {
  baseline: Trained;
  threads: number;
  /** Where files for the peer go; removed afterwards. */
  folder: string;
  ask<T>(command: { do: string } & Record<string, unknown>): Promise<T>;
}

export type Comparison = (setting: Setting) => Promise<void>;

export const SIGNAL = new AbortController().signal;

export const opened = (
  { spec, state }: Trained,
  threads: number,
  { of = spec, maxEvents = 0 }: { of?: RunSpec; maxEvents?: number } = {},
): Promise<Subject> => openSubject(of, state, { threads, signal: SIGNAL, maxEvents });

/** What the peer must know of the neurons. */
export function aboutOf({ model, neuron }: RunSpec): object {
  const { threshold, leak, reset, surrogate } = neuron;
  return { model, threshold, leak, reset, width: surrogate.width };
}

export const firstOf = (data: PreparedDataset, split: 'train' | 'test', samples: number): Uint32Array =>
  Uint32Array.from({ length: Math.min(samples, data.sizes[split]) }, (_, i) => i);

/** Throws where what two programs say differs by more than the tolerance. */
export function agree(what: string, ours: number, theirs: number, tolerance: number): void {
  const difference = Math.abs(ours - theirs) / Math.max(1e-12, Math.abs(ours));
  if (!(difference <= tolerance)) throw new Error(`${what}: ours is ${ours}, theirs ${theirs}`);
}

export function report(what: string, unit: string, ours: number, theirs: number, about = ''): void {
  console.log(
    `${what}: LIF Lab ${ours.toPrecision(3)} ${unit}, PyTorch ${theirs.toPrecision(3)} ${unit}: ${(theirs / ours).toPrecision(3)} times as long${about}`,
  );
}
