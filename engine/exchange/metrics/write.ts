/** The numbers of runs in one of the formats for metrics. */
import type { RunSummary } from '../../../protocol/runs.ts';
import { emptyHistory } from '../../runs/metrics/history.ts';
import type { StoreReader } from '../../runs/store.ts';
import { type Output, refuseExisting, writeParts } from '../output.ts';
import { csvParts } from './csv.ts';
import { writeMlflow } from './mlflow.ts';
import { parquetBytes } from './parquet.ts';
import { countRows, type LoggedRun } from './rows.ts';
import { writeTensorboard } from './tensorboard.ts';

export type MetricFormat = 'csv' | 'parquet' | 'tensorboard' | 'mlflow';

/** Throws a UserError. @returns what was written, and how many numbers are in it */
export function writeMetrics(
  format: MetricFormat,
  reader: StoreReader,
  summaries: readonly RunSummary[],
  output: Output,
): { files: string[]; rows: number } {
  // Read when they are asked for: of many runs not all fit into memory.
  const runs = summaries.map(
    (summary): LoggedRun => ({
      summary,
      get history() {
        return reader.history(summary.id) ?? emptyHistory();
      },
      get file() {
        return reader.run(summary.id);
      },
    }),
  );
  const rows = countRows(runs);
  switch (format) {
    case 'csv':
    case 'parquet':
      refuseExisting([output.path], output);
      writeParts(output.path, format === 'csv' ? csvParts(runs) : [parquetBytes(runs)]);
      return { files: [output.path], rows };
    case 'tensorboard':
      return { files: writeTensorboard(runs, output), rows };
    case 'mlflow':
      return { files: writeMlflow(runs, output), rows };
  }
}
