import { parse } from 'yaml';
import { percent } from '../../../protocol/format.ts';
import type { EvaluateResult } from '../../analysis/evaluate.ts';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import { runLocally } from '../../executors/local/local.ts';
import type { AnalyseJob } from '../../jobs/job.ts';
import { placeOf, readAnalysis } from '../../runs/analyses.ts';
import { type Command, jsonOption, storeOption, threadsOption } from '../command.ts';
import { progressOn } from '../data-progress.ts';
import { printJson, printLines, say } from '../output.ts';
import { withSignals } from '../signals.ts';
import { findRuns } from '../stores.ts';
import { short, table } from '../text.ts';

const POLL_MS = 250;

export const analyseCommand: Command = {
  name: 'analyse',
  usage: 'RUN ANALYSIS',
  summary:
    'Asks the network of a checkpoint something; evaluate: accuracy, loss and confusion of the classes on a split.',
  example: 'lif analyse 20261123-1415 evaluate --set split=validation',
  positionals: [2, 2],
  options: {
    set: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a parameter of the analysis, e.g. split=train' },
    checkpoint: { type: 'string', value: 'STEP', help: 'weight updates of the checkpoint (default: the newest)' },
    threads: threadsOption,
    store: storeOption,
    json: jsonOption,
  },
  async run(cli, input) {
    const [run, analysis] = input.positionals as [string, string];
    const { folder } = findRuns(input.store, [run]).runs[0]!;
    const { requestAnalysis } = await import('../../studies/analyse.ts');
    const checkpoint = input.integer('checkpoint', 0, Number.MAX_SAFE_INTEGER);
    const { job, done } = await requestAnalysis(folder, { analysis, params: paramsIn(input.texts('set')), checkpoint });
    const code = done ? 0 : await answered(job, cli.lif, input.training.threads);
    const file = readAnalysis(placeOf(folder, job.analysis, job.key));
    if ('damage' in file) throw new UserError(`The answer cannot be read: ${file.damage}`);
    const { state, message, result } = file.value;
    if (input.flag('json')) printJson({ ...job, state, message, params: file.value.params, result });
    else if (state === 'finished') printLines(evaluationLines(result as EvaluateResult));
    else say(`${analysis}: ${message ?? state}`);
    return code;
  },
};

/** Does the job as any executor does, and shows how far it is. */
async function answered(job: AnalyseJob, lif: string[], threads: number | undefined): Promise<number> {
  const progress = progressOn(process.stderr);
  const place = placeOf(job.run, job.analysis, job.key);
  const look = () => {
    const file = readAnalysis(place);
    if (!('value' in file)) return;
    const { state, message } = file.value;
    const what = state === 'queued' && message !== undefined ? message : job.analysis;
    progress.show({ what, done: file.value.progress, total: 1 });
  };
  const timer = setInterval(look, POLL_MS);
  try {
    return await withSignals(async ({ stop, kill, exitCode }) => {
      const outcomes = await runLocally([job], { lif, stop, kill, report: progress.say, threads });
      return exitCode() ?? (outcomes.get(job) === 'finished' ? 0 : 1);
    });
  } finally {
    clearInterval(timer);
    progress.clear();
  }
}

function paramsIn(sets: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    sets.map((text) => {
      const [, name, value] = /^([\w.]+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new UserError(`--set ${text}: write name=value, for instance --set split=validation.`);
      try {
        return [name, parse(value)];
      } catch (error) {
        throw new UserError(`--set ${text}: the value is not YAML (${reason(error).split('\n')[0]}).`);
      }
    }),
  );
}

function evaluationLines({ split, samples, accuracy, loss, perClass, confusion }: EvaluateResult): string[] {
  const header = ['class', 'samples', 'accuracy %', 'loss', 'taken most often for'];
  const rows = perClass.map((one, label) => {
    const others = confusion[label]!.map((n, c) => ({ n, c })).filter(({ n, c }) => c !== label && n > 0);
    const worst = others.reduce((a, b) => (b.n > a.n ? b : a), { n: 0, c: -1 });
    return [
      String(label),
      String(one.samples),
      one.accuracy === null ? '–' : percent(one.accuracy),
      one.loss === null ? '–' : short(one.loss),
      worst.n === 0 ? '–' : `${worst.c} (${worst.n})`,
    ];
  });
  return [
    `${split}: ${percent(accuracy)} %, loss ${short(loss)}, ${samples} samples`,
    '',
    ...table(header, rows, [0, 1, 2, 3]),
  ];
}
