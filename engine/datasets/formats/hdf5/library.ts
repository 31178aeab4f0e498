/**
 * HDF5 files of the newer layouts (superblock 2 and later), through the HDF5 library. Most of their structures carry
 * checksums, but not all, and one damaged byte can make the library search without end or end itself: it may only run in
 * a thread of its own (see thread.ts).
 */
import type { Dataset as LibraryDataset } from 'h5wasm/node';
import { badFile } from '../files.ts';
import type { NumberType } from './numbers.ts';
import { type Dataset, type Hdf5Reader, MOST_DATASETS, MOST_DEPTH } from './reader.ts';

/** Elements read at a time: large enough to make calls rare, small enough to keep memory bounded. */
const BLOCK = 64;
const INTEGER = 0;
const FLOAT = 1;
const VLEN = 9;

interface Opened extends Dataset {
  source: LibraryDataset;
  block?: { from: number; elements: ArrayBufferView[] };
}

/** The library, ready for use. */
export async function loadLibrary(): Promise<typeof import('h5wasm/node')['default']> {
  const { default: h5wasm } = await import('h5wasm/node');
  const module = await h5wasm.ready;
  // Without this, a failed read would print to standard error and return whatever was in memory.
  module.activate_throwing_error_handler();
  return h5wasm;
}

/** Opens `file` for reading. Rejects with a UserError. */
export async function openWithLibrary(file: string, remedy: string): Promise<Hdf5Reader> {
  const h5wasm = await loadLibrary();
  const guard = <T>(what: string, action: () => T): T => {
    try {
      return action();
    } catch {
      throw badFile(file, `${what} cannot be read`, undefined, remedy);
    }
  };
  const root = guard('the file', () => new h5wasm.File(file, 'r'));
  return {
    paths() {
      const found: string[] = [];
      const visit = (group: { keys(): string[] }, above: string, depth: number): void => {
        for (const name of guard('the file', () => group.keys())) {
          if (found.length >= MOST_DATASETS) return;
          const path = above + name;
          const member = guard(path, () => root.get(path));
          if (member instanceof h5wasm.Dataset) found.push(path);
          else if (member instanceof h5wasm.Group && depth < MOST_DEPTH) visit(member, `${path}/`, depth + 1);
        }
      };
      visit(root, '', 0);
      return found.sort();
    },
    dataset(path): Opened | undefined {
      let group: unknown = root;
      for (const [depth, name] of path.split('/').entries()) {
        if (
          !(group instanceof h5wasm.Group) ||
          !guard('the file', () => (group as { keys(): string[] }).keys()).includes(name)
        )
          return undefined;
        const above = path
          .split('/')
          .slice(0, depth + 1)
          .join('/');
        group = guard(path, () => root.get(above));
      }
      const source = group;
      if (!(source instanceof h5wasm.Dataset)) return undefined;
      const metadata = guard(path, () => source.metadata);
      const variable = metadata.type === VLEN;
      const element = variable ? metadata.vlen_type : metadata;
      const kind = element?.type === INTEGER ? 'integer' : element?.type === FLOAT ? 'float' : undefined;
      if (!element || !kind || !element.littleEndian || metadata.shape?.length !== 1)
        throw badFile(file, `${path} is not a list of little-endian numbers`, undefined, remedy);
      const type: NumberType = { kind, size: element.size, signed: element.signed };
      // The library has no float16; the bytes are decoded here in any case.
      element.type = INTEGER;
      return {
        path,
        length: metadata.shape[0]!,
        type,
        variable,
        source,
      };
    },
    bytes(dataset) {
      return guard(dataset.path, () => bytesOf((dataset as Opened).source.slice([]) as unknown as ArrayBufferView));
    },
    variable(dataset, index) {
      const opened = dataset as Opened;
      const from = index - (index % BLOCK);
      if (opened.block?.from !== from) {
        const to = Math.min(opened.length, from + BLOCK);
        const elements = guard(
          `${opened.path} from ${from} to ${to - 1}`,
          () => opened.source.slice([[from, to]]) as unknown as ArrayBufferView[],
        );
        opened.block = { from, elements };
      }
      return bytesOf(opened.block.elements[index - from]!);
    },
    close() {
      try {
        root.close();
      } catch {
        // A damaged file may not close; it was only read.
      }
    },
  };
}

const bytesOf = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
