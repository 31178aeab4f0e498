/**
 * What this machine can do at best, with the instructions that the kernels use: additions with an operand from the first
 * cache, and copying. No kernel that must add and move as much can be faster.
 */
import { execFileSync } from 'node:child_process';
import asc from 'assemblyscript/asc';
import { chosenInstructions, type Instructions } from '../engine/backends/event/kernels/native.ts';
import { builtFile } from '../engine/base/paths.ts';

/**
 * Eight sums that do not wait for each other keep both load ports of a core busy; in two basic blocks, since compilers load
 * all operands of a block first and sixteen registers have no room for sixteen vectors.
 */
const SOURCE = `
export function adds(p: usize, bytes: i32, repeats: i32, out: usize): void {
  const z = f32x4.splat(0);
  let a0 = z, a1 = z, a2 = z, a3 = z, a4 = z, a5 = z, a6 = z, a7 = z;
  const end = p + bytes;
  for (let r = 0; r < repeats; r++)
    for (let q = p; q < end; ) {
      a0 = f32x4.add(a0, v128.load(q)); a1 = f32x4.add(a1, v128.load(q, 16));
      a2 = f32x4.add(a2, v128.load(q, 32)); a3 = f32x4.add(a3, v128.load(q, 48));
      q += 64;
      if (q == end) break;
      a4 = f32x4.add(a4, v128.load(q)); a5 = f32x4.add(a5, v128.load(q, 16));
      a6 = f32x4.add(a6, v128.load(q, 32)); a7 = f32x4.add(a7, v128.load(q, 48));
      q += 64;
    }
  v128.store(out, f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7))));
}
export function copy(to: usize, from: usize, bytes: i32, repeats: i32): void {
  for (let r = 0; r < repeats; r++) memory.copy(to, from, bytes);
}
`;

/** A working set well within the first cache, and the largest that copying is measured with. */
const L1_BYTES = 8192;
const LARGEST = 2 ** 25;
const FIRST = 65_536;

export interface Floor {
  /** Nanoseconds per four float32 that are added, in the widest registers, with an operand from the first cache. */
  add: number;
  /** Float32 that are added at once. */
  lanes: number;
  /** Nanoseconds of reading and writing this many bytes in all, once, in a working set of that size. */
  move(bytes: number): number;
}

/** What run.mjs compiles additions.cpp to. */
const additionsProgram = (set: Instructions): string => `additions-${set}`;

const LANES: Record<Instructions, number> = { avx512: 16, avx2: 8, baseline: 4, wasm: 4 };

/** `time` gives the nanoseconds of one call of a function. */
export async function measureFloor(time: (run: () => void) => number, set = chosenInstructions()): Promise<Floor> {
  const pages = 2 + LARGEST / 65_536;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { instance } = await WebAssembly.instantiate(await compile(), { env: { memory } });
  const { adds, copy } = instance.exports as Record<string, (...args: number[]) => void>;
  const repeats = 100;
  const add =
    set === 'wasm'
      ? time(() => adds!(FIRST, L1_BYTES, repeats, FIRST + L1_BYTES)) / (repeats * (L1_BYTES / 16))
      : Number(execFileSync(builtFile(additionsProgram(set)), { encoding: 'utf8' }));
  const rates = new Map<number, number>();
  return {
    add,
    lanes: LANES[set],
    move(bytes) {
      const half = 2 ** Math.min(Math.log2(LARGEST) - 1, Math.ceil(Math.log2(Math.max(bytes, 2048) / 2)));
      if (!rates.has(half)) rates.set(half, time(() => copy!(FIRST + half, FIRST, half, 10)) / 10 / (2 * half));
      return bytes * rates.get(half)!;
    },
  };
}

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const options =
    '--runtime stub --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 -O3 --noAssert --enable simd --enable threads --enable bulk-memory'.split(
      ' ',
    );
  const { error, stderr } = await asc.main(['floor.ts', '--outFile', 'floor.wasm', ...options], {
    readFile: (name) => (name === 'floor.ts' ? SOURCE : null),
    writeFile: (_, contents) => {
      binary = contents as Uint8Array<ArrayBuffer>;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`The floor does not compile: ${error?.message}\n${stderr.toString()}`);
  return binary;
}
