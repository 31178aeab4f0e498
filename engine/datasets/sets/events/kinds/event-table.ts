/** Events as rows of a table: sample, time and channel (or pixel) of each, in any order. */
import { UserError } from '../../../../base/errors.ts';
import type { Split } from '../../../dataset.ts';
import { openCsv } from '../../../formats/csv.ts';
import { openParquet } from '../../../formats/parquet.ts';
import { isText, MAX_ROWS, type Table, type Values } from '../../../formats/table.ts';
import type { EventBuffer } from '../../../recordings/binning.ts';
import type { InputShape } from '../../definition.ts';
import { type Labelled, partsOf } from '../labels.ts';
import type { OwnData } from '../own.ts';
import { findRole, listed, needRole, shownName, unitInName, unitOf } from '../roles.ts';
import type { Wanted } from '../schema.ts';
import { pixelOf } from './pixels.ts';

type Name = string | number;
type About = Pick<OwnData, 'what' | 'checksums'>;

/** What is known of the samples beside the events: by their names, or in order as arrays of their own. */
export type Beside = { named: Labelled } | { ordered: Omit<Labelled, 'ids'> } | undefined;

interface Chosen {
  sample: string;
  time: string;
  channel: string | undefined;
  x: string | undefined;
  y: string | undefined;
  polarity: string | undefined;
  label: string | undefined;
  group: string | undefined;
  split: string | undefined;
}

/** A table in a file. Throws a UserError. */
export const openTable = (file: string): Table => (/\.parquet$/i.test(file) ? openParquet(file) : openCsv(file));

/** Which column is what. Throws a UserError that asks for what is not found. */
export function chooseColumns(
  place: string,
  names: readonly string[],
  { columns, labels }: Wanted,
  beside: Beside,
): Chosen {
  const find = (role: Parameters<typeof findRole>[2]) => findRole(place, names, role, columns);
  const need = (role: Parameters<typeof needRole>[2], why: string) => needRole(place, names, role, columns, why);
  const sample = need('sample', 'the sample of an event');
  const time = need('time', 'the time of an event');
  const x = find('x');
  const channel = columns?.x === undefined ? find('channel') : columns.channel;
  const pixels = channel === undefined && x !== undefined;
  const own = beside === undefined && labels === undefined;
  return {
    sample,
    time,
    channel: pixels ? undefined : need('channel', 'the channel of an event'),
    x: pixels ? x : undefined,
    y: pixels ? need('y', 'the row of a pixel') : undefined,
    polarity: pixels ? find('polarity') : undefined,
    label: own ? need('label', 'the label of a sample') : undefined,
    group: own ? find('group') : undefined,
    split: own ? find('split') : undefined,
  };
}

/** Reads all events and sorts them by sample. Rejects with a UserError. */
export async function readEventTable(
  place: string,
  table: Table,
  wanted: Wanted,
  beside: Beside,
  about: About,
): Promise<OwnData> {
  const chosen = chooseColumns(place, table.columns, wanted, beside);
  const names = Object.values(chosen).filter((name) => name !== undefined) as string[];
  const read = await table.read(names);
  const of = (name: string | undefined): Values | undefined =>
    name === undefined ? undefined : read[names.indexOf(name)];
  const [samples, times] = [of(chosen.sample)!, numbers(place, of(chosen.time)!, chosen.time)];
  const rows = times.length;
  if (rows > MAX_ROWS)
    throw new UserError(`${place}: ${rows} events are more than ${MAX_ROWS}; cut the recordings into several files.`);
  if (samples.length !== rows)
    throw new UserError(
      `${place}: ${samples.length} entries of ${shownName(chosen.sample)} do not match ${rows} of ${shownName(chosen.time)}; give each event one of both.`,
    );
  const index = indexSamples(place, samples, beside);
  const channels = channelsOf(place, chosen, of, wanted, rows);
  const order = inOrder(index.of, index.count);
  const longest = refuseTimes(place, times, chosen.time);
  const gathered = Float64Array.from(order.rows, (row) => times[row]!);
  const firstOf = Uint32Array.from({ length: index.count }, (_, i) => order.rows[order.starts[i]!] ?? 0);
  const perSample = (name: string | undefined) =>
    name === undefined ? undefined : constant(place, of(name)!, name, index, firstOf);
  const split = perSample(chosen.split);
  return {
    ...about,
    count: index.count,
    labels: index.labels ?? perSample(chosen.label)!,
    groups: index.groups ?? perSample(chosen.group),
    parts: index.parts ?? (split && partsOf(place, split, chosen.split!)),
    input: channels.found,
    atLeast: true,
    unit: unitOf(wanted.timeUnit) ?? unitInName(chosen.time),
    longest,
    holds: 'events',
    read(i: number, events: EventBuffer) {
      const [from, to] = [order.starts[i]!, order.starts[i + 1]!];
      events.reserve(to - from);
      for (let k = from; k < to; k++) events.push(gathered[k]!, channels.ofRow(order.rows[k]!));
    },
    close() {},
  };
}

