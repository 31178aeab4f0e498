/** NumPy files: samples as one array over time, pictures as one array, or events as arrays of one length. */
import { UserError } from '../../../../base/errors.ts';
import type { Split } from '../../../dataset.ts';
import { hashOf } from '../../../formats/files.ts';
import { type NpyArray, openArrays } from '../../../formats/npy.ts';
import { numbersOf, valuesOf } from '../../../formats/npy-values.ts';
import { isText, type Table, type Values } from '../../../formats/table.ts';
import { pooled } from '../../../images/pool.ts';
import type { EventBuffer } from '../../../recordings/binning.ts';
import type { InputShape } from '../../definition.ts';
import { showsPictures } from '../describe.ts';
import { partsOf, readLabels, readLabelsInOrder } from '../labels.ts';
import { joined, type OwnData } from '../own.ts';
import { findRole, listed, partInName, shownName, unitOf } from '../roles.ts';
import type { Columns, Wanted } from '../schema.ts';
import { encoder } from './encode.ts';
import { readEventTable } from './event-table.ts';

/** Opens a file with one array of samples, or of events, for each split it has. Rejects with a UserError. */
export async function openArrayFile(file: string, wanted: Wanted, labels: string | undefined): Promise<OwnData> {
  const { arrays, close } = openArrays(file);
  try {
    const sets = bySplit(arrays);
    const opened: OwnData[] = [];
    for (const { part, arrays: ofPart } of sets)
      opened.push(await openSet(file, ofPart, wanted, part ? undefined : labels));
    const all = joined(
      opened,
      sets.map(({ part }) => part),
    );
    return {
      ...all,
      checksums: async () => ({
        [file.slice(file.lastIndexOf('/') + 1)]: await hashOf(file, 'sha256', 'save it again'),
      }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** x_train, y_train, x_test, y_test are two sets of arrays, x and y; in the order training, validation, test. */
function bySplit(arrays: NpyArray[]): { part: Split | undefined; arrays: NpyArray[] }[] {
  const sets = (['train', 'validation', 'test'] as const).flatMap((part) => {
    const ofPart = arrays.filter(({ name }) => partInName(name) === part);
    return ofPart.length > 0
      ? [{ part, arrays: ofPart.map((array) => ({ ...array, name: withoutPart(array.name) })) }]
      : [];
  });
  return sets.length > 1 ? sets : [{ part: undefined, arrays }];
}

const withoutPart = (name: string): string =>
  name.replace(/[_\-. ]*(?:training|train|validation|valid|val|dev|testing|test|evaluation|eval)[_\-. ]*/i, '') || name;

async function openSet(file: string, arrays: NpyArray[], wanted: Wanted, labels: string | undefined): Promise<OwnData> {
  const dense = denseArray(file, arrays, wanted.columns);
  if (!dense) return openEvents(file, arrays, wanted, labels);
  const count = dense.shape[0]!;
  const beside =
    labels === undefined
      ? labelArrays(file, arrays, wanted.columns, count)
      : readLabelsInOrder(labels, wanted.columns, count);
  const pictures = wanted.coding
    ? showsPictures(wanted as { coding: NonNullable<Wanted['coding']> })
    : looksLikePictures(dense);
  return { ...beside, ...(pictures ? openPictures(file, dense, wanted) : openOverTime(file, dense, wanted)) };
}

/** The array of samples: that of the most dimensions, if these are three or more, or the one that is named. */
function denseArray(file: string, arrays: NpyArray[], columns: Columns | undefined): NpyArray | undefined {
  const many = arrays.filter(({ shape, fields }) => shape.length >= 3 && fields.length === 1);
  const name = findRole(
    file,
    arrays.map((array) => array.name),
    'data',
    columns,
  );
  const named =
    columns?.data === undefined
      ? many.find((array) => array.name === name)
      : arrays.find((array) => array.name === name);
  if (!named && many.length > 1)
    throw new UserError(
      `${file}: has ${many.length} arrays that could be the samples; name one in dataset.columns.data, of ${listed(many.map((array) => array.name))}.`,
    );
  const found = named ?? many[0];
  const table = arrays.find(({ shape, fields }) => shape.length === 2 && fields.length === 1);
  const times = findRole(
    file,
    arrays.map((array) => array.name),
    'time',
    columns,
  );
  if (!found && table && times === undefined)
    throw new UserError(
      `${file}: ${shownName(table.name) || 'its array'} of ${table.shape.join(' x ')} has no steps; samples over time are an array [samples, steps, channels], pictures one of bytes [samples, height, width].`,
    );
  if (found && (found.shape.length < 3 || found.shape.some((size) => size === 0)))
    throw new UserError(
      `${file}: ${shownName(found.name)} is an array of ${found.shape.join(' x ')}, but samples are [samples, steps, channels] with none of these 0.`,
    );
  return found;
}

function labelArrays(file: string, arrays: NpyArray[], columns: Columns | undefined, count: number) {
  const find = (role: 'label' | 'group' | 'split') => {
    const names = arrays.filter(({ shape }) => shape.length === 1).map(({ name }) => name);
    const name = findRole(file, names, role, columns);
    if (name === undefined) return undefined;
    const values = valuesOf(arrays.find((array) => array.name === name)!);
    if (values.length !== count)
      throw new UserError(
        `${file}: ${values.length} entries of ${shownName(name)} do not match ${count} samples; save one for each.`,
      );
    return values;
  };
  const labels = find('label');
  if (!labels)
    throw new UserError(
      `${file}: has no array of ${count} labels; save one as y, name it in dataset.columns.label, or give a table as dataset.labels.`,
    );
  const split = find('split');
  return { count, labels, groups: find('group'), parts: split && partsOf(file, split, 'split') };
}

/** Levels of grey, and not counts of spikes. */
const looksLikePictures = ({ shape, fields }: NpyArray): boolean =>
  fields[0]!.type.kind === 'u' &&
  fields[0]!.type.size === 1 &&
  (shape.length === 3 || (shape.length === 4 && [1, 3].includes(shape[3]!))) &&
  shape[1] === shape[2];

function openPictures(file: string, array: NpyArray, wanted: Wanted): Omit<OwnData, 'count' | 'labels'> {
  const [, height, width, planes = 1] = array.shape as [number, number, number, number?];
  const { kind, size } = array.fields[0]!.type;
  if (kind !== 'u' || size !== 1 || array.shape.length > 4 || ![1, 3].includes(planes))
    throw new UserError(
      `${file}: pictures are an array of bytes (uint8) [samples, height, width] or [samples, height, width, 3], but ${shownName(array.name)} has ${array.shape.join(' x ')} of type ${kind}${8 * size}.`,
    );
  let all: Buffer | undefined;
  const bytes = height * width * planes;
  return {
    what: 'pictures as a NumPy array',
    input: { planes, height, width },
    holds: 'pictures',
    pixels(index) {
      all ??= array.bytes();
      return pooled(
        file,
        { planes, height, width, pixels: all.subarray(index * bytes, (index + 1) * bytes) },
        wanted.input,
      );
    },
    checksums: () => ({}),
    close() {},
  };
}

function openOverTime(file: string, array: NpyArray, wanted: Wanted): Omit<OwnData, 'count' | 'labels'> {
  const [, steps, ...rest] = array.shape as [number, number, ...number[]];
  const channels = rest.reduce((all, size) => all * size, 1);
  const { type } = array.fields[0]!;
  if (isText(type.kind === 'U' || type.kind === 'S' ? ['text'] : []))
    throw new UserError(`${file}: ${shownName(array.name)} holds text; samples are numbers.`);
  if (rest.length > 3)
    throw new UserError(
      `${file}: ${shownName(array.name)} has ${array.shape.length} dimensions; samples over time are [samples, steps, channels] or [samples, steps, planes, height, width].`,
    );
  const found: InputShape =
    rest.length === 1
      ? { channels }
      : { planes: rest.length === 3 ? rest[0]! : 1, height: rest.at(-2)!, width: rest.at(-1)! };
  const write = encoder(`${file}: ${shownName(array.name)}`, wanted.coding, channels);
  const delta = wanted.coding?.kind === 'delta';
  let all: Buffer | undefined;
  return {
    what: 'samples as a NumPy array',
    input: delta ? ('channels' in found ? { channels: 2 * channels } : { ...found, planes: 2 * found.planes }) : found,
    steps,
    unit: unitOf(wanted.timeUnit) ?? 'step',
    holds: type.kind === 'f' && !wanted.coding ? 'real' : 'events',
    longest: steps,
    read(index: number, events: EventBuffer) {
      all ??= array.bytes();
      const from = index * steps * channels;
      write(index, numbersOf(type, all, from, from + steps * channels), steps, events);
    },
    checksums: () => ({}),
    close() {},
  };
}

/** Arrays of one length, an entry for each event; or one array of records. */
async function openEvents(
  file: string,
  arrays: NpyArray[],
  wanted: Wanted,
  labels: string | undefined,
): Promise<OwnData> {
  const records = arrays.filter(({ shape, fields }) => shape.length === 1 && fields.length > 1);
  const columns = new Map<string, () => Values>();
  for (const array of arrays)
    if (array.shape.length === 1)
      for (const field of array.fields)
        columns.set(array.fields.length > 1 ? field.name : array.name, () => valuesOf(array, field));
  if (records.length > 1 || columns.size === 0)
    throw new UserError(
      `${file}: has neither an array [samples, steps, channels] nor arrays of sample, time and channel with an entry for each event; it has ${listed(arrays.map((array) => `${array.name || 'an array'} of ${array.shape.join(' x ')}`))}.`,
    );
  const table: Table = {
    columns: [...columns.keys()],
    read: (names) => names.map((name) => columns.get(name)!()),
    close() {},
  };
  const beside =
    labels === undefined
      ? labelsInOrder(file, arrays, wanted.columns)
      : ({ named: readLabels(labels, 'sample', wanted.columns) } as const);
  return readEventTable(file, table, wanted, beside, { what: 'events as NumPy arrays', checksums: () => ({}) });
}

/** Labels of samples, where there are fewer of them than events. */
function labelsInOrder(file: string, arrays: NpyArray[], columns: Columns | undefined) {
  const lists = arrays.filter(({ shape, fields }) => shape.length === 1 && fields.length === 1);
  const names = lists.map(({ name }) => name);
  const length = (name: string | undefined) => lists.find((array) => array.name === name)?.shape[0];
  const label = findRole(file, names, 'label', columns);
  const records = arrays.find(({ shape, fields }) => shape.length === 1 && fields.length > 1);
  const events = records?.shape[0] ?? length(findRole(file, names, 'time', columns));
  if (label === undefined || length(label) === events) return undefined;
  return { ordered: labelArrays(file, arrays, columns, length(label)!) };
}
