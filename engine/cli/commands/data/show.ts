import { join, resolve } from 'node:path';
import { thousands } from '../../../../protocol/format.ts';
import { UserError } from '../../../base/errors.ts';
import type { PreparedDataset, Split } from '../../../datasets/dataset.ts';
import { shapeOf } from '../../../datasets/describe.ts';
import type { CatalogueEntry } from '../../../datasets/library/catalogue.ts';
import { prepareDataset } from '../../../datasets/prepare.ts';
import { drawSample, summarise } from '../../../datasets/preview.ts';
import { remarksOnSamples } from '../../../datasets/remarks.ts';
import type { DatasetSpec } from '../../../datasets/sets/registry.ts';
import { applySets } from '../../../experiment/assignments.ts';
import { validateExperiment } from '../../../experiment/validate.ts';
import { type Command, type Input, jsonOption } from '../../command.ts';
import { interruptible } from '../../data-progress.ts';
import { printJson, printLines, say } from '../../output.ts';
import { padEnd, printable } from '../../text.ts';
import { namedEntry, pathOption } from './entry.ts';

export const dataShowCommand: Command = {
  name: 'data show',
  usage: 'NAME',
  summary: 'Shows shape, counts, class balance and statistics of a data set, and one sample.',
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
    const entry = namedEntry(input);
    const split = input.text('split') ?? 'train';
    if (split !== 'train' && split !== 'validation' && split !== 'test')
      throw new UserError(`--split ${printable(split)} is not one of train, validation, test.`);
    const spec = specFrom(entry, input);
    return interruptible(async (signal, progress) => {
      const file = join(process.cwd(), 'study.lif.yaml');
      const data = await prepareDataset(spec, { file, seed: 1, signal, onProgress: progress.show });
      progress.clear();
      for (const remark of remarksOnSamples(spec, data)) say(remark);
      const index = sampleIndex(data, split, input.text('sample') ?? '0');
      const summary = summarise(data);
      const drawing = drawSample(data, shapeOf(spec).input, split, index);
      if (input.flag('json')) printJson({ name: entry.name, ...summary, sample: { split, index, drawing } });
      else printLines([...summaryLines(entry, summary), '', ...drawing]);
      return 0;
    });
  },
};

/** The data set of a study that sets nothing else, so that fields are written and explained as for `lif run`. */
function specFrom(entry: CatalogueEntry, input: Input): DatasetSpec {
  const path = input.text('path');
  const dataset = { name: entry.name, ...(path !== undefined && { path: resolve(path) }) };
  const variant = 'shown';
  const study = validateExperiment({ name: variant, dataset, network: { hidden: [1] }, variants: { [variant]: {} } }, [
    variant,
  ]);
  if (!study.experiment) throw new UserError(`${study.problems[0]?.message}`);
  const prefix = 'dataset.';
  try {
    return applySets(
      study.experiment,
      input.texts('set').map((field) => prefix + field),
    ).dataset;
  } catch (error) {
    // What was typed has no "dataset." before it.
    if (error instanceof UserError) throw new UserError(error.message.replace(`--set ${prefix}`, '--set '));
    throw error;
  }
}

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
