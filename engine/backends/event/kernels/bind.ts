/**
 * From named arguments to those of the compiled kernels. The functions are made from the signatures once per thread: an
 * object with fixed names costs a call nothing that can be measured, looking the names up one by one some 400 ns.
 */
import { type KernelName, type Kernels, SIGNATURES } from './signatures/all.ts';
import type { Signature } from './signatures/signature.ts';

type Kernel = Kernels[KernelName];

/** Each argument as an expression over `values`; what was left out is 0. */
function expressions({ parameters }: Signature): string[] {
  return Object.entries(parameters).map(([name, type]) => `values.${name}${type === 'pointer?' ? ' ?? 0' : ''}`);
}

/** A kernel over a function that takes its arguments in the order of the signature. */
export function bindOrdered(name: KernelName, compiled: unknown): Kernel {
  const call = `compiled(${expressions(SIGNATURES[name]).join(', ')})`;
  return new Function('compiled', `return function ${name}(values) { return ${call}; };`)(compiled);
}

/** A kernel over a function without arguments, which finds them in `numbers` in the order of the signature. */
export function bindStored(name: KernelName, compiled: unknown, numbers: Float64Array): Kernel {
  const store = expressions(SIGNATURES[name]).map((argument, i) => `numbers[${i}] = ${argument};`);
  const body = `return function ${name}(values) { ${store.join(' ')} compiled(); };`;
  return new Function('compiled', 'numbers', body)(compiled, numbers);
}

/** How many numbers the longest list of arguments has. */
export const MAX_ARGUMENTS = Math.max(
  ...Object.values(SIGNATURES).map(({ parameters }) => Object.keys(parameters).length),
);
