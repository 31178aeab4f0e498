/** Rows and runs beside each other: what they were set to, what came out, and what they were made with. */
import { html, nothing, type TemplateResult } from 'lit';
import { RESULT_COLUMNS, textColumns } from '../../../../protocol/comparison/columns.ts';
import type { RunSettings, SettingsTable } from '../../../../protocol/comparison/settings.ts';
import type { TableRow } from '../../../../protocol/comparison/table.ts';
import { points } from '../../../../protocol/comparison/verdicts.ts';
import type { RunSummary } from '../../../../protocol/runs.ts';
import { spread } from '../../../../protocol/seeds.ts';
import { count } from '../../../shared/format.ts';
import { type Row, seedAccuracies } from '../rows.ts';

/** As many stand beside each other at most. */
const MAX_SIDES = 12;
/** Of as many runs of a side it is asked what they were made with. */
const MAX_ASKED = 20;

export interface Side {
  key: string;
  label: string;
  /** Place of its row, which gives it its colour. */
  index: number;
  /** With the numbers of the runs of this side alone. */
  row: TableRow;
}

export const runKeyOf = (run: RunSummary): string => `run ${run.id}`;

/** What was chosen, in the order in which it was; what is no longer there is left out. */
export function sidesOf(rows: readonly Row[], chosen: readonly string[]): Side[] {
  return chosen.flatMap((key): Side[] => {
    const row = rows.find((one) => one.key === key);
    if (row)
      return [{ key, label: row.earlier ? `${row.variant} (earlier settings)` : row.variant, index: row.index, row }];
    for (const around of rows) {
      const run = around.runs.find((one) => runKeyOf(one) === key);
      if (run) {
        const label = `${around.variant}, seed ${run.seed}`;
        return [{ key, label, index: around.index, row: ofRun(around, run) }];
      }
    }
    return [];
  });
}

function ofRun(row: Row, run: RunSummary): TableRow {
  const results = run.state === 'finished' && run.result ? [run] : [];
  const of = (pick: (one: RunSummary) => number | undefined) => spread(results.flatMap((one) => pick(one) ?? []));
  const [accuracy, loss, lastAccuracy] = [
    of(({ result }) => result?.accuracy),
    of(({ result }) => result?.loss),
    of(({ last }) => last?.test?.accuracy),
  ];
  const rates = results[0]?.result?.spikeRates?.map((mean) => ({ mean, count: 1 }));
  return {
    variant: row.variant,
    changes: row.changes,
    earlier: row.earlier,
    wanted: 1,
    runs: [run],
    results,
    ...(row.settings && { settings: row.settings }),
    ...(accuracy && { accuracy }),
    ...(loss && { loss }),
    ...(lastAccuracy && { lastAccuracy }),
    ...(rates && { spikeRates: rates }),
    ...(results.length > 0 && { seconds: { mean: run.seconds, count: 1 } }),
  };
}

/** Runs of which has to be known what they were made with. */
export function runsOf(sides: readonly Side[]): string[] {
  return sides.flatMap(({ row }) => row.runs.slice(0, MAX_ASKED).map(({ id }) => id));
}

interface Line {
  name: string;
  cells: string[];
}

