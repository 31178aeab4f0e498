/** The memory of a run: nothing overlaps, and what decides the bits does not depend on the number of threads. */
import { describe, expect, test } from 'vitest';
import { RESERVED_BYTES } from '../../../../../engine/backends/event/kernels/kernels.ts';
import { createMemory, type Layout, planLayout } from '../../../../../engine/backends/event/layout/layout.ts';
import { shareOf } from '../../../../../engine/backends/event/passes/update.ts';
import { settingsSchema } from '../../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../../engine/models/build/network.ts';

interface Case {
  hidden?: number[];
  inputs?: number;
  classes?: number;
  steps?: number;
  batch?: number;
  threads?: number;
  encoding?: 'events' | 'current';
  neuron?: object;
}

function layoutOf({ hidden = [64], inputs = 700, steps = 100, batch = 512, threads = 2, ...more }: Case = {}): Layout {
  const { encoding = 'events', neuron = {}, classes = 20 } = more;
  const settings = settingsSchema.parse({ dataset: { name: 'delayed-xor' }, network: { hidden }, neuron });
  const maxEvents = encoding === 'events' ? inputs * 20 : 0;
  const shape = { inputs, classes, steps, encoding, maxEvents, sizes: { train: 1000, validation: 0, test: 500 } };
  return planLayout(planNetwork(settings, shape), shape, batch, threads);
}

/** Every address in a layout. */
function addresses(value: unknown): number[] {
  const { weights, moment1, moment2, gradients, stats, norms, order, control, scratch } = value as Layout;
  const all: number[] = [weights, moment1, moment2, gradients, stats, norms, order, control];
  const collect = (part: unknown): void => {
    if (typeof part === 'number') all.push(part);
    else if (typeof part === 'object' && part !== null) Object.values(part).forEach(collect);
  };
  collect(scratch);
  collect((value as Layout & { byteWeights?: unknown }).byteWeights);
  return all;
}

describe('addresses', () => {
  test.each<Case>([{}, { encoding: 'current', steps: 10 }, { hidden: [13, 7], neuron: { recurrent: true } }])(
    'begin at cache lines, beyond what the kernels keep: %o',
    (c) => {
      const layout = layoutOf(c);
      for (const address of addresses(layout)) {
        expect(address % 64, `address ${address}`).toBe(0);
        expect(address).toBeGreaterThanOrEqual(RESERVED_BYTES);
        expect(address).toBeLessThanOrEqual(layout.bytes);
      }
      expect(createMemory(layout).buffer.byteLength).toBeGreaterThanOrEqual(layout.bytes);
    },
  );

  test('of parameters, moments and gradients do not overlap', () => {
    const { weights, moment1, moment2, gradients, stats, parameters, shards } = layoutOf();
    const bytes = 4 * parameters;
    expect(moment1).toBeGreaterThanOrEqual(weights + bytes);
    expect(moment2).toBeGreaterThanOrEqual(moment1 + bytes);
    expect(gradients).toBeGreaterThanOrEqual(moment2 + bytes);
    expect(stats).toBeGreaterThanOrEqual(gradients + shards * bytes);
  });
});

describe('what decides the bits', () => {
  test('shards, blocks and parameters do not depend on the number of threads', () => {
    const { scratch: _, bytes: __, ...one } = layoutOf({ threads: 1 });
    for (const threads of [2, 3, 16]) {
      const { scratch, bytes: ___, ...more } = layoutOf({ threads });
      expect(more, `${threads} threads`).toEqual(one);
      expect(scratch).toHaveLength(threads);
    }
  });

  test.each([
    { batch: 512, steps: 100, shards: 8, block: 16 },
    { batch: 512, steps: 100, hidden: [16], classes: 2, shards: 8, block: 32 },
    { batch: 512, steps: 100, hidden: [16], shards: 8, block: 16 },
    { batch: 512, steps: 10, shards: 4, block: 128 },
    { batch: 1024, steps: 315, shards: 8, block: 5 },
    { batch: 40, steps: 20, shards: 4, block: 10 },
    { batch: 15, steps: 20, shards: 1, block: 15 },
    { batch: 1, steps: 1, shards: 1, block: 1 },
    { batch: 512, steps: 5000, shards: 8, block: 1 },
  ])(
    'a batch of $batch with $steps steps: $shards shards, blocks of $block samples',
    ({ batch, steps, hidden = [64], classes = 20, ...expected }) => {
      expect(layoutOf({ batch, steps, hidden, classes, inputs: 20 })).toMatchObject(expected);
    },
  );
});

test('the shares of the threads cover every parameter once', () => {
  for (const hidden of [[1], [13, 7], [64]])
    for (const threads of [1, 2, 3, 7, 64]) {
      const layout = layoutOf({ hidden, inputs: 3, threads });
      let offset = 0;
      for (let thread = 0; thread < threads; thread++) {
        const { from, to } = shareOf(layout, thread, threads);
        expect(from, `thread ${thread} of ${threads}`).toBe(offset);
        expect(from % 4).toBe(0);
        expect(to).toBeGreaterThanOrEqual(from);
        offset = to;
      }
      expect(offset).toBe(layout.parameters);
    }
});

describe('memory', () => {
  test('of the largest benchmark stays below a gigabyte', () => {
    const { bytes } = layoutOf({ hidden: [512], inputs: 2312, steps: 315, batch: 1024 });
    expect(bytes / 2 ** 30).toBeLessThan(1);
  });

  test('does not grow with the batch beyond its shards and blocks', () => {
    expect(layoutOf({ batch: 65_536 }).bytes).toBe(layoutOf({ batch: 512 }).bytes);
  });

  test('of more steps than row numbers can count is refused with what to do', () => {
    expect(() => layoutOf({ steps: 65_536, inputs: 2, batch: 1 })).toThrow(
      'A sample has 65536 time steps and the engine takes at most 65535: use longer or fewer steps.',
    );
    expect(layoutOf({ steps: 65_535, inputs: 2, batch: 1, hidden: [4] }).block).toBe(1);
  });

  test('of more than 4 GiB is refused with what to do', () => {
    expect(() => layoutOf({ hidden: [20_000, 20_000] })).toThrow(
      /^This network needs \d+\.\d GiB of working memory and the engine has 4: use a smaller network, .*\.$/,
    );
  });
});
