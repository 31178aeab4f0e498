/** What values of an experiment file come to: seconds of a recording, time constants, numbers to be trained. */
import type { HintValue, ValueHint } from '../../../protocol/experiment.ts';
import { shapeOf } from '../../datasets/describe.ts';
import { own, type Path, pathText } from '../assist/describe.ts';
import { idleFields } from '../checks/idle.ts';
import { settingsOf } from '../checks/validate.ts';
import { descend } from '../locate.ts';
import { type Experiment, type Settings, settingsSchema } from '../schema.ts';
import type { Source, Span } from '../text/source.ts';
import type { LineIndex } from '../text/text.ts';
import { parametersOf } from './parameters.ts';

type Mapping = Extract<Source, { kind: 'mapping' }>;

type Found = { offset: number; hint: HintValue };

/** Where the settings of the file or of a variant are written, and what they are with those that it inherits. */
interface Written {
  source: Source | undefined;
  settings: Settings;
}

/** Behind the values that they are of, in the order of the text. */
export function hintsOf(root: Mapping, experiment: Experiment, lines: LineIndex): ValueHint[] {
  const base = settingsSchema.parse(settingsOf(experiment));
  const variants = root.entries.get('variants')?.value;
  const entries = variants?.kind === 'mapping' ? variants.entries : new Map<string, { key: Span; value: Source }>();
  const all = [
    { source: root as Source, settings: base },
    ...experiment.variants.map(({ name, settings }) => ({ source: entries.get(name)?.value, settings })),
  ];
  const common = parametersOf(base);
  const network = root.entries.get('network');
  const found: Found[] = all.flatMap((written) => [
    ...durationHints(written),
    ...constantHints(written),
    ...epochsHints(written),
  ]);
  if (network && common !== null)
    found.push({ offset: network.key.end + 1, hint: { kind: 'parameters', parameters: common } });
  for (const { name, settings } of experiment.variants) {
    const entry = entries.get(name);
    const parameters = parametersOf(settings);
    if (entry && parameters !== null && parameters !== common)
      found.push({ offset: entry.key.end + 1, hint: { kind: 'parameters', parameters, variant: name } });
  }
  return found
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, hint }) => ({ position: lines.position(offset), ...hint }));
}

/** Behind `steps`, or behind `dt` where that alone is written: how long a sample lasts. */
function durationHints({ source, settings }: Written): Found[] {
  const dt = dtOf(settings);
  const { steps } = shapeOf(settings.dataset);
  const at = descend(source, ['dataset', 'steps']) ?? descend(source, ['dataset', 'dt']);
  if (dt === undefined || !at || !Number.isFinite(steps)) return [];
  return [{ offset: at.end, hint: { kind: 'duration', steps, milliseconds: steps * dt } }];
}

/** Milliseconds of a step, where the data have them and the field does something. */
function dtOf(settings: Settings): number | undefined {
  const dt = own(settings.dataset, 'dt');
  const idle = idleFields(settings).some(({ field }) => pathText(field) === 'dataset.dt');
  return typeof dt === 'number' && !idle ? dt : undefined;
}

/** Behind each leak k, also where a learned one begins: after how long e⁻¹ of the potential is left, −dt / ln k. */
function constantHints({ source, settings }: Written): Found[] {
  const dt = dtOf(settings);
  return leaksIn(source, []).flatMap(({ value, end }) => {
    if (value <= 0 || value >= 1) return [];
    const steps = -1 / Math.log(value);
    return [
      {
        offset: end,
        hint: { kind: 'constant' as const, steps, ...(dt !== undefined && { milliseconds: steps * dt }) },
      },
    ];
  });
}

function leaksIn(source: Source | undefined, path: Path): { value: number; end: number }[] {
  if (source?.kind === 'sequence') return source.items.flatMap((item, i) => leaksIn(item, [...path, i]));
  if (source?.kind !== 'mapping') return [];
  return [...source.entries].flatMap(([name, { key, value }]) => {
    // Variants are looked at by themselves; what an alias stands for has its hint where it is written.
    if ((path.length === 0 && name === 'variants') || value.start < key.end) return [];
    const isLeak = name === 'leak' || (name === 'init' && path.at(-1) === 'leak');
    if (isLeak && value.kind === 'scalar' && typeof value.value === 'number')
      return [{ value: value.value, end: value.end }];
    return leaksIn(value, [...path, name]);
  });
}

/** Where the time that training takes is told. */
function epochsHints({ source, settings }: Written): Found[] {
  const at = descend(source, ['training', 'epochs']);
  if (!at) return [];
  return [{ offset: at.end, hint: { kind: 'epochs', epochs: settings.training.epochs } }];
}
