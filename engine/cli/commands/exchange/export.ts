import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { count, percent } from '../../../../protocol/format.ts';
import { UserError } from '../../../base/errors.ts';
import type { NirExport } from '../../../exchange/nir/write.ts';
import type { Output } from '../../../exchange/output.ts';
import {
  type Command,
  type Input,
  jsonOption,
  networkOption,
  setOption,
  storeOption,
  threadsOption,
} from '../../command.ts';
import { interruptible } from '../../data-progress.ts';
import { printJson, printLines, say } from '../../output.ts';
import { runsMeant } from '../../stores.ts';
import { short } from '../../text.ts';

/** What each format is written to, for instance. */
const METRICS = { csv: 'metrics.csv', parquet: 'metrics.parquet', tensorboard: 'logs', mlflow: 'mlruns' } as const;
const NETWORKS = { pytorch: 'model.py', nir: 'model.nir' } as const;
type MetricFormat = keyof typeof METRICS;
type NetworkFormat = keyof typeof NETWORKS;
type Format = MetricFormat | NetworkFormat;
/** Test samples on which a graph is run again. */
const NIR_SAMPLES = 16;
const EXAMPLES: Readonly<Record<Format, string>> = { ...METRICS, ...NETWORKS };

export const exportCommand: Command = {
  name: 'export',
  usage: 'RUN|FILE…',
  summary:
    'Writes runs for other programs. What they have logged, of a file all its finished runs: csv or parquet (one long table), tensorboard, mlflow. The network of one run: pytorch, a script that computes its test accuracy anew; nir, a graph of the Neuromorphic Intermediate Representation. docs/interchange.md describes each format.',
  example: 'lif export 20261123-1415 --format pytorch -o model.py',
  positionals: [1, 10_000],
  options: {
    format: { type: 'string', value: 'NAME', help: `${Object.keys(EXAMPLES).join(', ')}` },
    output: { type: 'string', short: 'o', value: 'PATH', help: 'the file, or the folder of tensorboard and mlflow' },
    overwrite: { type: 'boolean', help: 'replace what is there' },
    set: { ...setOption, help: 'of a file: a setting that its runs were trained with, e.g. training.epochs=5' },
    checkpoint: networkOption,
    samples: {
      type: 'string',
      value: 'N',
      help: 'of a network: how many test samples, from the first on: go with it (pytorch, default: all), are run with it (nir, default: 16)',
    },
    dt: {
      type: 'string',
      value: 'SECONDS',
      help: 'of nir: the length of a step (default: that of the data set, or 1 ms)',
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
      : exportNetwork(format as NetworkFormat, input, output);
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
  const { reader, runs } = runsMeant(input.store, input.positionals, input.texts('set'));
  const { writeMetrics } = await import('../../../exchange/metrics/write.ts');
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

async function exportNetwork(format: NetworkFormat, input: Input, output: Output): Promise<number> {
  const { runs } = runsMeant(input.store, input.positionals, input.texts('set'));
  const [summary, ...others] = runs;
  if (others.length > 0)
    throw new UserError(`--format ${format} takes one run, not ${runs.length}; name one by its id (lif list).`);
  const { checkpoint } = input;
  const samples = input.integer('samples', 1, 2 ** 31 - 1) ?? (format === 'nir' ? NIR_SAMPLES : undefined);
  const threads = input.integer('threads', 1, 1024) ?? availableParallelism();
  const dt = input.seconds('dt');
  const { openRun, testScores } = await import('../../../exchange/network.ts');
  const pytorch = await import('../../../exchange/pytorch/write.ts');
  const nir = await import('../../../exchange/nir/write.ts');
  const { refuseExisting } = await import('../../../exchange/output.ts');
  if (format === 'pytorch') pytorch.pytorchFiles(output);
  else refuseExisting([output.path], output);
  return interruptible(async (signal, progress) => {
    const run = await openRun(summary!, { checkpoint, threads, signal });
    try {
      if (format === 'nir') nir.refuseNir(run.plan);
      const onPart = (done: number, total: number) => progress.show({ what: 'test samples', done, total });
      const scores = await testScores(run, samples, { signal, onPart });
      const made =
        format === 'pytorch'
          ? { files: pytorch.writePytorch(run, scores, output) }
          : { files: [output.path], ...(await nir.writeNirOf(run, scores, dt, output, { signal, onPart })) };
      progress.clear();
      const { meanAccuracy: accuracy, samples: count } = scores;
      const all = count === run.data.sizes.test;
      if (all && run.logged !== undefined && run.logged !== accuracy)
        say(`The run logged ${percent(run.logged)} %: its data or the engine are not what they were.`);
      const { step, epoch } = run;
      if (input.flag('json'))
        printJson({ format, run: run.summary.id, checkpoint: step, of: epoch, samples: count, accuracy, ...made });
      else printLines(networkLines(made, { epoch, accuracy, count }));
      return 0;
    } finally {
      await run.network.close();
    }
  });
}

function networkLines(
  made: { files: string[] } & Partial<NirExport>,
  { epoch, accuracy, count: samples }: { epoch: string; accuracy: number; count: number },
): string[] {
  const wrote = `Wrote ${made.files.join(', ')}: the network after ${epoch}`;
  const { executed, dt, readout } = made;
  if (!executed || dt === undefined)
    return [`${wrote}, with ${percent(accuracy)} % of ${count(samples, 'test sample')} right.`];
  const { deviation, differ } = executed;
  return [
    `${wrote}, in steps of ${short(1000 * dt)} ms.`,
    `Read again and run on ${count(samples, 'test sample')}: largest deviation of a score ${short(deviation)}, ${differ} decided otherwise.`,
    `NIR has no readout; scores are here: ${readout}.`,
  ];
}
