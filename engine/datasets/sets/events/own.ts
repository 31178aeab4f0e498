/** What every kind of your own data becomes before it is split and cut into steps. */
import type { Split } from '../../dataset.ts';
import type { Values } from '../../formats/table.ts';
import type { EventBuffer } from '../../recordings/binning.ts';
import type { InputShape } from '../definition.ts';

/** A time in the files: how many µs, or a number of steps. */
export type Unit = number | 'step';

export interface OwnData {
  /** For sentences: "a table of events". */
  what: string;
  /** Samples, in an order that depends on the files alone. */
  count: number;
  /** Of each sample, as the files have them: numbers or names. */
  labels: Values;
  groups?: Values | undefined;
  parts?: Split[] | undefined;
  /** What the files tell of their shape; absent where they do not. */
  input?: InputShape | undefined;
  /** The sensor may be larger than the largest pixel that has an event. */
  atLeast?: boolean;
  /** Pixels of the camera, where the files tell. */
  sensor?: { width: number; height: number } | undefined;
  /** Of an array over time. */
  steps?: number | undefined;
  unit?: Unit | undefined;
  /** From 0 to the last event of any sample, in units. */
  longest?: number;
  /** Where the files tell their shape only when all is read: reads all. */
  scan?(): Promise<{ input: InputShape; longest: number }>;
  /** Whole numbers from 0: spikes, or levels of grey. Otherwise real numbers that want a coding. */
  holds: 'events' | 'pictures' | 'real';
  /** Appends the events of a sample: times in units, channels of `input`. Absent for pictures. */
  read?(index: number, events: EventBuffer): void | Promise<void>;
  /** The pixels of a picture, plane by plane. */
  pixels?(index: number): Uint8Array | Promise<Uint8Array>;
  /** What was read → SHA-256. */
  checksums(): Record<string, string> | Promise<Record<string, string>>;
  close(): void;
}

/** The values of several files one after another; absent where one of them has none. */
export function concatenated<T>(lists: (ArrayLike<T> | undefined)[]): T[] | undefined {
  return lists.every((list) => list !== undefined) ? lists.flatMap((list) => Array.from(list!)) : undefined;
}

/** Several files as one, in this order; `parts` of those that do not say themselves. */
export function joined(all: OwnData[], parts: (Split | undefined)[]): OwnData {
  const first = all[0]!;
  if (all.length === 1 && parts[0] === undefined) return first;
  const partsOf = all.map((own, i) => own.parts ?? (parts[i] && new Array<Split>(own.count).fill(parts[i])));
  const find = (index: number): [OwnData, number] => {
    let i = index;
    for (const own of all) {
      if (i < own.count) return [own, i];
      i -= own.count;
    }
    throw new RangeError(`there is no sample ${index}`);
  };
  const delegate = <R>(index: number, use: (own: OwnData, i: number) => R): R => use(...find(index));
  return {
    ...first,
    count: all.reduce((sum, { count }) => sum + count, 0),
    labels: concatenated<string | number>(all.map(({ labels }) => labels as ArrayLike<string | number>)) as Values,
    groups: concatenated(all.map(({ groups }) => groups as ArrayLike<string | number> | undefined)) as
      | Values
      | undefined,
    parts: concatenated(partsOf),
    longest: Math.max(...all.map(({ longest }) => longest ?? 0)),
    input: largest(all.map(({ input }) => input)),
    ...(first.scan && {
      async scan() {
        const found = [];
        for (const own of all) found.push(await own.scan!());
        return {
          input: largest(found.map(({ input }) => input))!,
          longest: Math.max(...found.map(({ longest }) => longest)),
        };
      },
    }),
    ...(first.read && {
      read: (index: number, events: EventBuffer) => delegate(index, (own, i) => own.read!(i, events)),
    }),
    ...(first.pixels && { pixels: (index: number) => delegate(index, (own, i) => own.pixels!(i)) }),
    async checksums() {
      const sums = await Promise.all(all.map((own) => own.checksums()));
      return Object.assign({}, ...sums);
    },
    close() {
      for (const own of all) own.close();
    },
  };
}

/** A file need not have an event of the last channel. */
function largest(inputs: (InputShape | undefined)[]): InputShape | undefined {
  return inputs.reduce((a, b) => {
    if (a === undefined || b === undefined) return undefined;
    if ('channels' in a || 'channels' in b)
      return 'channels' in a && 'channels' in b ? { channels: Math.max(a.channels, b.channels) } : undefined;
    return {
      planes: Math.max(a.planes, b.planes),
      height: Math.max(a.height, b.height),
      width: Math.max(a.width, b.width),
    };
  });
}