/** @param compareRuns opens what two runs were made of */
export function sidesTable(
  chosen: readonly Side[],
  table: SettingsTable | undefined,
  compareRuns: (runIds: string[]) => void,
): TemplateResult {
  if (chosen.length === 1)
    return html`<p class="muted">Choose another row, or one of its runs, to see how the two differ.</p>`;
  const sides = chosen.slice(0, MAX_SIDES);
  const settings = settingLines(sides, table);
  const made = madeLines(sides, table?.runs ?? []);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Differences">
      <table class="values beside">
        <thead>
          <tr><td></td>${sides.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr>
        </thead>
        ${part('Settings that differ', settings, table ? 'Their settings are the same.' : 'Reading the settings…')}
        ${part('Results', resultLines(sides), '')}
        ${part('Made with', made, '')}
      </table>
    </div>
    ${chosen.length > sides.length ? html`<p class="muted">The first ${sides.length} of ${chosen.length} are shown.</p>` : nothing}
    ${pairedSentence(sides)} ${filesButton(sides, compareRuns)}`;
}

/** Of two: a run of each, of the same seed where there is one. */
function filesButton(sides: readonly Side[], compareRuns: (runIds: string[]) => void): TemplateResult | typeof nothing {
  const [a, b] = sides;
  if (!a || !b || sides.length !== 2) return nothing;
  const left = a.row.runs.find(({ seed }) => b.row.runs.some((run) => run.seed === seed)) ?? a.row.runs[0];
  const right = b.row.runs.find(({ seed }) => seed === left?.seed) ?? b.row.runs[0];
  if (!left || !right || left.id === right.id) return nothing;
  return html`<p>
    <button
      class="link"
      title="Opens the experiment files of both as they were, their commits and what was not committed"
      @click=${() => compareRuns([left.id, right.id])}
    >
      Compare the files of seed ${left.seed}${right.seed === left.seed ? '' : ` and seed ${right.seed}`}
    </button>
  </p>`;
}

function part(name: string, lines: readonly Line[], none: string): TemplateResult {
  return html`<tbody>
    <tr class="part"><th scope="rowgroup" colspan="99">${name}</th></tr>
    ${lines.length === 0 && none ? html`<tr><td class="muted" colspan="99">${none}</td></tr>` : nothing}
    ${lines.map(
      ({ name, cells }) => html`<tr class=${new Set(cells).size > 1 ? 'differs' : ''}>
        <th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}
      </tr>`,
    )}
  </tbody>`;
}

function settingLines(sides: readonly Side[], table: SettingsTable | undefined): Line[] {
  const lines = (table?.fields ?? []).map((field) => ({
    name: field,
    cells: sides.map(({ row }) => (row.settings ? (row.settings[field] ?? 'no such field') : 'not known')),
  }));
  return lines.filter(({ cells }) => new Set(cells).size > 1);
}

function resultLines(sides: readonly Side[]): Line[] {
  // The verdict is against the reference of the table, and not against the other side.
  const columns = RESULT_COLUMNS.filter(({ id }) => !['variant', 'difference'].includes(id));
  return textColumns(columns)
    .map(({ head, text }) => ({ name: head, cells: sides.map(({ row }) => text(row)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== '–'));
}

function madeLines(sides: readonly Side[], runs: readonly RunSettings[]): Line[] {
  const known = new Map(runs.map((run) => [run.runId, run]));
  const of = (name: string, pick: (run: RunSettings) => string | undefined): Line => ({
    name,
    cells: sides.map(({ row }) => {
      const texts = new Set(
        row.runs.flatMap(({ id }) => (known.has(id) ? [pick(known.get(id)!) ?? 'not recorded'] : [])),
      );
      return [...texts].join(', ') || '–';
    }),
  });
  const started: Line = {
    name: 'Started',
    cells: sides.map(({ row }) => {
      const times = row.runs.map(({ createdAt }) => createdAt).sort((a, b) => a - b);
      const days = new Set([times[0], times.at(-1)].flatMap((time) => (time === undefined ? [] : [dateOf(time)])));
      return [...days].join(' to ') || '–';
    }),
  };
  return [
    started,
    of('Commit', ({ commit, dirty }) => commit && `${commit.slice(0, 10)}${dirty ? ', with changes' : ''}`),
    of('Engine', ({ engine }) => engine),
  ];
}

function dateOf(time: number): string {
  return new Date(time).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
}

/** The difference by seeds, without a verdict: that is for the reference of the table. */
function pairedSentence(sides: readonly Side[]): TemplateResult | typeof nothing {
  const [a, b] = sides;
  if (!a || !b || sides.length !== 2) return nothing;
  const first = new Map(seedAccuracies(a.row).map(({ seed, accuracy }) => [seed, accuracy]));
  const differences = seedAccuracies(b.row).flatMap(({ seed, accuracy }) =>
    first.has(seed) ? [accuracy - first.get(seed)!] : [],
  );
  const mean = spread(differences);
  if (!mean) return html`<p class="muted">No seed has finished on both sides.</p>`;
  const deviation = mean.deviation === undefined ? '' : ` ± ${(100 * mean.deviation).toFixed(2)}`;
  return html`<p>
    ${b.label} minus ${a.label}: ${points(mean.mean, 2)}${deviation} points of accuracy over
    ${count(mean.count, 'pair')} of the same seed. ${mean.count > 1 ? 'Choose one as the reference for a verdict.' : ''}
  </p>`;
}
