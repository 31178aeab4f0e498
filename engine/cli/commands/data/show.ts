import { join, resolve } from 'node:path';
import { thousands } from '../../../../protocol/format.ts';
import { UserError } from '../../../base/errors.ts';
import type { PreparedDataset, Split } from '../../../datasets/dataset.ts';
import { shapeOf } from '../../../datasets/describe.ts';
import type { CatalogueEntry } from '../../../datasets/library/catalogue.ts';
import { prepareDataset } from '../../../datasets/prepare.ts';
import { drawSample, summarise } from '../../../datasets/preview.ts';
import { remarksOnSamples } from '../../../datasets/remarks.ts';
import { type Command, jsonOption } from '../../command.ts';
import { interruptible } from '../../data-progress.ts';
import { printJson, printLines, say } from '../../output.ts';
import { padEnd, printable } from '../../text.ts';
import { namedEntry, pathOption } from './entry.ts';
import { findOwn, OWN, ownPath } from './own.ts';
import { specFrom } from './spec.ts';

export const dataShowCommand: Command = {
  name: 'data show',
  usage: 'NAME',
  summary:
    'Shows shape, counts, class balance and statistics of a data set, or of the file or folder of your own, and one sample.',
  example: 'lif data show nmnist --set dt=5 --sample 3',
  positionals: [1, 1],
  options: {
    split: { type: 'string', value: 'SPLIT', help: 'train, validation or test (default: train)' },
    sample: { type: 'string', value: 'N', help: 'which sample of it (default: the first)' },
    set: { type: 'string', multiple: true, value: 'FIELD=VALUE', help: 'a field of the data set, e.g. dt=5' },
    path: pathOption,
    json: jsonOption,
  },
  async run(_cli, input) {
    const own = ownPath(input);
    const split = input.text('split') ?? 'train';
    if (split !== 'train' && split !== 'validation' && split !== 'test')
      throw new UserError(`--split ${printable(split)} is not one of train, validation, test.`);
    const file = join(process.cwd(), 'study.lif.yaml');
    const found = own === undefined ? undefined : await findOwn(own, input, file);
    const entry = found ? OWN : namedEntry(input);
    if (found && !found.spec) {
      if (input.flag('json')) printJson({ name: entry.name, ...found.json });
      else printLines(found.lines);
      return 1;
    }
    const path = input.text('path');
    const spec =
      found?.spec ??
      specFrom({ name: entry.name, ...(path !== undefined && { path: resolve(path) }) }, input.texts('set'));
    return interruptible(async (signal, progress) => {
      const data = await prepareDataset(spec, { file, seed: 1, signal, onProgress: progress.show });
      progress.clear();
      for (const remark of remarksOnSamples(spec, data)) say(remark);
      const index = sampleIndex(data, split, input.text('sample') ?? '0');
      const summary = summarise(data);
      const drawing = drawSample(data, shapeOf(spec).input, split, index);
      if (input.flag('json'))
        printJson({ name: entry.name, ...found?.json, ...summary, sample: { split, index, drawing } });
      else printLines([...summaryLines(entry, summary), ...(found ? ['', ...found.lines] : []), '', ...drawing]);
      return 0;
    });
  },
};

function sampleIndex(data: PreparedDataset, split: Split, text: string): number {
  const index = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (index < data.sizes[split]) return index;
  throw new UserError(
    data.sizes[split] === 0
      ? `There are no ${split} samples to show; try --split train or test.`
      : `--sample ${printable(text)} is not from 0 to ${data.sizes[split] - 1}.`,
  );
}

function summaryLines(entry: CatalogueEntry, s: ReturnType<typeof summarise>): string[] {
  const sizes = (['train', 'validation', 'test'] as const)
    .filter((split) => s.sizes[split] > 0)
    .map((split) => `${thousands(s.sizes[split])} ${split}`);
  const lines: [string, string][] = [
    ['shape', `${s.inputs} inputs, ${s.steps} steps, ${s.classes} classes, ${s.encoding}`],
    ['samples', sizes.join(', ')],
  ];
  for (const [split, counts] of Object.entries(s.balance))
    lines.push([
      `${split} classes`,
      counts.length <= 20 ? counts.join(' ') : `${Math.min(...counts)} to ${Math.max(...counts)} each`,
    ]);
  if (s.events) {
    const { mean, least, most, density, silentSteps, samples } = s.events;
    lines.push([
      'events',
      `${mean.toFixed(0)} a sample (${least} to ${most}), ${(100 * density).toFixed(2)} % of inputs and steps, ${(100 * silentSteps).toFixed(0)} % of steps silent (first ${samples} samples)`,
    ]);
  }
  if (s.dropped) lines.push(['left out', `${thousands(s.dropped)} events after the last step`]);
  for (const [what, sum] of Object.entries(s.checksums)) lines.push([what, sum]);
  const width = Math.max(...lines.map(([key]) => key.length));
  return [
    entry.title,
    `${entry.citation} (${entry.licence})`,
    '',
    ...lines.map(([k, v]) => `${padEnd(k, width)}  ${v}`),
  ];
}
