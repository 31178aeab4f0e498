/** Between the padded parameter vector in shared memory and the unpadded tensors of a checkpoint. */

import { stream } from '../../../base/random.ts';
import { GATES } from '../../../models/network.ts';
import { eachRun, type Padded } from '../kernels/panels.ts';
import type { CellLayout } from './cell-layout.ts';
import type { Layout } from './layout.ts';

export interface Tensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

interface Slot extends Padded {
  name: string;
  shape: number[];
  /** Element offset in the parameter vector. */
  at: number;
  /** Groups of columns, one for each gate of a cell, that are padded one by one. */
  gates: number;
}

function slot(name: string, at: number, shape: number[], storedRows: number, storedCols: number, gates = 1): Slot[] {
  const cols = shape.at(-1)!;
  const rows = shape.length > 1 ? shape[0]! : 1;
  return at < 0 ? [] : [{ name, shape, at, rows, cols, storedRows, storedCols, gates }];
}

/** In the order of parametersOf (models/network.ts). */
function slots(layout: Layout): Slot[] {
  if (layout.cell) return cellSlots(layout.cell, layout.network);
  return layout.layers.flatMap(({ plan, inputs, size, weight, recurrent, bias, leak, leakCount }, i) => [
    ...slot(`layers.${i}.weight`, weight, [plan.inputs, plan.size], inputs, size),
    ...slot(`layers.${i}.recurrent`, recurrent, [plan.size, plan.size], size, size),
    ...slot(`layers.${i}.bias`, bias, [plan.size], 1, size),
    ...slot(`layers.${i}.leak`, leak, [leakCount], 1, (leakCount + 3) & ~3),
  ]);
}

function cellSlots(cell: CellLayout, { inputs, classes }: Layout['network']): Slot[] {
  const { plan, size, columns } = cell;
  const gates = GATES[plan.kind];
  const cols = gates * plan.size;
  return [
    ...slot('cell.weight', cell.weight, [inputs, cols], inputs, columns, gates),
    ...slot('cell.recurrent', cell.recurrent, [plan.size, cols], size, columns, gates),
    ...slot('cell.bias', cell.bias, [cols], 1, columns, gates),
    ...slot('cell.recurrentBias', cell.recurrentBias, [cols], 1, columns, gates),
    ...slot('readout.weight', cell.readout, [plan.size, classes], size, cell.classes),
    ...slot('readout.bias', cell.readoutBias, [classes], 1, cell.classes),
  ];
}

/** Calls back with every run that is contiguous in the parameter vector and in the tensor. */
function eachSlotRun(
  { at, gates, rows, cols, storedRows, storedCols }: Slot,
  copy: (stored: number, plain: number, length: number) => void,
): void {
  const width = cols / gates;
  const storedWidth = storedCols / gates;
  for (let gate = 0; gate < gates; gate++)
    eachRun({ rows, cols: width, storedRows, storedCols: storedWidth }, (stored, plain, length) => {
      const row = Math.floor(plain / width);
      copy(at + gate * storedRows * storedWidth + stored, row * cols + gate * width + (plain % width), length);
    });
}

/** Copies of the tensors in the vector at byte address `base` (weights, a moment or a gradient). */
export function readTensors(memory: WebAssembly.Memory, layout: Layout, base: number): Tensor[] {
  const vector = new Float32Array(memory.buffer, base, layout.parameters);
  return slots(layout).map((slot) => {
    const data = new Float32Array(slot.rows * slot.cols);
    eachSlotRun(slot, (stored, plain, length) => data.set(vector.subarray(stored, stored + length), plain));
    return { name: slot.name, shape: slot.shape, data };
  });
}

/** The other way round. Throws when a tensor is missing or has another shape. */
export function writeTensors(
  memory: WebAssembly.Memory,
  layout: Layout,
  base: number,
  tensors: Map<string, Tensor>,
): void {
  const vector = new Float32Array(memory.buffer, base, layout.parameters);
  for (const slot of slots(layout)) {
    const { name, shape } = slot;
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`The checkpoint has no tensor ${name}.`);
    if (tensor.shape.join() !== shape.join())
      throw new Error(`The checkpoint's ${name} has shape [${tensor.shape}], but the network needs [${shape}].`);
    eachSlotRun(slot, (stored, plain, length) => vector.set(tensor.data.subarray(plain, plain + length), stored));
  }
}

/**
 * Initial weights: W and b from U(±gain/√inputs), V from U(±recurrentGain/√size), the usual initialisation of a linear
 * layer; leak parameters as the experiment says. A cell and its readout as in PyTorch: U(±gain/√size), with a gain of 1
 * for what is recurrent. One random stream per tensor.
 */
export function initialTensors(layout: Layout, seed: number): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  slots(layout).forEach(({ name, shape, rows, cols }, index) => {
    const rng = stream(seed, 'initial weights', index);
    const { low, high } = initialRange(layout, name);
    const data = Float32Array.from({ length: rows * cols }, () => low + (high - low) * rng.uniform());
    tensors.set(name, { name, shape, data });
  });
  return tensors;
}

function initialRange({ layers, cell }: Layout, name: string): { low: number; high: number } {
  if (cell) {
    const { weightGain, size } = cell.plan;
    const bound = (name.startsWith('cell.recurrent') ? 1 : weightGain) / Math.sqrt(size);
    return { low: -bound, high: bound };
  }
  const [, layer, part] = name.split('.');
  const { plan } = layers[Number(layer)]!;
  if (part === 'leak') {
    const { init } = plan.leak as { init: number | { low: number; high: number } };
    if (typeof init !== 'number') return init;
    const a = Math.log(init / (1 - init));
    return { low: a, high: a };
  }
  const bound =
    part === 'recurrent' ? plan.recurrentGain / Math.sqrt(plan.size) : plan.weightGain / Math.sqrt(plan.inputs);
  return { low: -bound, high: bound };
}
