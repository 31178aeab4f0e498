/** What your own data tell of themselves: the fields of a study, and what has to be asked. */

import { findPlace, openOwn } from './open.ts';
import { shownName } from './roles.ts';
import type { Wanted } from './schema.ts';
import { distinct, suggestedClasses } from './split.ts';

export interface FoundFields {
  /** A sentence about what lies there. */
  what: string;
  /** What the labels are, in the order of the classes. */
  classNames: (string | number)[];
  /** Fields as the files tell them; those that are given stay as they are. */
  fields: Record<string, unknown>;
  /** What the files do not tell: field → a sentence that asks for it. */
  asked: Record<string, string>;
}

/** Steps that are proposed for data in ms, and for pictures. */
const [PROPOSED_STEPS, PICTURE_STEPS] = [100, 10];

/** Looks at the files of `wanted`, relative to the experiment file. Rejects with a UserError. */
export async function findFields(wanted: Wanted, experimentFile: string): Promise<FoundFields> {
  const opened = await openOwn(findPlace(wanted, experimentFile), wanted);
  try {
    const own = { ...opened, ...(await opened.scan?.()) };
    const names = distinct(own.labels as ArrayLike<string | number>);
    const fields: Record<string, unknown> = {};
    const asked: Record<string, string> = {};
    const set = (name: keyof Wanted, value: unknown) => {
      fields[name] = wanted[name] ?? value;
    };
    const pooled = own.input && 'width' in own.input && own.atLeast ? pooledSize(own.input) : undefined;
    set('input', pooled ?? own.input);
    // Where the files tell the size of the camera, they do so when they are read, too.
    if (pooled && !own.sensor && own.input && 'width' in own.input && pooled.width < own.input.width)
      set('sensor', { width: own.input.width, height: own.input.height });
    set('classes', suggestedClasses(names));
    if (own.holds === 'pictures') {
      set('steps', PICTURE_STEPS);
      set('coding', { kind: 'direct' });
    } else Object.assign(fields, timeFields(wanted, own, asked));
    if (own.holds === 'real')
      asked.coding =
        'The array holds real numbers, which are no spikes: write coding: { kind: threshold, above: … } or { kind: delta, by: … }.';
    const parts = new Set(own.parts);
    if (wanted.split === undefined && !parts.has('test'))
      asked.split = `Nothing says which samples are for the test: write split: { by: share, test: 0.2 }${own.groups ? ', or split: { by: group, test: 0.2 } to keep groups apart' : ''}.`;
    if (own.atLeast && own.input && 'width' in own.input && wanted.input === undefined)
      asked.input = sizeSentence(own.input, own.sensor);
    return { what: `${own.what}, ${own.count} samples`, classNames: names, fields, asked };
  } finally {
    opened.close();
  }
}

function timeFields(
  wanted: Wanted,
  { unit: told, steps, longest = 0 }: Pick<Awaited<ReturnType<typeof openOwn>>, 'unit' | 'steps' | 'longest'>,
  asked: Record<string, string>,
): Record<string, unknown> {
  const unit = told;
  if (unit === 'step') {
    const { dt } = wanted;
    return { steps: wanted.steps ?? Math.max(1, Math.ceil(steps ?? longest + 1)), ...(dt !== undefined && { dt }) };
  }
  if (unit === undefined) {
    asked.timeUnit = `Nothing says in which unit times are (the last is ${shownName(longest)}): write timeUnit: s, ms, us, ns or step.`;
    return { ...(wanted.steps && { steps: wanted.steps }), ...(wanted.dt && { dt: wanted.dt }) };
  }
  const lasts = (longest * unit) / 1000;
  const dt = wanted.dt ?? roundNumber(lasts / (wanted.steps ?? PROPOSED_STEPS));
  return {
    dt: dt || 1, // So that the last event lies within.
    steps: wanted.steps ?? Math.max(1, Math.floor(lasts / (dt || 1)) + 1),
  };
}

/** The next of 1, 2, 2.5, 5 and their multiples by powers of ten that is not smaller. */
function roundNumber(value: number): number {
  if (!(value > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9))!;
  return Number((factor * power).toPrecision(2));
}

/** Inputs that are proposed for cameras: as many as DVS128 Gesture has at 64 x 64. */
const PROPOSED_INPUTS = 8192;

/** Pixels of a camera divided by the smallest whole number that leaves few enough. */
function pooledSize({ planes, height, width }: { planes: number; height: number; width: number }) {
  for (let by = 1; ; by++) {
    const size = { planes, height: Math.ceil(height / by), width: Math.ceil(width / by) };
    if (size.planes * size.height * size.width <= PROPOSED_INPUTS) return size;
  }
}

function sizeSentence({ width, height }: { width: number; height: number }, sensor: object | undefined): string {
  return sensor
    ? `The camera has ${width} x ${height} pixels, which are pooled into those of input: more see more and take more time.`
    : `Events reach pixel (${width - 1}, ${height - 1}): write the size of the camera as sensor if it is larger; its pixels are pooled into those of input.`;
}
