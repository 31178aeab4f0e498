/** The kernels for this machine's processor: there where they can be, chosen as asked, and safe to call wrongly. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { availableInstructions, chosenInstructions, copier, nativeFile } from '../../../engine/kernels/native.ts';
import { builtFile } from '../../../engine/paths.ts';

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

test('shared memory is copied whole, however it lies', () => {
  const copy = copier();
  const from = new Uint16Array(new SharedArrayBuffer(64)).map((_, i) => 7 * i + 1);
  const shared = new Uint16Array(new SharedArrayBuffer(64));
  shared.set(from);
  for (const [start, count] of [
    [0, 30],
    [1, 9],
    [3, 0],
    [5, 27],
  ] as const) {
    const target = new Uint16Array(new SharedArrayBuffer(60)).fill(9);
    copy(target, shared.subarray(start, start + count));
    expect([...target]).toEqual([...from.subarray(start, start + count), ...new Array(30 - count).fill(9)]);
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

  test('copies between arrays of other lengths or kinds', () => {
    expect(() => addon.copy!(new Uint16Array(4), new Uint16Array(5))).toThrow('of the same length');
    expect(() => addon.copy!(new Uint16Array(4), numbers)).toThrow('unsigned integers');
    expect(() => addon.copy!(new Uint16Array(4))).toThrow('unsigned integers');
  });
});
