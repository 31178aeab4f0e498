/** A run of two epochs that goes on to four, as `lif resume --epochs` has it, is a run of four. */
import { expect, test } from 'vitest';
import type { RunSpec } from '../../../engine/experiment/schema.ts';
import { obstacleToEpochs } from '../../../engine/runs/comparison/further.ts';
import type { MetricLine } from '../../../engine/runs/format.ts';
import { decodeSafetensors } from '../../../engine/runs/safetensors.ts';
import { train } from '../../../engine/training/train.ts';
import { specOf } from './variants.ts';

async function trained(spec: RunSpec, checkpoint?: Uint8Array): Promise<{ last: Uint8Array; lines: MetricLine[] }> {
  const lines: MetricLine[] = [];
  let last = new Uint8Array();
  await train(spec, {
    threads: 2,
    ...(checkpoint && { checkpoint }),
    signal: new AbortController().signal,
    observer: {
      metric: (line) => void lines.push(line.kind === 'epoch' ? { ...line, seconds: 0 } : line),
      checkpoint: (_, bytes) => {
        last = new Uint8Array(bytes);
      },
      progress: () => {},
      preparing: () => {},
      dataset: () => {},
      log: () => {},
    },
  });
  return { last, lines };
}

test.each(['baseline', 'one leak per layer, AdamW, clipped', 'dropout between layers, recurrent'] as const)(
  '%s: two epochs and two more have the weights, the moments and the log of four at once',
  async (variant) => {
    const base = specOf(variant);
    const of = (epochs: number): RunSpec => ({ ...base, training: { ...base.training, evaluateEvery: 1, epochs } });
    expect(obstacleToEpochs(of(2), 2, 4)).toBeUndefined();
    const straight = await trained(of(4));
    const half = await trained(of(2));
    const rest = await trained(of(4), half.last);
    expect(decodeSafetensors(rest.last).tensors).toEqual(decodeSafetensors(straight.last).tensors);
    const resumed = rest.lines.filter(({ kind }) => kind !== 'resume');
    expect([...half.lines, ...resumed]).toEqual(straight.lines);
  },
);
