/**
 * The hot kernels compiled for this machine's processor (native/), in place of their WebAssembly twins: the same sums in the
 * same order in wider registers, so the same bits. Where they are not built, do not load, or were built from other
 * signatures, the WebAssembly kernels do all the work.
 */
import { createRequire } from 'node:module';
import { type Copy, copyPlainly } from '../../../base/copy.ts';
import { findBuiltFile } from '../../../base/paths.ts';
import { bindStored, MAX_ARGUMENTS } from './bind.ts';
import { nativeFile } from './native-file.ts';
import { CONTRACT, fingerprint, type KernelName, type Kernels } from './signatures/all.ts';
import { SURROGATE } from './signatures/constants.ts';

export { nativeFile };

/** What kernels are compiled for: instructions of processors, the widest first, or WebAssembly. */
export type Instructions = 'avx512' | 'avx2' | 'baseline' | 'wasm';

export interface Addon {
  /** The fingerprint of the signatures and constants that it was built from. */
  signatures: number;
  /** What this processor has, the widest first. */
  sets: Instructions[];
  bind(memory: Uint8Array, args: Float64Array, set: Instructions): Record<string, () => void>;
  copy: Copy;
}

let loaded: { addon: Addon | undefined; refused?: string } | undefined;

/** An addon as it may be used: not one whose kernels take other arguments than these. */
export function accept(addon: Addon): { addon: Addon | undefined; refused?: string } {
  if (addon.signatures === fingerprint(CONTRACT)) return { addon };
  return {
    addon: undefined,
    refused: `${nativeFile()} was built for another version of LIF Lab, so the WebAssembly kernels do its work, more slowly: run "npm run build", or install LIF Lab again.`,
  };
}

/** The addon in `file`, where that loads here: not one for another processor, or one that wants another C library. */
export function load(file: string): { addon: Addon | undefined; refused?: string } {
  try {
    return accept(createRequire(import.meta.url)(file) as Addon);
  } catch (error) {
    const why = (error as Error).message.split('\n', 1)[0]!.replace(`${file}: `, '');
    return {
      addon: undefined,
      refused: `${nativeFile()} does not load here (${why}), so the WebAssembly kernels do its work, more slowly: install the LIF Lab for this platform, or run "npm run build".`,
    };
  }
}

/** The compiled kernels, or undefined where there are none for this machine. */
function addon(): Addon | undefined {
  if (!loaded) {
    const file = findBuiltFile(nativeFile());
    loaded = file === undefined ? { addon: undefined } : load(file);
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

/** Sentences on why other kernels are used than one may expect. */
export function kernelRemarks(): string[] {
  const available = availableInstructions();
  const requested = process.env.LIF_KERNELS;
  const unknown = requested && !available.some((set) => set === requested);
  return [
    ...(loaded?.refused ? [loaded.refused] : []),
    ...(unknown
      ? [`LIF_KERNELS asks for "${requested}" kernels, but here there are ${list(available)}: ${available[0]} is used.`]
      : []),
  ];
}

const list = (names: string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : `only ${names[0]}`;

/** How recordings are copied: in words, where JavaScript copies shared memory byte by byte unless both lie alike. */
export function copier(): Copy {
  const native = addon();
  return !native || chosenInstructions() === 'wasm' ? copyPlainly : native.copy;
}

/** `wasm` with those kernels replaced that there are for `set`; both work in `memory`. */
export function withNative(wasm: Kernels, memory: WebAssembly.Memory, set: Instructions): Kernels {
  if (set === 'wasm') return wasm;
  const numbers = new Float64Array(MAX_ARGUMENTS);
  const compiled = addon()!.bind(new Uint8Array(memory.buffer), numbers, set);
  const native = Object.fromEntries(
    Object.entries(compiled).map(([name, run]) => [name, bindStored(name as KernelName, run, numbers)]),
  );
  const all = { ...wasm, ...native } as Kernels;
  return {
    ...all,
    lifBackward: withExponentials(wasm.lifBackward, all.lifBackward),
    lifBackwardRecurrent: withExponentials(wasm.lifBackwardRecurrent, all.lifBackwardRecurrent),
    lifBackwardSteps: withExponentials(wasm.lifBackwardSteps, all.lifBackwardSteps),
  };
}

/** The compiled backward pass has no exponentials. */
function withExponentials<A extends { shape: number }>(wasm: (values: A) => void, native: (values: A) => void) {
  return (values: A): void => {
    const exponential = values.shape === SURROGATE.sigmoid || values.shape === SURROGATE['multi-gaussian'];
    if (exponential) wasm(values);
    else native(values);
  };
}
