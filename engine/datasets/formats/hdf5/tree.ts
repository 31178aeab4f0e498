/** Small HDF5 files as a whole: every dataset with its values, numbers or text, whatever its shape. Only in a thread of its own. */
import type { Dataset } from 'h5wasm/node';
import { badFile } from '../files.ts';
import { loadLibrary } from './library.ts';
import { MAX_DATASETS } from './reader.ts';

export interface TreeEntry {
  /** `node/nodes/lif/tau` */
  path: string;
  /** [] for a single value. */
  shape: number[];
  /** One of both, row by row. */
  numbers?: Float64Array;
  texts?: string[];
}

const MAX_DEPTH = 12;
/** Values of all datasets together. */
const MAX_VALUES = 1 << 25;
const MAX_TEXT = 4096;
const [INTEGER, FLOAT, STRING] = [0, 1, 3];

/** Rejects with a UserError for a file that is damaged or too large. */
export async function readTree(file: string, remedy: string): Promise<TreeEntry[]> {
  const h5wasm = await loadLibrary();
  const bad = (what: string) => badFile(file, what, undefined, remedy);
  const guard = <T>(what: string, action: () => T): T => {
    try {
      return action();
    } catch {
      throw bad(`${what} cannot be read`);
    }
  };
  const root = guard('the file', () => new h5wasm.File(file, 'r'));
  const found: TreeEntry[] = [];
  let values = 0;
  let members = 0;
  const visit = (group: { keys(): string[] }, above: string, depth: number): void => {
    if (depth > MAX_DEPTH) throw bad(`${above} lies more than ${MAX_DEPTH} groups deep`);
    for (const name of guard(above || 'the file', () => group.keys())) {
      if (++members > MAX_DATASETS) throw bad(`it has more than ${MAX_DATASETS} groups and datasets`);
      const path = above + name;
      const member = guard(path, () => root.get(path));
      if (member instanceof h5wasm.Group) visit(member, `${path}/`, depth + 1);
      else if (member instanceof h5wasm.Dataset) found.push(read(path, member));
    }
  };
  const read = (path: string, dataset: Dataset): TreeEntry => {
    const { shape, type } = guard(path, () => dataset.metadata);
    if (!shape) throw bad(`${path} has no values`);
    const count = shape.reduce((product, n) => product * n, 1);
    values += count;
    // Before anything makes room for them.
    if (!(values <= MAX_VALUES)) throw bad(`it has more than ${MAX_VALUES} values`);
    const value: unknown = count === 0 ? [] : guard(path, () => dataset.value);
    const list: unknown[] | ArrayLike<number | bigint> =
      typeof value === 'object' && value !== null ? (value as ArrayLike<number>) : [value];
    if (type === STRING) {
      const texts = Array.from(list as ArrayLike<unknown>, (text) => String(text).slice(0, MAX_TEXT));
      if (texts.length !== count) throw bad(`${path} has ${texts.length} of ${count} texts`);
      return { path, shape, texts };
    }
    if (type !== INTEGER && type !== FLOAT) throw bad(`${path} holds neither numbers nor text`);
    const numbers = Float64Array.from(list as ArrayLike<number>, Number);
    if (numbers.length !== count) throw bad(`${path} has ${numbers.length} of ${count} values`);
    return { path, shape, numbers };
  };
  try {
    visit(root, '', 0);
  } finally {
    try {
      root.close();
    } catch {
      // A damaged file may not close; it was only read.
    }
  }
  return found;
}
