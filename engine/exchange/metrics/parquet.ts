/** The numbers of runs as an Apache Parquet table, through hyparquet-writer: the columns of the CSV, with types. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { COLUMNS } from './csv.ts';
import { countRows, type LoggedRun, metricRows } from './rows.ts';

type Column = (typeof COLUMNS)[number];

const TYPES: Readonly<Record<Column, 'STRING' | 'INT32' | 'DOUBLE'>> = {
  run: 'STRING',
  study: 'STRING',
  variant: 'STRING',
  // A seed may be beyond 2^31, a step as well.
  seed: 'DOUBLE',
  state: 'STRING',
  kind: 'STRING',
  epoch: 'DOUBLE',
  step: 'DOUBLE',
  split: 'STRING',
  quantity: 'STRING',
  layer: 'INT32',
  value: 'DOUBLE',
};

/** The whole file; a value that was no number, and the layer of what is of the whole network, are null. */
export function parquetBytes(runs: readonly LoggedRun[]): Uint8Array {
  const rows = countRows(runs);
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, new Array<unknown>(rows)])) as Record<
    Column,
    unknown[]
  >;
  let index = 0;
  for (const { summary, history } of runs) {
    const { id, study, variant, seed, state } = summary;
    for (const row of metricRows(history)) {
      const cells = { run: id, study, variant, seed, state, ...row };
      for (const name of COLUMNS) columns[name][index] = cells[name] ?? null;
      index++;
    }
  }
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: COLUMNS.map((name) => ({
        name,
        data: columns[name],
        type: TYPES[name],
        nullable: name === 'layer' || name === 'value',
      })),
    }),
  );
}
