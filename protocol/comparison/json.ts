import type { Spread } from '../runs.ts';
import { type Excerpt, noteOf, type TableRow } from './table.ts';

/** What is shown as data, in full precision and with every seed: for whoever computes on. */
export function compareJson(rows: readonly TableRow[], study: string, excerpt: Excerpt = {}): string {
  const { reference, filter } = excerpt;
  const data = {
    study,
    ...(reference !== undefined && { reference }),
    ...(filter && { filter }),
    note: noteOf(rows, excerpt),
    rows: rows.map(rowData),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

function rowData(row: TableRow): Record<string, unknown> {
  const { variant, earlier, wanted, changes, settings, accuracy, lastAccuracy, loss, seconds, spikeRates } = row;
  const { verdict, testInterval, fewer, results, runs } = row;
  return {
    variant,
    settings: earlier ? 'earlier' : 'current',
    changes,
    ...(settings && { differing: settings }),
    ...(earlier ? {} : { seedsWanted: wanted }),
    accuracy: spreadData(accuracy),
    lastAccuracy: spreadData(lastAccuracy),
    loss: spreadData(loss),
    seconds: spreadData(seconds),
    spikeRates: spikeRates?.map(spreadData) ?? null,
    ...(testInterval && { testInterval }),
    ...(verdict && { verdict }),
    ...(fewer && { fewer }),
    results: results.map(({ id, seed, result, seconds: took }) => ({ run: id, seed, seconds: took, ...result })),
    runs: runs.map(({ id, seed, state, starred, note, tags }) => ({
      ...{ run: id, seed, state },
      ...(starred && { starred }),
      ...(note !== undefined && { note }),
      ...(tags && { tags }),
    })),
  };
}

const spreadData = (s: Spread | undefined): Spread | null => s ?? null;
