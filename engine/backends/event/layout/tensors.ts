/** Between the padded parameter vector in shared memory and the unpadded tensors of a checkpoint. */
import type { Tensor } from '../../../models/parameters.ts';
import { tensorOf } from '../../state.ts';
import { eachRun } from '../kernels/panels.ts';
import type { Layout } from './layout.ts';
import type { Slot } from './parameters.ts';
import type { Bytes } from './units.ts';

/** In the order of parametersOf (models/parameters.ts). */
const slotsOf = ({ layers }: Layout): Slot[] => layers.flatMap(({ slots }) => slots);

/** Calls back with every run that is contiguous in the parameter vector and in the tensor. */
function eachSlotRun(
  { first, gates, rows, cols, storedRows, storedCols }: Slot,
  copy: (stored: number, plain: number, length: number) => void,
): void {
  const width = cols / gates;
  const storedWidth = storedCols / gates;
  for (let gate = 0; gate < gates; gate++)
    eachRun({ rows, cols: width, storedRows, storedCols: storedWidth }, (stored, plain, length) => {
      const row = Math.floor(plain / width);
      copy(first + gate * storedRows * storedWidth + stored, row * cols + gate * width + (plain % width), length);
    });
}

/** Copies of the tensors in the vector at `base` (weights, a moment or a gradient). */
export function readTensors(memory: WebAssembly.Memory, layout: Layout, base: Bytes): Tensor[] {
  const vector = new Float32Array(memory.buffer, base, layout.parameters);
  return slotsOf(layout).map((slot) => {
    const data = new Float32Array(slot.rows * slot.cols);
    eachSlotRun(slot, (stored, plain, length) => data.set(vector.subarray(stored, stored + length), plain));
    return { name: slot.name, shape: slot.shape, data };
  });
}

/** The other way round, of the chosen slots. Throws when a tensor is missing or has another shape. */
export function writeTensors(
  memory: WebAssembly.Memory,
  layout: Layout,
  base: Bytes,
  tensors: ReadonlyMap<string, Tensor>,
  chosen: (slot: Slot) => boolean = () => true,
): void {
  const vector = new Float32Array(memory.buffer, base, layout.parameters);
  for (const slot of slotsOf(layout).filter(chosen)) {
    const { data } = tensorOf(tensors, slot);
    eachSlotRun(slot, (stored, plain, length) => vector.set(data.subarray(plain, plain + length), stored));
  }
}
