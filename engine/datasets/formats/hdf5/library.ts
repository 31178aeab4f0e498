/**
 * HDF5 files of the newer layouts (superblock 2 and later), through the HDF5 library. Most of their structures carry
 * checksums, but not all, and one damaged byte can make the library search without end or end itself: it may only run in
 * a thread of its own (see thread.ts).
 */
import type { Dataset as LibraryDataset, File as LibraryFile } from 'h5wasm/node';
import { badFile } from '../files.ts';
import type { NumberType } from './numbers.ts';
import { type Dataset, type Hdf5Reader, MAX_DATASETS, MAX_DEPTH } from './reader.ts';

/** Elements read at a time: large enough to make calls rare, small enough to keep memory bounded. */
const BLOCK = 64;
const INTEGER = 0;
const FLOAT = 1;
const VLEN = 9;

type Group = { keys(): string[] };

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
  return new LibraryReader(await loadLibrary(), file, remedy);
}

type Library = Awaited<ReturnType<typeof loadLibrary>>;

class LibraryReader implements Hdf5Reader {
  private readonly root: LibraryFile;

  constructor(
    private readonly library: Library,
    private readonly file: string,
    private readonly remedy: string,
  ) {
    this.root = this.guard('the file', () => new library.File(file, 'r'));
  }

  paths(): string[] {
    const { library, root } = this;
    const found: string[] = [];
    const visit = (group: Group, above: string, depth: number): void => {
      for (const name of this.guard('the file', () => group.keys())) {
        if (found.length >= MAX_DATASETS) return;
        const path = above + name;
        const member = this.guard(path, () => root.get(path));
        if (member instanceof library.Dataset) found.push(path);
        else if (member instanceof library.Group && depth < MAX_DEPTH) visit(member, `${path}/`, depth + 1);
      }
    };
    visit(root, '', 0);
    return found.sort();
  }

  dataset(path: string): Opened | undefined {
    const source = this.find(path);
    if (!source) return undefined;
    const metadata = this.guard(path, () => source.metadata);
    const variable = metadata.type === VLEN;
    const element = variable ? metadata.vlen_type : metadata;
    const kind = element?.type === INTEGER ? 'integer' : element?.type === FLOAT ? 'float' : undefined;
    if (!element || !kind || !element.littleEndian || metadata.shape?.length !== 1)
      throw badFile(this.file, `${path} is not a list of little-endian numbers`, undefined, this.remedy);
    const type: NumberType = { kind, size: element.size, signed: element.signed };
    // The library has no float16; the bytes are decoded here in any case.
    element.type = INTEGER;
    return { path, length: metadata.shape[0]!, type, variable, source };
  }

  /** The dataset at a path, name by name; undefined where one of them is not there. */
  private find(path: string): LibraryDataset | undefined {
    const { library, root } = this;
    const names = path.split('/');
    let member: unknown = root;
    for (const [depth, name] of names.entries()) {
      if (!(member instanceof library.Group)) return undefined;
      const group: Group = member;
      if (!this.guard('the file', () => group.keys()).includes(name)) return undefined;
      member = this.guard(path, () => root.get(names.slice(0, depth + 1).join('/')));
    }
    return member instanceof library.Dataset ? member : undefined;
  }

  bytes(dataset: Dataset): Buffer {
    return this.guard(dataset.path, () => bytesOf((dataset as Opened).source.slice([]) as unknown as ArrayBufferView));
  }

  variable(dataset: Dataset, index: number): Buffer {
    const opened = dataset as Opened;
    const from = index - (index % BLOCK);
    if (opened.block?.from !== from) {
      const to = Math.min(opened.length, from + BLOCK);
      const elements = this.guard(
        `${opened.path} from ${from} to ${to - 1}`,
        () => opened.source.slice([[from, to]]) as unknown as ArrayBufferView[],
      );
      opened.block = { from, elements };
    }
    return bytesOf(opened.block.elements[index - from]!);
  }

  close(): void {
    try {
      this.root.close();
    } catch {
      // A damaged file may not close; it was only read.
    }
  }

  /** What the library throws says nothing to a user. */
  private guard<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch {
      throw badFile(this.file, `${what} cannot be read`, undefined, this.remedy);
    }
  }
}

const bytesOf = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
