interface Run {
  seed: number;
  result?: { accuracy: number; epoch: number; spikeRates?: number[] };
  last?: { test?: { accuracy: number } };
}
interface Comparison {
  seeds: number[];
  rows: { variant: string; results: Run[] }[];
}
interface RunFile {
  createdAt: number;
  spec: { dataset: { testSamples?: number }; training: { epochs: number } };
  provenance: { gitCommit?: string; gitDirty?: boolean };
}
export function spread(values: number[]): string;
export function variantTable(comparison: Comparison, paper?: Record<string, number>): string;
export function curveTable(comparison: Comparison): string;
export function origin(comparison: Comparison & { file: string }, runs: RunFile[], n?: number): string;
export function tableUnder(markdown: string, heading: string): string | undefined;
export function networksIn(content: string): number;
export function replaceBetween(
  text: string,
  id: string,
  content: string,
  options?: { smaller?: boolean },
): string | undefined;
