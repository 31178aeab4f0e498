/** What the kernels are compiled for: a platform and processor in Node's names, as in the names of VSIX packages. */

const AVX512 = ['f', 'bw', 'vl', 'dq', 'vbmi2', 'vnni'].map((part) => `-mavx512${part}`);

/**
 * Sets of instructions by processor, with what compilers call them.
 * @type {Record<string, Record<string, string[]>>}
 */
const SETS = {
  x64: {
    avx512: [...AVX512, '-mbmi2', '-mpopcnt', '-mprefer-vector-width=512'],
    avx2: ['-mavx2', '-mpopcnt'],
    baseline: [],
  },
  arm64: { baseline: [] },
};

/** This machine. */
export const HERE = `${process.platform}-${process.arch}`;

/**
 * What a compiler for other platforms (LIF_CROSS) is told to compile for, as Zig's takes it: the oldest systems on which
 * VS Code runs.
 * @type {Record<string, string>}
 */
export const CROSS = {
  'linux-x64': 'x86_64-linux-gnu.2.28',
  'linux-arm64': 'aarch64-linux-gnu.2.28',
  'darwin-x64': 'x86_64-macos.11.0',
  'darwin-arm64': 'aarch64-macos.11.0',
  'win32-x64': 'x86_64-windows-gnu',
};

/** @param {string} target @returns {Record<string, string[]> | undefined} */
export const setsOf = (target) => SETS[target.split('-')[1] ?? ''];

/**
 * How an addon is linked: Node has the functions of Node-API, so that nothing but the C library goes along.
 * @param {string} target @param {boolean} cross with the compiler for other platforms
 * @returns {{ before: string[], after: string[] }} the objects
 */
export function linking(target, cross) {
  // Zig would make a C++ library for the target first, of which nothing is used.
  const plain = cross ? ['-nostdlib++'] : [];
  if (target.startsWith('darwin'))
    return { before: [cross ? '-dynamiclib' : '-bundle', ...plain, '-undefined', 'dynamic_lookup'], after: [] };
  if (target.startsWith('win32')) return { before: ['-shared', '-s', ...plain], after: [] };
  return cross
    ? { before: ['-shared', '-s', ...plain], after: [] }
    : { before: ['-shared', '-s', '-nodefaultlibs'], after: ['-lgcc', '-lc'] };
}
