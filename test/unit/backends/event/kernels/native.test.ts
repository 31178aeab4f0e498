/** The kernels for this machine's processor: there where they can be, chosen as asked, and safe to call wrongly. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { instantiateKernels } from '../../../../../engine/backends/event/kernels/kernels.ts';
import {
  type Addon,
  accept,
  availableInstructions,
  chosenInstructions,
  copier,
  kernelRemarks,
  load,
  nativeFile,
} from '../../../../../engine/backends/event/kernels/native.ts';
import { CONTRACT, fingerprint } from '../../../../../engine/backends/event/kernels/signatures/all.ts';
import { builtFile } from '../../../../../engine/base/paths.ts';

const compiler = (process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++']).some(
  (name) => spawnSync(name, ['--version']).status === 0,
);
const supported = process.platform !== 'win32' && ['x64', 'arm64'].includes(process.arch);

afterEach(() => vi.unstubAllEnvs());

test.runIf(compiler && supported)('with a compiler they are built, and load', () => {
  expect(availableInstructions()).toEqual(expect.arrayContaining(['baseline', 'wasm']));
});

test('without a wish the widest instructions are used, and LIF_KERNELS names others', () => {
  vi.stubEnv('LIF_KERNELS', '');
  expect(chosenInstructions()).toBe(availableInstructions()[0]);
  vi.stubEnv('LIF_KERNELS', 'wasm');
  expect(chosenInstructions()).toBe('wasm');
  vi.stubEnv('LIF_KERNELS', 'mmx');
  expect(chosenInstructions()).toBe(availableInstructions()[0]);
});

test('a wish that cannot be met is answered with a sentence, and only that', () => {
  for (const wish of ['', ...availableInstructions()]) {
    vi.stubEnv('LIF_KERNELS', wish);
    expect(kernelRemarks(), `LIF_KERNELS=${wish}`).toEqual([]);
  }
  vi.stubEnv('LIF_KERNELS', 'mmx');
  const widest = availableInstructions()[0];
  expect(kernelRemarks()).toEqual([
    expect.stringMatching(`^LIF_KERNELS asks for "mmx" kernels, but here there are .*wasm: ${widest} is used\\.$`),
  ]);
});

test('an addon that was built from other signatures is refused with a sentence', () => {
  const stale = { signatures: fingerprint(CONTRACT) - 1, sets: ['baseline'] } as Addon;
  expect(accept(stale)).toEqual({ addon: undefined, refused: expect.stringContaining('run "npm run build"') });
  const current = { ...stale, signatures: fingerprint(CONTRACT) };
  expect(accept(current)).toEqual({ addon: current });
  // As builds before there were fingerprints.
  expect(accept({ sets: ['baseline'] } as Addon).addon).toBeUndefined();
});

test('an addon that is for another processor, or damaged, is no reason to fail, and is told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lif-native-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, nativeFile());
  writeFileSync(file, 'no program');
  const { addon, refused } = load(file);
  expect(addon).toBeUndefined();
  expect(refused).toMatch(/^kernels-\S+\.node does not load here \([^/]+\), so the WebAssembly kernels do its work/);
});

test('WebAssembly that was built from other signatures is refused with a sentence', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  // A module without anything in it.
  const stale = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  expect(() => instantiateKernels(stale, memory)).toThrow('kernels.wasm was built for another version of LIF Lab');
});

test('shared memory is copied whole, however it lies', () => {
  const copy = copier();
  const shared = (bits: number, length: number): Uint16Array | Uint32Array =>
    bits === 16
      ? new Uint16Array(new SharedArrayBuffer(2 * length))
      : new Uint32Array(new SharedArrayBuffer(4 * length));
  for (const bits of [16, 32]) {
    const source = shared(bits, 32);
    for (let i = 0; i < 32; i++) source[i] = 7 * i + 1;
    for (const [from, count, add] of [
      [0, 30, 0],
      [1, 9, 0],
      [3, 0, 5],
      [5, 27, 1000],
    ] as const) {
      const target = shared(bits, 30).fill(9);
      copy(target, source, from, count, add);
      const copied = Array.from({ length: count }, (_, i) => 7 * (from + i) + 1 + add);
      expect([...target]).toEqual([...copied, ...new Array(30 - count).fill(9)]);
    }
  }
});

describe.runIf(availableInstructions().length > 1)('the addon refuses', () => {
  let addon: Record<string, (...args: unknown[]) => unknown>;
  beforeAll(() => {
    addon = createRequire(import.meta.url)(builtFile(nativeFile()));
  });
  const bytes = new Uint8Array(64);
  const numbers = new Float64Array(8);

  test.each([
    ['no arguments', []],
    ['a memory that is not bytes', [numbers, numbers, 'baseline']],
    ['arguments that are not float64', [bytes, bytes, 'baseline']],
  ])('bind with %s', (_, args) => {
    expect(() => addon.bind!(...args)).toThrow(
      'bind takes the memory (Uint8Array), the arguments (Float64Array) and a name.',
    );
  });

  test('instructions that there are not', () => {
    expect(() => addon.bind!(bytes, numbers, 'mmx')).toThrow('This processor has no such instructions.');
  });

  test('copies of more than there is, or between other kinds of arrays', () => {
    const [four, five] = [new Uint16Array(4), new Uint16Array(5)];
    for (const [from, count] of [
      [0, 5],
      [2, 4],
      [-1, 1],
      [0, -1],
    ])
      expect(() => addon.copy!(four, five, from, count, 0)).toThrow('more than there is');
    expect(() => addon.copy!(four, numbers, 0, 1, 0)).toThrow('two Uint16Array or two Uint32Array');
    expect(() => addon.copy!(four, new Uint32Array(4), 0, 1, 0)).toThrow('two Uint16Array or two Uint32Array');
    expect(() => addon.copy!(four, five, 0)).toThrow('three numbers');
  });
});
