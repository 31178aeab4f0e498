/** What a kernel takes, as data: the parameters by name, in the order in which its compiled forms receive them. */
import type { CODES } from './constants.ts';

/** A set of numbered names that all three languages know, such as RESET. */
export type CodeName = keyof typeof CODES;

/**
 * - `pointer`: a byte address in the shared memory; `pointer?`: one that may be left out (0 for the compiled kernel)
 * - `i32`, `u32`, `f32`: numbers; `bytes`: a distance in the shared memory
 * - `flag`: true or false
 * - the name of a set of codes, such as `RESET`: one of its numbers
 */
export type ParameterType = 'pointer' | 'pointer?' | 'i32' | 'u32' | 'f32' | 'bytes' | 'flag' | CodeName;

export type Parameters = Readonly<Record<string, ParameterType>>;

type Result = 'i32' | 'f64' | undefined;

export interface Signature<P extends Parameters = Parameters, R extends Result = Result> {
  parameters: P;
  /** Compiled for the processor, too (native/), beside WebAssembly. */
  native: boolean;
  returns: R;
}

/** A kernel that there is in WebAssembly and in C++, which return nothing. */
export const twofold = <const P extends Parameters>(parameters: P): Signature<P, undefined> => ({
  parameters,
  native: true,
  returns: undefined,
});

/** A kernel that there is in WebAssembly alone. */
export const portable = <const P extends Parameters, R extends Result = undefined>(
  parameters: P,
  returns?: R,
): Signature<P, R> => ({ parameters, native: false, returns: returns as R });

type Value<T extends ParameterType> = T extends CodeName
  ? (typeof CODES)[T][keyof (typeof CODES)[T]]
  : T extends 'flag'
    ? boolean
    : number;

/** Whatever may be left out. */
type Optional<P> = { [N in keyof P]: P[N] extends 'pointer?' ? N : never }[keyof P];

/** The arguments of a call, by name. */
export type Arguments<P extends Parameters> = { [N in Exclude<keyof P, Optional<P>>]: Value<P[N]> } & {
  [N in Optional<P>]?: number | undefined;
};

export type KernelOf<S> =
  S extends Signature<infer P, infer R> ? (values: Arguments<P>) => R extends undefined ? void : number : never;
