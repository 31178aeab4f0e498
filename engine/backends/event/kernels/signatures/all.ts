/** All kernels: what they take, by name. Types, the C++ header and the checks of both compiled forms come from this. */
import { createHash } from 'node:crypto';
import { bytes } from './bytes.ts';
import { CODES, CONSTANTS } from './constants.ts';
import { cell, optimizer, product, readout } from './dense.ts';
import { dropout, gather, scatter, transpose } from './gather.ts';
import { lif, spikes } from './lif.ts';
import type { KernelOf, Signature } from './signature.ts';
import { tally } from './tally.ts';

export const SIGNATURES = {
  ...gather,
  ...scatter,
  ...transpose,
  ...lif,
  ...spikes,
  ...tally,
  ...dropout,
  ...readout,
  ...product,
  ...bytes,
  ...cell,
  ...optimizer,
};

export type KernelName = keyof typeof SIGNATURES;

/** The kernels as TypeScript calls them: one object of named arguments each. */
export type Kernels = { [K in KernelName]: KernelOf<(typeof SIGNATURES)[K]> };

/** All that the languages must agree on. */
export interface Contract {
  signatures: Record<string, Signature>;
  constants: Record<string, number>;
  codes: Record<string, Record<string, number>>;
}

export const CONTRACT: Contract = { signatures: SIGNATURES, constants: CONSTANTS, codes: CODES };

/** A number of 52 bits, exact in a float64, that changes with anything that the languages must agree on. */
export function fingerprint({ signatures, constants, codes }: Contract): number {
  const parameters = Object.entries(signatures).map(([name, { parameters, native, returns }]) => [
    name,
    Object.entries(parameters),
    native,
    returns,
  ]);
  const hash = createHash('sha256').update(JSON.stringify([parameters, constants, codes]));
  return Number.parseInt(hash.digest('hex').slice(0, 13), 16);
}
