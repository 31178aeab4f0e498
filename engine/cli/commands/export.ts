import { resolve } from 'node:path';
import { count } from '../../../protocol/format.ts';
import { UserError } from '../../base/errors.ts';
import type { Output } from '../../exchange/output.ts';
import { type Command, type Input, jsonOption, storeOption } from '../command.ts';
import { printJson, printLines, say } from '../output.ts';
import { runsMeant } from '../stores.ts';

/** What each format is written to. */
const METRICS = { csv: 'metrics.csv', parquet: 'metrics.parquet', tensorboard: 'logs', mlflow: 'mlruns' } as const;
type MetricFormat = keyof typeof METRICS;

export const exportCommand: Command = {
  name: 'export',
  usage: 'RUN|FILE…',
  summary:
    'Writes what runs have logged for other programs, of a file all its finished runs: csv or parquet (one long table), tensorboard, mlflow. docs/interchange.md describes each format.',
  example: 'lif export examples/delayed-xor.lif.yaml --format parquet -o metrics.parquet',
  positionals: [1, 10_000],
  options: {
    format: { type: 'string', value: 'NAME', help: 'csv, parquet, tensorboard or mlflow' },
    output: { type: 'string', short: 'o', value: 'PATH', help: 'the file, or the folder of tensorboard and mlflow' },
    overwrite: { type: 'boolean', help: 'replace what is there' },
    store: storeOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const format = formatOf(input.text('format'));
    const output = outputOf(input, METRICS[format]);
    const { reader, runs } = runsMeant(input.store, input.positionals);
    const { writeMetrics } = await import('../../exchange/metrics/write.ts');
    const { files, rows } = writeMetrics(format, reader, runs, output);
    // What is missing because a file is damaged.
    for (const { id, damage } of runs) for (const sentence of damage) say(`${id}: ${sentence}`);
    if (input.flag('json')) printJson({ format, files, runs: runs.map(({ id }) => id), rows });
    else {
      const where = files.length === 1 ? files[0]! : `${count(files.length, 'place')} in ${output.path}`;
      printLines([`Wrote ${count(rows, 'number')} of ${count(runs.length, 'run')} to ${where}.`]);
    }
    return 0;
  },
};

function formatOf(name: string | undefined): MetricFormat {
  const known = Object.keys(METRICS) as MetricFormat[];
  const format = known.find((one) => one === name);
  if (format) return format;
  const given = name === undefined ? '' : `, not "${name}"`;
  throw new UserError(`--format must be ${known.slice(0, -1).join(', ')} or ${known.at(-1)}${given}.`);
}

function outputOf(input: Input, example: string): Output {
  const path = input.text('output');
  if (path === undefined || path === '') throw new UserError(`Say where it goes: -o ${example}.`);
  return { path: resolve(path), overwrite: input.flag('overwrite') };
}
