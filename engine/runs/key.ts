/** What a run is called, and what makes two runs the same. */
import { randomInt } from 'node:crypto';
import { basename } from 'node:path';
import type { RunSummary } from '../../protocol/runs.ts';
import { sha256 } from '../base/hash.ts';
import type { RunSpec, Settings } from '../experiment/schema.ts';

/** A run, and what comparisons need of its run.json; all of it is absent when that is damaged. */
export interface KeyedRun {
  summary: RunSummary;
  key: string | undefined;
  /** The same for all runs with the same settings, whatever their seeds and names. */
  settings?: string | undefined;
  /** Reads what it was made of. */
  spec?: () => object | undefined;
}

/** JSON with the fields of every object in alphabetical order; undefined fields are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : v,
  );
}

/** SHA-256 of all that decides the bits of a run: settings and seed, not names or places. */
export function runKey(spec: Pick<RunSpec, keyof Settings | 'seed'>): string {
  return runKeys(spec)(spec.seed);
}

/** The keys of runs that differ in their seeds alone: the settings are written out once. */
export function runKeys(spec: Pick<RunSpec, keyof Settings>): (seed: number) => string {
  const { dataset, model, network, neuron, training } = spec;
  // Earlier builds had one backend and no word for it.
  const backend = spec.backend === 'event' ? undefined : spec.backend;
  const { readout } = network;
  const settings = { network: { ...network, readout: withoutDefaults(readout) }, neuron: withoutDefaults(neuron) };
  // Of the names in alphabetical order `seed` comes before `training` alone.
  const before = canonicalJson({ dataset: asBefore(dataset), model, backend, ...settings }).slice(0, -1);
  const after = canonicalJson({ training }).slice(1);
  return (seed) => sha256(`${before},"seed":${JSON.stringify(seed)},${after}`);
}

/** Fields that have come later, without what they mean when they are not there. */
function withoutDefaults(fields: object | undefined): object | undefined {
  if (!fields) return undefined;
  const { scaleInput, initialState, ...rest } = fields as { scaleInput?: boolean; initialState?: string };
  return {
    ...rest,
    scaleInput: scaleInput || undefined,
    initialState: initialState === 'zero' ? undefined : initialState,
  };
}

/** The settings of a run that an earlier build wrote, with what it left unsaid: its held-out data came from the run's seed. */
export function fromEarlier(settings: Record<string, unknown>): Record<string, unknown> {
  const { dataset } = settings;
  if (typeof dataset !== 'object' || dataset === null || !('name' in dataset)) return settings;
  if (dataset.name !== 'delayed-xor' || 'seed' in dataset) return settings;
  return { ...settings, dataset: { ...dataset, seed: 'run' } };
}

/** Earlier builds had no `seed` of the data and meant that of the run: such runs are found again. */
function asBefore(dataset: Settings['dataset']): object {
  if (!('seed' in dataset) || dataset.seed !== 'run') return dataset;
  const { seed: _, ...rest } = dataset;
  return rest;
}

/** Lower-case ASCII words joined by hyphens. */
function slug(text: string, maxLength: number): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return words.slice(0, maxLength).replace(/^-+|-+$/g, '');
}

/** Sortable by time of creation (UTC), readable, and unlikely to be taken: 20261123-141530-delayed-xor-baseline-s1-k3f9. */
export function newRunId(spec: Pick<RunSpec, 'file' | 'variant' | 'seed'>, createdAt: number): string {
  const time = new Date(createdAt)
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .replace('T', '-');
  const study = slug(basename(spec.file).replace(/\.lif\.(ya?ml|json)$/, ''), 32);
  const unique = Array.from({ length: 4 }, () => '0123456789abcdefghijklmnopqrstuvwxyz'[randomInt(36)]).join('');
  return [time, study, slug(spec.variant, 32), `s${spec.seed}`, unique].filter((part) => part !== '').join('-');
}

/** When a run of this id was created, to the second; 0 when the id does not say. */
export function timeOfId(id: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(id)?.slice(1).map(Number);
  if (!parts) return 0;
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
