/** The settings of a study's variants beside those that runs were trained with. */
import type { RunSettings, SettingsTable } from '../../protocol/comparison/settings.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { differing } from '../experiment/differing.ts';
import type { Experiment, Settings } from '../experiment/schema.ts';
import { readRun } from '../jobs/claim.ts';
import type { RunFile } from '../runs/format.ts';

/** Only what differs between any two of them. A run whose settings cannot be read has none. */
export function differencesOf({ variants }: Experiment, runs: readonly RunSummary[]): SettingsTable {
  const read = runs.map((run) => ({ run, ...settingsOf(run) }));
  const known = read.filter(({ settings }) => settings !== undefined);
  const { fields, values } = differing([
    ...variants.map(({ settings }) => settings),
    ...known.map(({ settings }) => settings),
  ]);
  const ofRun = new Map(known.map(({ run }, i) => [run.id, values[variants.length + i]!]));
  return {
    fields,
    variants: variants.map(({ name }, i) => ({ variant: name, values: values[i]! })),
    runs: read.map(({ run: { id }, provenance }): RunSettings => {
      const own = ofRun.get(id);
      const { gitCommit, gitDirty, engineVersion } = provenance;
      return {
        runId: id,
        ...(own && { values: own }),
        ...(gitCommit !== undefined && { commit: gitCommit.slice(0, 100) }),
        ...(gitDirty !== undefined && { dirty: gitDirty }),
        ...(engineVersion !== undefined && { engine: engineVersion.slice(0, 100) }),
      };
    }),
  };
}

type Known = { settings: Settings; problem?: never } | { settings?: never; problem: string };

/** What a run was trained with; or why that is not known, in a sentence. */
export function settingsOf({ folder }: Pick<RunSummary, 'folder'>): Known & { provenance: RunFile['provenance'] } {
  try {
    const { spec, provenance } = readRun(folder);
    const { study: _, variant: __, seed: ___, file: ____, ...settings } = spec;
    return { settings, provenance };
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message, provenance: {} };
    throw error;
  }
}
