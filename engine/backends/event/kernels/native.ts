/**
 * The hot kernels compiled for this machine's processor (engine/backends/event/kernels/native), in place of their WebAssembly twins:
 * the same sums in the same order in wider registers, so the same bits. Where they are not built, or do not load, the
 * WebAssembly kernels do all the work.
 */
import { createRequire } from 'node:module';
import { type Copy, copyPlainly } from '../../../base/copy.ts';
import { builtFile } from '../../../base/paths.ts';
import { type Kernels, SURROGATE } from './kernels.ts';

/** What kernels are compiled for: instructions of processors, the widest first, or WebAssembly. */
export type Instructions = 'avx512' | 'avx2' | 'baseline' | 'wasm';

interface Addon {
  /** What this processor has, the widest first. */
  sets: Instructions[];
  bind(memory: Uint8Array, args: Float64Array, set: Instructions): Record<string, () => void>;
  copy: Copy;
}

/** Most arguments that a kernel takes. */
const ARGUMENTS = 32;
/** Which argument of the kernels of the backward pass is the surrogate's shape. */
const SHAPE = { lifBackward: 10, lifBackwardRecurrent: 9, lifBackwardSteps: 9 };

export const nativeFile = (): string => `kernels-${process.platform}-${process.arch}.node`;

let loaded: { addon: Addon | undefined } | undefined;

/** The compiled kernels, or undefined where there are none for this machine. */
function addon(): Addon | undefined {
  if (!loaded)
    try {
      loaded = { addon: createRequire(import.meta.url)(builtFile(nativeFile())) as Addon };
    } catch {
      loaded = { addon: undefined };
    }
  return loaded.addon;
}

/** What can be had on this machine, the widest first. */
export function availableInstructions(): Instructions[] {
  return [...(addon()?.sets ?? []), 'wasm'];
}

/** The environment variable LIF_KERNELS names the instructions to use; without it they are the widest. */
export function chosenInstructions(): Instructions {
  const available = availableInstructions();
  return available.find((set) => set === process.env.LIF_KERNELS) ?? available[0]!;
}

/** How recordings are copied: in words, where JavaScript copies shared memory byte by byte unless both lie alike. */
export function copier(): Copy {
  const native = addon();
  return !native || chosenInstructions() === 'wasm' ? copyPlainly : native.copy;
}

/** The compiled kernels for `set` over a memory, called with their arguments. */
function bind(memory: WebAssembly.Memory, set: Instructions): Record<string, (...values: number[]) => void> {
  const args = new Float64Array(ARGUMENTS);
  const bound = addon()!.bind(new Uint8Array(memory.buffer), args, set);
  return Object.fromEntries(
    Object.entries(bound).map(([name, run]) => [
      name,
      (...values: number[]) => {
        for (let i = 0; i < values.length; i++) args[i] = values[i]!;
        run();
      },
    ]),
  );
}

/** `wasm` with those kernels replaced that there are for `set`; both work in `memory`. */
export function withNative(wasm: Kernels, memory: WebAssembly.Memory, set: Instructions): Kernels {
  if (set === 'wasm') return wasm;
  const { additions: _, ...kernels } = bind(memory, set);
  const native = { ...wasm, ...kernels } as Kernels;
  return {
    ...native,
    lifBackward: withExponentials('lifBackward', wasm, native),
    lifBackwardRecurrent: withExponentials('lifBackwardRecurrent', wasm, native),
    lifBackwardSteps: withExponentials('lifBackwardSteps', wasm, native),
  };
}

/**
 * additions(source, bytes, repeats, out): `repeats` times sums of all float32 of `bytes` bytes (a multiple of 512) at
 * `source`, 16 of which go to `out`. For benchmarks: how fast `set` adds at best.
 */
export function nativeAdditions(memory: WebAssembly.Memory, set: Instructions): (...values: number[]) => void {
  return bind(memory, set).additions!;
}

/** The compiled backward pass has no exponentials. */
function withExponentials<K extends keyof typeof SHAPE>(
  kernel: K,
  wasm: Kernels,
  native: Kernels,
): (...values: number[]) => void {
  const [slow, fast] = [wasm[kernel], native[kernel]] as ((...values: number[]) => void)[];
  return (...values) => {
    const shape = values[SHAPE[kernel]];
    const exponential = shape === SURROGATE.sigmoid || shape === SURROGATE['multi-gaussian'];
    (exponential ? slow : fast)!(...values);
  };
}
