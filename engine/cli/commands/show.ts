import { duration, percent, thousands } from '../../../protocol/format.ts';
import type { EpochScores, RunSummary, Score } from '../../../protocol/runs.ts';
import { reason } from '../../base/files.ts';
import { readLog } from '../../runs/log.ts';
import { toldRuns } from '../answers/told.ts';
import { type Command, jsonOption, storeOption, testOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';

import { findRuns, tellCluster } from '../stores.ts';
import { printable, short } from '../text.ts';

const LOG_BYTES = 2000;

const CHOSEN = { 'best validation': 'the epoch of the best validation', 'last epoch': 'the last epoch evaluated' };

export const showCommand: Command = {
  name: 'show',
  usage: 'RUN',
  summary: 'Shows one run: where it stands, its scores, its settings and the end of its log.',
  example: 'lif show 20261123-1415',
  positionals: [1, 1],
  options: { store: storeOption, test: testOption, json: jsonOption },
  async run(_cli, input) {
    await tellCluster(input.store);
    const { reader, runs } = findRuns(input.store, input.positionals);
    const summary = runs[0]!;
    const run = reader.run(summary.id);
    const log = logOf(summary.folder);
    if (input.flag('json')) {
      const [told] = toldRuns([summary], input.flag('test'));
      printJson({ summary: told, spec: run?.spec ?? null, provenance: run?.provenance ?? null, log });
      return 0;
    }
    printLines(summaryLines(summary));
    if (run) {
      const { study: _s, variant: _v, seed: _n, file: _f, ...settings } = run.spec;
      printLines(['', 'Settings', ...indented(JSON.stringify(settings, null, 2))]);
    }
    if (log.trim() !== '') printLines(['', 'End of the log', ...indented(log.trimEnd())]);
    return 0;
  },
};

function logOf(folder: string): string {
  try {
    return readLog(folder, LOG_BYTES);
  } catch (error) {
    return `(log.txt cannot be read: ${reason(error)})`;
  }
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${printable(line)}`);
}

function scoreText(score: (Score & { epoch?: number }) | undefined): string {
  if (!score) return '–';
  const epoch = score.epoch === undefined ? '' : ` (epoch ${score.epoch})`;
  return `${percent(score.accuracy)} %, loss ${short(score.loss)}${epoch}`;
}

/** Everything that was measured after one epoch; `when` tells which. */
function epochRows(when: string, scores: EpochScores | undefined): [string, string][] {
  if (!scores) return [];
  const { epoch, train, validation, test, spikeRates } = scores;
  const parts = [
    train && `train ${scoreText(train)}`,
    validation && `validation ${scoreText(validation)}`,
    test && `test ${scoreText(test)}`,
    spikeRates && `spike rates ${spikeRates.map(short).join(' / ')}`,
  ];
  return [[`Epoch ${epoch}`, `(${when}) ${parts.filter(Boolean).join('; ')}`]];
}

/** The learned leak of each layer at an epoch, a line each; fixed ones have none. */
function leakRows(scores: EpochScores | undefined): [string, string][] {
  return (scores?.leaks ?? []).flatMap((k, l): [string, string][] => {
    if (!k) return [];
    const spread = `least ${short(k.least)}, quartiles ${short(k.lowerQuartile)} / ${short(k.median)} / ${short(k.upperQuartile)}, greatest ${short(k.greatest)}`;
    return [[`Leak ${l + 1}`, `k of layer ${l + 1} after epoch ${scores!.epoch}: mean ${short(k.mean)}, ${spread}`]];
  });
}

/** What a look into each layer saw after an epoch. */
function lookRows(scores: EpochScores | undefined): [string, string][] {
  const { epoch, windowShares, gradientNorms } = scores ?? {};
  if (!gradientNorms) return [];
  const each = (values: readonly (number | null)[]) => values.map((x) => (x === null ? '–' : short(x))).join(' / ');
  const window = windowShares ? `; share of potentials in the surrogate's window ${each(windowShares)}` : '';
  return [['Layers', `(epoch ${epoch}, a few training samples) gradient norms ${each(gradientNorms)}${window}`]];
}

function warningRows({ warnings = [] }: RunSummary): [string, string][] {
  const rounded = (epoch: number) => Number(epoch.toFixed(2));
  return warnings.map(({ since, until, lasts, sentence }) => {
    const when = lasts ? `since epoch ${rounded(since)}` : `epoch ${rounded(since)} to ${rounded(until)}, over`;
    return ['Warning', `(${when}) ${sentence}`];
  });
}

function clusterRows({ cluster }: RunSummary): [string, string][] {
  if (!cluster) return [];
  const { task, node, cpuSeconds, givenSeconds } = cluster;
  const where = [task === undefined ? 'waits for its first task' : `task ${task}`, ...(node ? [`on ${node}`] : [])];
  const used = givenSeconds > 0 ? `, ${duration(cpuSeconds)} of ${duration(givenSeconds)} CPU time asked for` : '';
  return [['Slurm', `${where.join(' ')}${used}`]];
}

function summaryLines(run: RunSummary): string[] {
  const rows: [string, string][] = [
    ['Run', run.id],
    ['Study', `${run.study}  (${run.file})`],
    ['Variant', `${run.variant}, seed ${run.seed}`],
    ['State', `${run.state}, epoch ${run.epoch} of ${run.epochs}`],
    ['Started', run.createdAt > 0 && run.createdAt < 8.64e15 ? new Date(run.createdAt).toISOString() : 'unknown'],
    [
      'Training',
      `${duration(run.seconds)}${run.samplesPerSecond ? `, ${thousands(run.samplesPerSecond)} samples/s` : ''}`,
    ],
    ...clusterRows(run),
    ['Result', run.result ? `${scoreText(run.result)}, ${CHOSEN[run.result.chosenBy]}` : '–'],
    ...epochRows('at it', run.result),
    ...(run.result && run.last?.epoch !== run.result.epoch ? epochRows('last', run.last) : []),
    ...leakRows(run.last),
    ...lookRows(run.last),
    ...warningRows(run),
    ...(run.train && run.epoch < run.epochs ? ([['Train now', scoreText(run.train)]] as [string, string][]) : []),
    ['Folder', run.folder],
    ...(run.message !== undefined ? ([['Message', run.message]] as [string, string][]) : []),
    ...run.damage.map((sentence): [string, string] => ['Damage', sentence]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${printable(value)}`);
}
