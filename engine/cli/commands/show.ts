import { join } from 'node:path';
import type { RunSummary, Score } from '../../../protocol/runs.ts';
import { readTail } from '../../base/files.ts';
import { type Command, jsonOption, storeOption } from '../command.ts';
import { findRuns } from '../stores.ts';
import { duration, percent, printable, short, thousands } from '../text.ts';
import { printJson, printLines } from '../watch.ts';

const LOG_BYTES = 2000;

export const showCommand: Command = {
  name: 'show',
  usage: 'RUN',
  summary: 'Shows one run: where it stands, its scores, its settings and the end of its log.',
  example: 'lif show 20261123-1415',
  positionals: [1, 1],
  options: { store: storeOption, json: jsonOption },
  async run(_cli, input) {
    const { reader, runs } = findRuns(input.store, input.positionals);
    const summary = runs[0]!;
    const run = reader.run(summary.id);
    const log = readTail(join(summary.folder, 'log.txt'), LOG_BYTES);
    if (input.flag('json')) {
      printJson({ summary, spec: run?.spec ?? null, provenance: run?.provenance ?? null, log });
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

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${printable(line)}`);
}

function scoreText(score: (Score & { epoch?: number }) | undefined): string {
  if (!score) return '–';
  const epoch = score.epoch === undefined ? '' : ` (epoch ${score.epoch})`;
  return `${percent(score.accuracy)} %, loss ${short(score.loss)}${epoch}`;
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
    ['Result', scoreText(run.result)],
    ['Train', scoreText(run.train)],
    ['Validation', scoreText(run.validation)],
    ['Test', scoreText(run.test)],
    ['Spike rates', run.spikeRates?.map(short).join(' / ') ?? '–'],
    ['Folder', run.folder],
    ...(run.message !== undefined ? ([['Message', run.message]] as [string, string][]) : []),
    ...run.damage.map((sentence): [string, string] => ['Damage', sentence]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${printable(value)}`);
}