interface SampleIndex {
  count: number;
  /** Sample of each event. */
  of: Uint32Array;
  names: (i: number) => Name;
  labels?: Values | undefined;
  groups?: Values | undefined;
  parts?: Split[] | undefined;
}

/** Samples in the order of the labels; without these, of their first events. */
function indexSamples(place: string, samples: Values, beside: Beside): SampleIndex {
  const of = new Uint32Array(samples.length);
  if (beside && 'ordered' in beside) {
    const count = beside.ordered.labels.length;
    for (let i = 0; i < of.length; i++) {
      const sample = samples[i] as number;
      if (!(Number.isInteger(sample) && sample >= 0 && sample < count))
        throw new UserError(
          `${place}: event ${i} is of sample ${shownName(sample)}, but the ${count} labels are of samples 0 to ${count - 1}; number the samples in the order of the labels.`,
        );
      of[i] = sample;
    }
    return { count, of, names: (i) => i, ...beside.ordered };
  }
  const known = new Map<Name, number>();
  if (beside) Array.from(beside.named.ids as ArrayLike<Name>).forEach((id, i) => known.set(id, i));
  if (beside && known.size < beside.named.ids.length)
    throw new UserError(`${place}: the table of labels has a sample twice; give each one line.`);
  let last: Name | undefined;
  let number = 0;
  for (let i = 0; i < of.length; i++) {
    const sample = samples[i]!;
    if (sample !== last) {
      const found = known.get(sample);
      if ((found === undefined && beside) || Number.isNaN(sample))
        throw new UserError(
          `${place}: event ${i} is of sample ${shownName(sample)}, which the table of labels does not have; add its line.`,
        );
      if (found === undefined) known.set(sample, known.size);
      number = found ?? known.size - 1;
      last = sample;
    }
    of[i] = number;
  }
  const names = [...known.keys()];
  return { count: names.length, of, names: (i) => names[i]!, ...beside?.named };
}

/** Rows sorted by sample, those of one sample as they stand. */
function inOrder(of: Uint32Array, count: number): { rows: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(count + 1);
  for (const sample of of) starts[sample + 1]!++;
  for (let i = 0; i < count; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const rows = new Uint32Array(of.length);
  for (let row = 0; row < of.length; row++) rows[next[of[row]!]!++] = row;
  return { rows, starts };
}

/** The value that all events of a sample share. Throws a UserError when they differ. */
function constant(
  place: string,
  values: Values,
  column: string,
  { count, of, names }: SampleIndex,
  firstOf: Uint32Array,
): Values {
  const value = Array.from({ length: count }, (_, i) => values[firstOf[i]!]!);
  for (let row = 0; row < of.length; row++) {
    const expected = value[of[row]!]!;
    if (values[row] !== expected)
      throw new UserError(
        `${place}: ${shownName(column)} of sample ${shownName(names(of[row]!))} is ${shownName(expected)} and, in row ${row + 1}, ${shownName(values[row]!)}; a sample has one.`,
      );
  }
  return value as Values;
}

function refuseTimes(place: string, times: ArrayLike<number>, column: string): number {
  let longest = 0;
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!;
    if (!(Math.abs(time) <= Number.MAX_SAFE_INTEGER))
      throw new UserError(
        `${place}: row ${i + 1} has no usable ${shownName(column)} (${time}); fill it in, or take the row out.`,
      );
    if (time > longest) longest = time;
  }
  return longest;
}

