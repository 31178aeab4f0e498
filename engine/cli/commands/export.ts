import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { count, percent } from '../../../protocol/format.ts';
import { UserError } from '../../base/errors.ts';
import type { Output } from '../../exchange/output.ts';
import { type Command, type Input, jsonOption, networkOption, storeOption, threadsOption } from '../command.ts';
import { interruptible } from '../data-progress.ts';
import { printJson, printLines, say } from '../output.ts';
import { runsMeant } from '../stores.ts';

/** What each format is written to, for instance. */
const METRICS = { csv: 'metrics.csv', parquet: 'metrics.parquet', tensorboard: 'logs', mlflow: 'mlruns' } as const;
const NETWORKS = { pytorch: 'model.py' } as const;
type MetricFormat = keyof typeof METRICS;
type Format = MetricFormat | keyof typeof NETWORKS;
const EXAMPLES: Readonly<Record<Format, string>> = { ...METRICS, ...NETWORKS };

export const exportCommand: Command = {
  name: 'export',
  usage: 'RUN|FILE…',
  summary:
    'Writes runs for other programs. What they have logged, of a file all its finished runs: csv or parquet (one long table), tensorboard, mlflow. The network of one run: pytorch, a script that computes its test accuracy anew. docs/interchange.md describes each format.',
  example: 'lif export 20261123-1415 --format pytorch -o model.py',
  positionals: [1, 10_000],
  options: {
    format: { type: 'string', value: 'NAME', help: `${Object.keys(EXAMPLES).join(', ')}` },
    output: { type: 'string', short: 'o', value: 'PATH', help: 'the file, or the folder of tensorboard and mlflow' },
    overwrite: { type: 'boolean', help: 'replace what is there' },
    checkpoint: networkOption,
    samples: {
      type: 'string',
      value: 'N',
      help: 'of a network: how many test samples, from the first on (default: all)',
    },
    threads: threadsOption,
    store: storeOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const format = formatOf(input.text('format'));
    const output = outputOf(input, EXAMPLES[format]);
    return format in METRICS
      ? exportMetrics(format as MetricFormat, input, output)
      : exportNetwork(format as keyof typeof NETWORKS, input, output);
  },
};

function formatOf(name: string | undefined): Format {
  const known = Object.keys(EXAMPLES) as Format[];
  const format = known.find((one) => one === name);
  if (format) return format;
  const instead = name === undefined ? '' : `, not "${name}"`;
  throw new UserError(`--format must be ${known.slice(0, -1).join(', ')} or ${known.at(-1)}${instead}.`);
}

function outputOf(input: Input, example: string): Output {
  const path = input.text('output');
  if (path === undefined || path === '') throw new UserError(`Say where it goes: -o ${example}.`);
  return { path: resolve(path), overwrite: input.flag('overwrite') };
}

async function exportMetrics(format: MetricFormat, input: Input, output: Output): Promise<number> {
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
}

async function exportNetwork(format: keyof typeof NETWORKS, input: Input, output: Output): Promise<number> {
  const { runs } = runsMeant(input.store, input.positionals);
  const [summary, ...others] = runs;
  if (others.length > 0)
    throw new UserError(`--format ${format} takes one run, not ${runs.length}; name one by its id (lif list).`);
  const checkpoint = input.checkpoint;
  const samples = input.integer('samples', 1, 2 ** 31 - 1);
  const threads = input.integer('threads', 1, 1024) ?? availableParallelism();
  const { openRun, testScores } = await import('../../exchange/network.ts');
  const { pytorchFiles, writePytorch } = await import('../../exchange/pytorch/write.ts');
  pytorchFiles(output);
  return interruptible(async (signal, progress) => {
    const run = await openRun(summary!, { checkpoint, threads, signal });
    try {
      const onPart = (done: number, total: number) => progress.show({ what: 'test samples', done, total });
      const scores = await testScores(run, samples, { signal, onPart });
      progress.clear();
      const files = writePytorch(run, scores, output);
      const { meanAccuracy: accuracy } = scores;
      const all = scores.samples === run.data.sizes.test;
      const logged = run.logged !== undefined && all && run.logged !== accuracy ? run.logged : undefined;
      if (input.flag('json'))
        printJson({
          format,
          files,
          run: run.summary.id,
          checkpoint: run.step,
          of: run.epoch,
          samples: scores.samples,
          accuracy,
        });
      else {
        const of = `${percent(accuracy)} % of ${count(scores.samples, 'test sample')} right`;
        printLines([
          `Wrote ${files.join(', ')}.`,
          `The network after ${run.epoch}: ${of}; python ${output.path} computes it anew.`,
        ]);
      }
      if (logged !== undefined)
        say(`The run logged ${percent(logged)} %: its data or the engine are not what they were.`);
      return 0;
    } finally {
      await run.network.close();
    }
  });
}
