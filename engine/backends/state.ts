/** What a checkpoint holds of a network, whichever backend wrote it: parameters and moments as tensors by name. */
import type { Tensor } from '../models/parameters.ts';

/** What the names of the tensors of each part begin with. */
const PREFIXES = { model: 'model.', m: 'adam.m.', v: 'adam.v.' } as const;

/** The parameters, and the first and second moment of their gradients. */
export type StatePart = keyof typeof PREFIXES;

const PARTS = Object.entries(PREFIXES) as [StatePart, string][];

/** The whole state, from the tensors of each part as `read` gives them. */
export function networkStateOf(read: (part: StatePart) => readonly Tensor[]): Map<string, Tensor> {
  const state = new Map<string, Tensor>();
  for (const [part, prefix] of PARTS)
    for (const tensor of read(part)) state.set(prefix + tensor.name, { ...tensor, name: prefix + tensor.name });
  return state;
}

/** Hands each part of a state to `write`, by the names of the parameters. */
export function restoreState(
  state: ReadonlyMap<string, Tensor>,
  write: (part: StatePart, tensors: ReadonlyMap<string, Tensor>) => void,
): void {
  for (const [part, prefix] of PARTS) {
    const own = [...state].filter(([name]) => name.startsWith(prefix));
    write(part, new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor])));
  }
}

/** The tensor of a parameter. Throws one sentence when it is missing or has another shape. */
export function tensorOf(
  tensors: ReadonlyMap<string, Tensor>,
  { name, shape }: { name: string; shape: readonly number[] },
): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`The checkpoint has no tensor ${name}.`);
  if (tensor.shape.join() !== shape.join())
    throw new Error(`The checkpoint's ${name} has shape [${tensor.shape}], but the network needs [${shape}].`);
  return tensor;
}
