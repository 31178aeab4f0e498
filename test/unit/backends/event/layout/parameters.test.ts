/** The parameter vector: panels and padding against plain tensors, and the weights that a run starts from. */
import { describe, expect, test } from 'vitest';
import { eachRun, toPanels } from '../../../../../engine/backends/event/kernels/panels.ts';
import { createMemory, planLayout } from '../../../../../engine/backends/event/layout/layout.ts';
import { readTensors, writeTensors } from '../../../../../engine/backends/event/layout/tensors.ts';
import { stream } from '../../../../../engine/base/random.ts';
import { settingsSchema } from '../../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../../engine/models/build/network.ts';
import { initialTensors, parametersOf, type Tensor } from '../../../../../engine/models/parameters.ts';
import { placeInPanels } from '../panels.ts';

const shape = {
  inputs: 7,
  classes: 5,
  steps: 10,
  encoding: 'events',
  maxEvents: 70,
  sizes: { train: 64, validation: 0, test: 64 },
} as const;

function layoutOf(settings: object = {}) {
  const full = settingsSchema.parse({
    dataset: { name: 'delayed-xor' },
    network: { hidden: [21, { size: 6, neuron: { leak: { learnable: true, per: 'layer' } } }, 40] },
    neuron: { recurrent: true, leak: { learnable: true } },
    ...settings,
  });
  return planLayout(planNetwork(full, shape), shape, 32, 2);
}

/** Different numbers everywhere, none of them zero. */
function numbered(tensors: Iterable<Tensor>): Map<string, Tensor> {
  let next = 1;
  return new Map(Array.from(tensors, (t) => [t.name, { ...t, data: t.data.map(() => next++) }]));
}

describe('panels', () => {
  test('every element of a matrix lies where the kernels look for it', () => {
    for (const [rows, cols] of [
      [3, 4],
      [1, 16],
      [5, 20],
      [2, 48],
      [7, 60],
    ] as const) {
      const stored = toPanels(
        Array.from({ length: rows * cols }, (_, i) => i),
        rows,
        cols,
      );
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < cols; column++) {
          // The formula of assembly/shared/panel.ts.
          const panel = Math.floor(column / 16);
          const width = Math.min(16, cols - 16 * panel);
          const index = rows * 16 * panel + row * width + (column - 16 * panel);
          expect(stored[index], `row ${row}, column ${column} of ${rows} × ${cols}`).toBe(row * cols + column);
          expect(placeInPanels(index, rows, cols)).toEqual({ row, column });
        }
    }
  });

  test('padding is never copied', () => {
    const runs: [number, number, number][] = [];
    eachRun({ rows: 2, cols: 18, storedRows: 4, storedCols: 20 }, (...run) => runs.push(run));
    expect(runs).toEqual([
      [0, 0, 16],
      [16, 18, 16],
      [64, 16, 2],
      [68, 34, 2],
    ]);
  });
});

describe('tensors', () => {
  test('are those of the plan, in its order', () => {
    const layout = layoutOf();
    const tensors = readTensors(createMemory(layout), layout, layout.weights);
    expect(tensors.map(({ name, shape }) => ({ name, shape }))).toEqual(
      parametersOf(layout.network).map(({ name, shape }) => ({ name, shape })),
    );
  });

  test('come back as they were written, and nothing but their own elements is set', () => {
    const layout = layoutOf();
    const memory = createMemory(layout);
    const written = numbered(initialTensors(layout.network, 1).values());
    writeTensors(memory, layout, layout.moment1, written);
    expect(readTensors(memory, layout, layout.moment1)).toEqual([...written.values()]);
    const vector = new Float32Array(memory.buffer, layout.moment1, layout.parameters);
    const elements = [...written.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(vector.filter((x) => x !== 0).length, 'elements that are not zero').toBe(elements);
    expect(elements, 'there is padding').toBeLessThan(layout.parameters);
    const all = new Float32Array(memory.buffer, 0, layout.bytes >> 2);
    expect(all.filter((x) => x !== 0).length, 'elements that are not zero in all of the memory').toBe(elements);
  });

  test('missing ones and other shapes are refused', () => {
    const layout = layoutOf();
    const memory = createMemory(layout);
    const tensors = initialTensors(layout.network, 1);
    const bias = tensors.get('layers.1.bias')!;
    tensors.set('layers.1.bias', { ...bias, shape: [7] });
    expect(() => writeTensors(memory, layout, layout.weights, tensors)).toThrow(
      "The checkpoint's layers.1.bias has shape [7], but the network needs [6].",
    );
    tensors.delete('layers.1.bias');
    expect(() => writeTensors(memory, layout, layout.weights, tensors)).toThrow(
      'The checkpoint has no tensor layers.1.bias.',
    );
  });
});

describe('initial weights', () => {
  const bounds: Record<string, number> = {
    'layers.0.weight': 2 / Math.sqrt(7),
    'layers.0.bias': 2 / Math.sqrt(7),
    'layers.0.recurrent': 0.5 / Math.sqrt(21),
    'layers.2.weight': 2 / Math.sqrt(6),
    'layers.2.recurrent': 0.5 / Math.sqrt(40),
  };
  const settings = {
    network: { hidden: [21, 6, 40], weightGain: 2 },
    neuron: { recurrent: true, recurrentGain: 0.5, leak: { learnable: true, init: { low: 1, high: 3 } } },
  };

  test('are uniform within their bounds', () => {
    const layout = layoutOf(settings);
    const tensors = initialTensors(layout.network, 3);
    for (const [name, bound] of Object.entries(bounds)) {
      const { data } = tensors.get(name)!;
      const largest = Math.max(...data.map(Math.abs));
      expect(largest, name).toBeLessThanOrEqual(bound);
      expect(largest, name).toBeGreaterThan(0.8 * bound);
      const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
      // Four standard deviations of the mean.
      expect(Math.abs(mean), name).toBeLessThan((4 * bound) / Math.sqrt(3 * data.length));
    }
    for (const a of tensors.get('layers.2.leak')!.data) {
      expect(a).toBeGreaterThanOrEqual(1);
      expect(a).toBeLessThan(3);
    }
  });

  test('of a fixed start are such that the leak is that number', () => {
    const layout = layoutOf({ neuron: { leak: { learnable: true, init: 0.8 } } });
    for (const a of initialTensors(layout.network, 3).get('layers.0.leak')!.data)
      expect(1 / (1 + Math.exp(-a))).toBeCloseTo(0.8, 6);
  });

  test('are a function of the seed; every tensor has a stream of its own', () => {
    const tensors = (seed: number, more = settings) => initialTensors(layoutOf(more).network, seed);
    expect(tensors(3)).toEqual(tensors(3));
    const weight = (t: Map<string, Tensor>) => t.get('layers.0.weight')!.data;
    expect(weight(tensors(4))).not.toEqual(weight(tensors(3)));
    const first = stream(3, 'initial weights', 0).uniform();
    const bound = bounds['layers.0.weight']!;
    expect(weight(tensors(3))[0]).toBe(Math.fround(-bound + 2 * bound * first));
  });
});