interface Channels {
  ofRow(row: number): number;
  found: InputShape;
}

function channelsOf(
  place: string,
  chosen: Chosen,
  of: (name: string | undefined) => Values | undefined,
  wanted: Wanted,
  rows: number,
): Channels {
  const column = (name: string): ArrayLike<number> => {
    const values = numbers(place, of(name)!, name);
    if (values.length !== rows)
      throw new UserError(
        `${place}: ${values.length} entries of ${shownName(name)} do not match ${rows} events; give each event one.`,
      );
    return values;
  };
  const highest = (values: ArrayLike<number>, name: string): number => {
    let maximum = 0;
    for (let i = 0; i < rows; i++) {
      if (!(Number.isInteger(values[i]) && values[i]! >= 0))
        throw new UserError(
          `${place}: row ${i + 1} has ${shownName(name)} ${values[i]}, which is no whole number from 0; number them from 0.`,
        );
      if (values[i]! > maximum) maximum = values[i]!;
    }
    return maximum;
  };
  if (chosen.channel !== undefined) {
    const channel = column(chosen.channel);
    const found = { channels: highest(channel, chosen.channel) + 1 };
    const inputs = wanted.input && sizeOf(wanted.input);
    if (inputs !== undefined && found.channels > inputs)
      throw new UserError(
        `${place}: ${shownName(chosen.channel)} goes up to ${found.channels - 1}, but dataset.input has channels 0 to ${inputs - 1}; write input: { channels: ${found.channels} }.`,
      );
    return { ofRow: (row) => channel[row]!, found };
  }
  const [x, y] = [column(chosen.x!), column(chosen.y!)];
  const p = chosen.polarity === undefined ? undefined : polarities(place, of(chosen.polarity)!, chosen.polarity, rows);
  const found = { planes: p ? 2 : 1, height: highest(y, chosen.y!) + 1, width: highest(x, chosen.x!) + 1 };
  if (!wanted.input) return { ofRow: () => 0, found };
  const pixel = pixelOf(place, wanted, wanted.sensor, p !== undefined);
  return { ofRow: (row) => pixel(x[row]!, y[row]!, p?.[row] ?? 0), found };
}

const sizeOf = (input: InputShape): number =>
  'channels' in input ? input.channels : input.planes * input.height * input.width;

function numbers(place: string, values: Values, column: string): ArrayLike<number> {
  if (!isText(values)) return values as ArrayLike<number>;
  const row = Math.max(
    0,
    values.findIndex((value) => value.trim() === '' || Number.isNaN(Number(value))),
  );
  throw new UserError(
    `${place}: ${shownName(column)} holds text, such as ${listed(values.slice(row, row + 1))} in row ${row + 1}, in place of numbers; mend it, or name another column in dataset.columns.`,
  );
}

/** 0 or 1 of each event: numbers, or True and False. */
function polarities(place: string, values: Values, column: string, rows: number): Uint8Array {
  if (values.length !== rows)
    throw new UserError(
      `${place}: ${values.length} entries of ${shownName(column)} do not match ${rows} events; give each event one.`,
    );
  const known: Record<string, number> = { '0': 0, '-1': 0, '1': 1, false: 0, true: 1, off: 0, on: 1 };
  return Uint8Array.from({ length: rows }, (_, i) => {
    const polarity = known[String(values[i]).toLowerCase()];
    if (polarity === undefined)
      throw new UserError(
        `${place}: row ${i + 1} has ${shownName(column)} ${shownName(values[i]!)}, which is neither 0 (or -1) nor 1; write these.`,
      );
    return polarity;
  });
}
