/** Runs with settings that the file no longer has, by what they had: networks of two kinds are never one result. */
import type { EarlierSettings, RunSummary } from '../../../protocol/runs.ts';
import { isActive } from '../../../protocol/runs.ts';
import { isNewer } from '../../../protocol/seeds.ts';
import { sha256 } from '../../base/hash.ts';
import { differing } from '../../experiment/differing.ts';
import type { RunSpec } from '../../experiment/schema.ts';
import type { KeyedRun } from '../key.ts';
import { cut } from '../read.ts';

/** A file that is edited all day leaves a group for each edit: of those that have ended the newest are told. */
const MAX_GROUPS = 100;
/** What a group had is told of the newest, in at most this many fields and characters each: each takes a look at a file. */
const MAX_DESCRIBED = 40;
const MAX_FIELDS = 12;
const MAX_SIGNS = 120;

/**
 * Of each variant and each set of settings one group: variants in the order of the file, of each the newest first. In a group each seed has one run:
 * the newest, but first one that goes on, since a run under way never disappears.
 * @param outdated runs of the file whose settings are no longer those of the file
 * @param now the settings of the variants in the file, in its order
 */
export function earlierSettings(outdated: readonly KeyedRun[], now: ReadonlyMap<string, RunSpec>): EarlierSettings[] {
  const groups = new Map<string, { name: string; newest: RunSummary; seeds: Map<number, KeyedRun> }>();
  for (const run of outdated) {
    const { summary } = run;
    const name = JSON.stringify([summary.variant, run.settings ?? '']);
    const group = groups.get(name) ?? { name, newest: summary, seeds: new Map() };
    groups.set(name, group);
    if (isNewer(summary, group.newest)) group.newest = summary;
    const other = group.seeds.get(summary.seed)?.summary;
    const active = isActive(summary.state);
    if (!other || (active === isActive(other.state) ? isNewer(summary, other) : active))
      group.seeds.set(summary.seed, run);
  }
  const ordered = [...groups.values()].sort((a, b) => (isNewer(a.newest, b.newest) ? -1 : 1));
  const shown = ordered.filter(
    ({ seeds }, i) => i < MAX_GROUPS || [...seeds.values()].some(({ summary }) => isActive(summary.state)),
  );
  const told = shown.map(({ name, newest, seeds }, i) => {
    const runs = [...seeds.values()].sort((a, b) => a.summary.seed - b.summary.seed);
    const current = now.get(newest.variant);
    const had = current && i < MAX_DESCRIBED ? hadBy(runs[0]!, current) : undefined;
    return {
      id: sha256(name).slice(0, 16),
      variant: newest.variant,
      runs: runs.map(({ summary }) => summary.id),
      ...(had && { had }),
    };
  });
  const places = new Map([...now.keys()].map((variant, i) => [variant, i]));
  const placeOf = ({ variant }: EarlierSettings): number => places.get(variant) ?? places.size;
  return told.sort((a, b) => placeOf(a) - placeOf(b));
}

/** Dotted path → what a run had there, where the settings of the file are others. */
function hadBy(run: KeyedRun, current: RunSpec): Record<string, string> | undefined {
  const spec = run.spec?.();
  if (!spec) return undefined;
  try {
    const { fields, values } = differing([settingsOf(spec), settingsOf(current)]);
    const told = fields
      .slice(0, MAX_FIELDS)
      .map((field, i) => [cut(field, MAX_SIGNS), cut(values[0]![i] ?? '(not set)', MAX_SIGNS)]);
    return Object.fromEntries(fields.length > MAX_FIELDS ? [...told, ['…', 'and more']] : told);
  } catch {
    // Nested deeper than there is room for: none of ours.
    return undefined;
  }
}

/** A spec without the names in it. */
function settingsOf({ study: _, variant: __, seed: ___, file: ____, ...settings }: Partial<RunSpec>): object {
  return settings;
}
