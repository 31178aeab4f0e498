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
  const own = await openOwn(findPlace(wanted, experimentFile), wanted);
  try {
    const names = distinct(own.labels as ArrayLike<string | number>);
    const fields: Record<string, unknown> = {};
    const asked: Record<string, string> = {};
    const set = (name: keyof Wanted, value: unknown) => {
      fields[name] = wanted[name] ?? value;
    };
    set('input', own.input);
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
      asked.input = `Events reach pixel (${own.input.width - 1}, ${own.input.height - 1}): write the size of the camera if it is larger, and take fewer pixels to pool them.`;
    return { what: `${own.what}, ${own.count} samples`, classNames: names, fields, asked };
  } finally {
    own.close();
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
  // So that the last event lies within.
  const dt = wanted.dt ?? Number((lasts / (wanted.steps ?? PROPOSED_STEPS)).toPrecision(2));
  return { dt: dt || 1, steps: wanted.steps ?? Math.max(1, Math.floor(lasts / (dt || 1)) + 1) };
}
