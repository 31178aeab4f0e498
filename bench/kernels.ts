/**
 * `npm run bench -- --kernels [--only TEXT] [--json]`: every entry of the kernel table, in nanoseconds per addition
 * of four float32 (or per byte moved, where nothing is added), and how far that is from the floor of this machine: the longer
 * of adding what must be added, at the speed of the first cache, and of copying what must be moved.
 */
import { instantiateKernels, kernelBytes, RESERVED_BYTES } from '../engine/backends/event/kernels/kernels.ts';
import { chosenInstructions, withNative } from '../engine/backends/event/kernels/native.ts';
import {
  bytesOf,
  type KernelCase,
  type KernelEntry,
  placeRegions,
  viewOf,
} from '../engine/backends/event/kernels/table/entry.ts';
import { TABLE } from '../engine/backends/event/kernels/table.ts';
import { stream } from '../engine/base/random.ts';
import { measureFloor } from './floor.ts';

/** Milliseconds of a measurement, and how many there are. The best counts: whatever disturbs one makes it longer. */
const MEASURE_MS = 2;
const REPEATS = 5;
/** Enough for a mean, where a call is so short that putting things back takes longer. */
const MAX_CALLS = 256;

const index = process.argv.indexOf('--only');
const only = index < 0 ? '' : process.argv[index + 1]!;
const entries = TABLE.filter((entry) => nameOf(entry).includes(only));
if (entries.length === 0) {
  console.error(`No entry of the kernel table has "${only}" in its name.`);
  process.exit(1);
}

const memory = new WebAssembly.Memory({ initial: 2048, maximum: 2048, shared: true });
const bytes = new Uint8Array(memory.buffer);
const instructions = chosenInstructions();
const kernels = withNative(instantiateKernels(kernelBytes(), memory), memory, instructions);
const floor = await measureFloor(nanoseconds);
const results = [];
console.log(
  `With ${instructions}, four float32 are added in at least ${floor.add.toFixed(3)} ns here; copying 64 KiB ${floor.move(131_072).toFixed(0)} ns.\n`,
);
console.log(
  `${'kernel'.padEnd(92)}${'µs'.padStart(9)}${'ns'.padStart(9)} per  ${'floor µs'.padStart(9)}${'distance'.padStart(10)}`,
);
for (const entry of entries) {
  const c = entry.bench.make(stream(1, nameOf(entry)));
  const work = typeof entry.bench.work === 'function' ? entry.bench.work(c) : entry.bench.work;
  const ns = timeOf(nameOf(entry), c);
  const least = Math.max(work.adds * floor.add, floor.move(work.bytes));
  const [unit, count] = work.adds > 0 ? ['add', work.adds] : ['byte', work.bytes];
  results.push({ kernel: entry.kernel, variant: entry.variant, shape: entry.bench.label, work, ns, floor: least });
  console.log(
    `${nameOf(entry).padEnd(92)}${(ns / 1000).toFixed(2).padStart(9)}${(ns / count).toFixed(3).padStart(9)} ${unit.padEnd(4)} ${(least / 1000).toFixed(2).padStart(9)}${`${(ns / least).toFixed(1)} ×`.padStart(10)}`,
  );
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ floor: { add: floor.add }, results }));

function nameOf({ kernel, variant }: KernelEntry): string {
  return `${kernel}: ${variant}`;
}

/** Nanoseconds of a call. What the kernel overwrites is put back before each call, outside the time. */
function timeOf(name: string, c: KernelCase): number {
  const { addresses, end } = placeRegions(c.regions, RESERVED_BYTES);
  if (end > bytes.length) throw new Error(`${name} needs ${end} bytes of memory, there are ${bytes.length}.`);
  const address = (region: string): number => addresses.get(region)!;
  for (const [region, content] of Object.entries(c.regions))
    viewOf(memory.buffer, content, address(region)).set(content.data);
  const before = bytes.slice(0, end);
  const call = (): unknown => c.call(kernels, address);
  call();
  const changed = Object.entries(c.regions).flatMap(([region, content]) =>
    content.expected?.length ? changedRuns(before, address(region), bytesOf(content)) : [],
  );
  const restore = (): void => {
    for (const { from, old } of changed) bytes.set(old, from);
  };
  return Math.max(0, nanoseconds(call, restore) - nanoseconds(() => {}, restore));
}

/** The cache lines of a region that a call has changed, as they were; neighbours together. */
function changedRuns(before: Uint8Array, start: number, length: number): { from: number; old: Uint8Array }[] {
  const runs: { from: number; to: number }[] = [];
  for (let from = start; from < start + length; from += 64) {
    const to = Math.min(from + 64, start + length);
    if (Buffer.compare(bytes.subarray(from, to), before.subarray(from, to)) === 0) continue;
    const last = runs.at(-1);
    if (last?.to === from) last.to = to;
    else runs.push({ from, to });
  }
  return runs.map(({ from, to }) => ({ from, old: before.subarray(from, to) }));
}

/** Best time of one call in nanoseconds; without `prepare`, of many calls at once. */
function nanoseconds(run: () => unknown, prepare?: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  let calls = 1;
  for (let repeat = 0; repeat < REPEATS; ) {
    const took = prepare ? eachTimed(run, prepare, calls) : allTimed(run, calls);
    best = Math.min(best, (1e6 * took) / calls);
    if (took < MEASURE_MS / 2 && calls < MAX_CALLS) calls *= 2;
    else repeat++;
  }
  return best;
}

function allTimed(run: () => unknown, calls: number): number {
  const began = performance.now();
  for (let i = 0; i < calls; i++) run();
  return performance.now() - began;
}

function eachTimed(run: () => unknown, prepare: () => void, calls: number): number {
  let took = 0;
  for (let i = 0; i < calls; i++) {
    prepare();
    const began = performance.now();
    run();
    took += performance.now() - began;
  }
  return took;
}
