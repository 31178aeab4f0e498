/**
 * The contract in the other two languages: a C++ header, an AssemblyScript module of constants and the list of what is
 * exported. The build writes them into native/generated and assembly/generated, which are not kept in git.
 */
import { type Contract, fingerprint } from './all.ts';
import type { ParameterType } from './signature.ts';

const GENERATED = (source: string): string =>
  `// Made from ${source} by the build: a change here is lost with the next one.\n`;

const cType = (type: ParameterType): string =>
  (({ pointer: 'ptr', 'pointer?': 'ptr', u32: 'u32', f32: 'float', bytes: 'size_t' }) as Record<string, string>)[
    type
  ] ?? 'int';

const assemblyType = (type: ParameterType): string =>
  (({ pointer: 'usize', 'pointer?': 'usize', u32: 'u32', f32: 'f32', bytes: 'usize' }) as Record<string, string>)[
    type
  ] ?? 'i32';

/** RESET_HARD and its like, and the constants: names and values. */
function numbers({ constants, codes }: Contract): [string, number][] {
  const coded = Object.entries(codes).flatMap(([set, names]) =>
    Object.entries(names).map(([name, code]): [string, number] => [
      `${set}_${name.toUpperCase().replaceAll('-', '_')}`,
      code,
    ]),
  );
  return [...Object.entries(constants), ...coded];
}

/**
 * What kernels.cpp is compiled with: `KERNEL(gatherRows) { … }` is the head of a kernel with the parameters of its signature,
 * and EACH_KERNEL lists all kernels that there are in C++.
 */
export function cHeader(contract: Contract): string {
  const native = Object.entries(contract.signatures).filter(([, signature]) => signature.native);
  const parameters = native.map(([name, { parameters }]) => {
    const list = Object.entries(parameters).map(([parameter, type]) => `${cType(type)} ${parameter}`);
    return `#define PARAMETERS_${name} ${list.join(', ')}\n`;
  });
  return [
    GENERATED('../../signatures'),
    '#pragma once\n\n',
    `#define SIGNATURES ${fingerprint(contract)}.0\n\n`,
    ...numbers(contract).map(([name, value]) => `static const int ${name} = ${value};\n`),
    '\n#define KERNEL(name) static void name(PARAMETERS_##name)\n',
    ...parameters,
    `#define EACH_KERNEL(use) ${native.map(([name]) => `use(${name})`).join(' ')}\n`,
  ].join('');
}

/** Constants for the AssemblyScript kernels. */
export function assemblyConstants(contract: Contract): string {
  const line = ([name, value]: [string, number]): string =>
    `// @ts-ignore: decorator\n@inline\nexport const ${name}: i32 = ${value};\n`;
  return [GENERATED('../../signatures'), ...numbers(contract).map(line)].join('');
}

/** Parameters of the functions that a source exports, as `name: type`. */
function exportedFunctions(source: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name, parameters, returns] of source.matchAll(/^export function (\w+)\(([^)]*)\): (\w+)/gm))
    found.set(
      name!,
      `(${parameters!
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
        .join(', ')}): ${returns}`,
    );
  return found;
}

/**
 * The entry of the AssemblyScript compiler: every kernel from the file that exports it. Throws a sentence when a kernel has
 * no file, or its parameters are not those of its signature.
 * @param sources text by file, such as `gather.ts` or `lif/forward.ts`
 */
export function assemblyIndex(contract: Contract, sources: ReadonlyMap<string, string>): string {
  const exported = new Map<string, { file: string; parameters: string }>();
  for (const [file, source] of sources)
    for (const [name, parameters] of exportedFunctions(source)) exported.set(name, { file, parameters });
  const lines = Object.entries(contract.signatures).map(([name, { parameters, returns }]) => {
    const list = Object.entries(parameters).map(([parameter, type]) => `${parameter}: ${assemblyType(type)}`);
    const wanted = `(${list.join(', ')}): ${returns ?? 'void'}`;
    const seen = exported.get(name);
    if (!seen) throw new Error(`signatures/ names the kernel ${name}, but no file of assembly/ exports it.`);
    if (seen.parameters !== wanted)
      throw new Error(
        `assembly/${seen.file}: ${name} takes ${seen.parameters}, but its signature says ${wanted}: make them agree.`,
      );
    return `export { ${name} } from '../${seen.file.replace(/\.ts$/, '')}';\n`;
  });
  return [GENERATED('../../signatures'), ...lines, `export const SIGNATURES: f64 = ${fingerprint(contract)};\n`].join(
    '',
  );
}
