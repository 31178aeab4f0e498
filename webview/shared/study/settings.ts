import type { SettingsTable } from '../../../protocol/comparison/settings.ts';
import type { Comparison } from '../../../protocol/runs.ts';
import type { Session } from '../session.ts';

/** Of as many runs it is asked what they were made with. */
const MAX_RUNS = 500;

/** What variants and runs were set to. Settings change with the file and with what is looked at, and not while runs go on. */
export class KnownSettings {
  table: SettingsTable | undefined;
  /** What the table was asked for; empty when it has to be asked for again. */
  private of = '';

  constructor(private readonly session: Session) {}

  /** The file may say something else now. */
  forget(): void {
    this.of = '';
  }

  /** Asks where it is not known yet. Whether there is something new. */
  async pull({ rows }: Comparison, runs: readonly string[]): Promise<boolean> {
    const runIds = [...new Set(runs)].slice(0, MAX_RUNS);
    const of = JSON.stringify([runIds, rows.map(({ variant, changes }) => [variant, changes])]);
    if (of === this.of) return false;
    this.table = await this.session.channel.request('runs/settings', { runIds });
    this.of = of;
    return true;
  }
}

/** Field → value, of those that differ; undefined where nothing is known. */
export function settingsOf(
  table: SettingsTable | undefined,
  values: readonly (string | null)[] | undefined,
): Record<string, string> | undefined {
  if (!table || !values) return undefined;
  return Object.fromEntries(table.fields.flatMap((field, i) => (values[i] == null ? [] : [[field, values[i]]])));
}

/** The values of each variant and of each run that was asked for. */
export function settingsLookup(table: SettingsTable | undefined): {
  ofVariant: (variant: string) => Record<string, string> | undefined;
  ofRun: (id: string | undefined) => Record<string, string> | undefined;
} {
  const variants = new Map((table?.variants ?? []).map(({ variant, values }) => [variant, values]));
  const runs = new Map((table?.runs ?? []).map(({ runId, values }) => [runId, values]));
  return {
    ofVariant: (variant) => settingsOf(table, variants.get(variant)),
    ofRun: (id) => settingsOf(table, id === undefined ? undefined : runs.get(id)),
  };
}
