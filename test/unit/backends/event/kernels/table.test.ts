/** Walks the kernel table: every kernel against its float64 reference, and nothing written but what it has to write. */
import { describe, expect, test } from 'vitest';
import {
  instantiateKernels,
  kernelBytes,
  RESERVED_BYTES,
} from '../../../../../engine/backends/event/kernels/kernels.ts';
import { availableInstructions, withNative } from '../../../../../engine/backends/event/kernels/native.ts';
import type { Kernels } from '../../../../../engine/backends/event/kernels/signatures/all.ts';
import {
  bytesOf,
  type KernelCase,
  type KernelEntry,
  placeRegions,
  type Region,
  viewOf,
} from '../../../../../engine/backends/event/kernels/table/entry.ts';
import { THRESHOLD } from '../../../../../engine/backends/event/kernels/table/lif/layers.ts';
import { TABLE } from '../../../../../engine/backends/event/kernels/table.ts';
import { stream } from '../../../../../engine/base/random.ts';
import { placeInPanels } from '../panels.ts';

/** Variants of the backward passes are crossed: each choice is drawn for in hundreds of entries, so once in each. */
const seedsOf = (entries: KernelEntry[]): number[] => (entries.length > 100 ? [1] : [1, 2]);
/** What lies between the regions. */
const GUARD_BYTE = 0xa5;

const memory = new WebAssembly.Memory({ initial: 32, maximum: 32, shared: true });
const bytes = new Uint8Array(memory.buffer);
const wasm = instantiateKernels(kernelBytes(), memory);
/** Every set of instructions that this machine has; WebAssembly last. */
const SETS = availableInstructions().map((set) => ({ set, kernels: withNative(wasm, memory, set) }));

const nameOf = ({ kernel, variant }: KernelEntry): string => `${kernel}: ${variant}`;

for (const kernel of new Set(TABLE.map((entry) => entry.kernel))) {
  describe(kernel, () => {
    const entries = TABLE.filter((e) => e.kernel === kernel);
    for (const entry of entries)
      test(entry.variant, () => {
        for (const { label, make } of entry.shapes)
          for (const seed of seedsOf(entries)) {
            const c = make(stream(seed, `${nameOf(entry)}, ${label}`));
            const outcomes = SETS.map(({ set, kernels }) => check(entry, kernels, c, `${label}, seed ${seed}, ${set}`));
            for (const [i, { set }] of SETS.entries())
              if (Buffer.compare(outcomes[i]!, outcomes.at(-1)!) !== 0)
                expect.fail(`${label}, seed ${seed}: ${set} and WebAssembly give different bits`);
          }
      });
  });
}

test('every exported function has an entry, and every entry a function', () => {
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(kernelBytes()));
  const functions = exported.flatMap(({ name, kind }) => (kind === 'function' ? [name] : [])).sort();
  expect([...new Set<string>(TABLE.map(({ kernel }) => kernel))].sort()).toEqual(functions);
});

test('no two entries have the same name', () => {
  expect(TABLE.map(nameOf)).toEqual([...new Set(TABLE.map(nameOf))]);
});

test('the exact cases of lifForwardRecurrent contain potentials that equal the threshold', () => {
  const entry = TABLE.find((e) => nameOf(e) === 'lifForwardRecurrent: soft reset')!;
  const exact = entry.shapes.map(({ make }) => make(stream(1, 'ties'))).filter((c) => c.exact);
  const ties = exact.map(({ regions }) => Array.from(regions.u!.expected!).filter((u) => u === THRESHOLD).length);
  expect(Math.min(...ties), `ties in ${exact.length} cases: ${ties}`).toBeGreaterThan(0);
});

/** Runs one case and compares all memory that it could have touched; the bytes that the reference speaks of. */
function check(entry: KernelEntry, kernels: Kernels, c: KernelCase, where: string): Buffer {
  const { addresses, end } = placeRegions(c.regions, RESERVED_BYTES);
  if (end > bytes.length) expect.fail(`${where}: needs ${end} bytes of memory, there are ${bytes.length}`);
  bytes.fill(GUARD_BYTE, RESERVED_BYTES, end);
  for (const [name, region] of Object.entries(c.regions))
    viewOf(memory.buffer, region, addresses.get(name)!).set(region.data);
  const before = bytes.slice(0, end);

  const returned = c.call(kernels, (name) => addresses.get(name)!);

  if (c.returns !== undefined)
    compare(entry, [returned as number], undefined, { ...c, expected: [c.returns] }, `${where}, result`);
  const outcome: Buffer[] = [];
  for (const [name, region] of Object.entries(c.regions)) {
    const address = addresses.get(name)!;
    const seen = viewOf(memory.buffer, region, address);
    if (region.expected) {
      const original = viewOf(before.buffer, region, address);
      compare(entry, seen, original, { ...c, ...region, expected: region.expected }, `${where}, ${name}`);
      const length = (bytesOf(region) / region.data.length) * region.expected.length;
      outcome.push(Buffer.from(bytes.slice(address, address + length)));
      // From here on only what nobody may touch is left to differ.
      bytes.set(before.subarray(address, address + bytesOf(region)), address);
    }
  }
  if (Buffer.compare(bytes.subarray(0, end), before) !== 0) {
    const first = before.findIndex((byte, i) => bytes[i] !== byte);
    expect.fail(
      `${where}: byte ${first} was changed (${ownerOf(c.regions, addresses, first)}): expected ${before[first]}, saw ${bytes[first]}`,
    );
  }
  return Buffer.concat(outcome);
}

interface Comparison extends Pick<KernelCase, 'margin' | 'exact'>, Pick<Region, 'shape'> {
  expected: ArrayLike<number>;
  type?: Region['type'];
}

/** Errors relative to the largest expected value; what the reference leaves as it was must keep its bits. */
function compare(
  { tolerance }: KernelEntry,
  seen: ArrayLike<number>,
  original: ArrayLike<number> | undefined,
  { expected, exact, margin, shape, type }: Comparison,
  where: string,
): void {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  if (margin !== undefined && !(margin > tolerance))
    expect.fail(`${where}: a decision is only ${margin} away and ${tolerance} is allowed; draw other inputs`);
  const allowed = exact || type === 'u32' || type === 'u16' ? 0 : tolerance * largest;
  for (let i = 0; i < expected.length; i++) {
    const untouched = original !== undefined && Object.is(expected[i], original[i]);
    if (Math.abs(seen[i]! - expected[i]!) <= (untouched ? 0 : allowed)) continue;
    const place = shape ? JSON.stringify(placeInPanels(i, ...shape)) : `element ${i}`;
    expect.fail(`${where}, ${place}: expected ${expected[i]}, saw ${seen[i]} (allowed error ${allowed})`);
  }
}

/** The region that a byte belongs to, or the one that was overrun. */
function ownerOf(regions: Record<string, Region>, addresses: Map<string, number>, byte: number): string {
  for (const [name, region] of Object.entries(regions)) {
    const address = addresses.get(name)!;
    if (byte < address) return `before ${name}`;
    if (byte < address + bytesOf(region)) return `input ${name}`;
  }
  return 'after the last region';
}
