/** What TypeScript, AssemblyScript and C++ must agree on has one source, and a kernel that disagrees is not compiled. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTRACT, type Contract, fingerprint } from '../../../../../engine/backends/event/kernels/signatures/all.ts';
import {
  assemblyConstants,
  assemblyIndex,
  cHeader,
} from '../../../../../engine/backends/event/kernels/signatures/emit.ts';

const kernels = fileURLToPath(new URL('../../../../../engine/backends/event/kernels/', import.meta.url));
const textOf = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(join(kernels, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('generated'))
      .filter((name) => /\.(ts|h|cpp)$/.test(name))
      .map((name) => [name, readFileSync(join(kernels, folder, name), 'utf8')]),
  );
const assembly = textOf('assembly');
const native = textOf('native');
const withConstant = (name: string, value: number): Contract => ({
  ...CONTRACT,
  constants: { ...CONTRACT.constants, [name]: value },
});

test('what was built last was built from these signatures and constants', () => {
  expect(readFileSync(join(kernels, 'native/generated/signatures.h'), 'utf8')).toBe(cHeader(CONTRACT));
  expect(readFileSync(join(kernels, 'assembly/generated/constants.ts'), 'utf8')).toBe(assemblyConstants(CONTRACT));
  expect(readFileSync(join(kernels, 'assembly/generated/index.ts'), 'utf8')).toBe(assemblyIndex(CONTRACT, assembly));
});

test('no kernel defines a constant or a code of its own that the languages share', () => {
  const names = [...assemblyConstants(CONTRACT).matchAll(/export const (\w+)/g)].map(([, name]) => name!);
  expect(names).toEqual(expect.arrayContaining(['PANEL', 'RESET_HARD', 'SURROGATE_MULTI_GAUSSIAN']));
  for (const [file, text] of [...assembly, ...native])
    for (const name of names) {
      const own = new RegExp(`(?:const|constexpr|int|define)\\s+${name}\\b`).exec(text);
      expect(own, `${file} defines ${name} itself`).toBeNull();
    }
});

test('anything that the languages must agree on changes the fingerprint', () => {
  const { signatures, codes } = CONTRACT;
  const { out, ...rest } = signatures.fillRows!.parameters;
  const changed: Contract[] = [
    withConstant('SPARE_EVENTS', 32),
    { ...CONTRACT, codes: { ...codes, RESET: { soft: 0, hard: 1, none: 2 } } },
    {
      ...CONTRACT,
      signatures: { ...signatures, fillRows: { ...signatures.fillRows!, parameters: { ...rest, out: out! } } },
    },
    { ...CONTRACT, signatures: { ...signatures, fillRows: { ...signatures.fillRows!, native: false } } },
  ];
  expect(new Set([CONTRACT, ...changed].map(fingerprint)).size).toBe(5);
});

describe('an AssemblyScript kernel', () => {
  const edited = (from: string, to: string): Map<string, string> =>
    new Map([...assembly, ['gather.ts', assembly.get('gather.ts')!.replace(from, to)]]);

  test('that takes its parameters in another order than its signature stops the build', () => {
    expect(() =>
      assemblyIndex(CONTRACT, edited('bias: usize, rows: i32, columns: i32', 'bias: usize, columns: i32, rows: i32')),
    ).toThrow(
      'assembly/gather.ts: fillRows takes (out: usize, outRows: i32, bias: usize, columns: i32, rows: i32): void, but its signature says (out: usize, outRows: i32, bias: usize, rows: i32, columns: i32): void',
    );
  });

  test('that is missing stops the build', () => {
    expect(() => assemblyIndex(CONTRACT, edited('export function fillRows', 'function fillRows'))).toThrow(
      'signatures/ names the kernel fillRows, but no file of assembly/ exports it.',
    );
  });

  test.each([
    ['PANEL', 32, 'A row of a panel is one cache line'],
    ['TABLE_ROWS', 256, 'A table has a row for each pattern'],
    ['SPARE_EVENTS', 2, 'Four entries are written at a time'],
  ])('is not compiled with %s = %d', async (name, value, reason) => {
    const contract = withConstant(name, value);
    const virtual = new Map<string, string>([
      ...[...assembly].map(([file, text]) => [`assembly/${file}`, text] as const),
      ['assembly/generated/constants.ts', assemblyConstants(contract)] as const,
      ['assembly/generated/index.ts', assemblyIndex(contract, assembly)] as const,
    ]);
    const { error, stderr } = await asc.main(
      ['assembly/generated/index.ts', '--noEmit', '--runtime', 'stub', '--enable', 'simd'],
      {
        readFile: (file) => virtual.get(file) ?? null,
        writeFile: () => {},
        listFiles: () => [],
      },
    );
    expect(error, 'it compiles all the same').not.toBeNull();
    expect(stderr.toString()).toContain(reason);
  });
});

const compiler = (process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++']).find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

describe.runIf(compiler && process.platform !== 'win32')('a C++ kernel', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lif-contract-'));
  beforeAll(() => {
    for (const file of native.keys()) cpSync(join(kernels, 'native', file), join(folder, file));
    mkdirSync(join(folder, 'generated'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What the compiler says of the kernels with this contract, or nothing. */
  const complaints = (contract: Contract): string => {
    writeFileSync(join(folder, 'generated/signatures.h'), cHeader(contract));
    writeFileSync(join(folder, 'check.cpp'), '#define ISA check\n#include "kernels.cpp"\n');
    // The first complaint is enough, and comes long before the templates have been gone through.
    const flags = ['-std=c++17', '-fsyntax-only', '-w', '-Wfatal-errors'];
    return spawnSync(compiler!, [...flags, '-I', folder, join(folder, 'check.cpp')], { encoding: 'utf8' }).stderr;
  };

  test.each([
    ['PANEL', 32, 'A row of a panel is one cache line'],
    ['TABLE_ROWS', 256, 'A table has a row for each pattern'],
    ['SPARE_EVENTS', 8, 'Sixteen entries are written at a time'],
    ['MAX_PANELWISE_RECURRENT', 72, 'whole panels are kept on the stack'],
    ['STEPS_SAMPLES', 32, 'A mask of samples has sixteen bits'],
  ])(
    'is not compiled with %s = %d',
    (name, value, reason) => {
      expect(complaints(withConstant(name, value))).toContain(reason);
    },
    60_000,
  );

  test('is not compiled when its signature lacks a parameter', () => {
    const { outRows: _, ...parameters } = CONTRACT.signatures.fillRows!.parameters;
    const signatures = { ...CONTRACT.signatures, fillRows: { ...CONTRACT.signatures.fillRows!, parameters } };
    expect(complaints({ ...CONTRACT, signatures })).toMatch(/outRows.*not declared|undeclared identifier 'outRows'/);
  }, 60_000);

  test('is not compiled without its code for every native signature', () => {
    const signatures = { ...CONTRACT.signatures, unheardOf: { ...CONTRACT.signatures.fillRows! } };
    expect(complaints({ ...CONTRACT, signatures })).toContain('unheardOf');
  }, 60_000);
});
