/** Which column or array is what: by the name that a study gives it, or by the usual ones. */
import { UserError } from '../../../base/errors.ts';
import type { Split } from '../../dataset.ts';
import type { Unit } from './own.ts';
import type { Columns, Wanted } from './schema.ts';

export type Role = keyof Columns;

const USUAL: Record<Role, string[]> = {
  sample: ['sample', 'samples', 'sample_id', 'sample_index', 'trial', 'trial_id', 'recording', 'id'],
  time: ['time', 'times', 't', 'ts', 'timestamp', 'timestamps', 'spike_time', 'spike_times'],
  channel: ['channel', 'channels', 'ch', 'unit', 'units', 'neuron', 'neurons', 'address', 'addr', 'spike_units'],
  x: ['x', 'col', 'column'],
  y: ['y', 'row'],
  polarity: ['p', 'polarity', 'pol', 'on'],
  data: ['x', 'data', 'spikes', 'events', 'samples', 'images', 'frames', 'inputs'],
  label: ['label', 'labels', 'y', 'class', 'classes', 'target', 'targets'],
  group: ['group', 'groups', 'speaker', 'subject', 'user', 'session'],
  split: ['split', 'part', 'subset'],
  file: ['file', 'filename', 'file_name', 'name', 'path'],
};

const UNITS: [RegExp, number][] = [
  [/(?:^|[_\s([])(?:s|sec|seconds)[)\]]?$/i, 1e6],
  [/(?:^|[_\s([])(?:ms|msec|milliseconds)[)\]]?$/i, 1e3],
  [/(?:^|[_\s([])(?:us|usec|µs|μs|microseconds)[)\]]?$/i, 1],
  [/(?:^|[_\s([])(?:ns|nsec|nanoseconds)[)\]]?$/i, 1e-3],
];

/** µs, from a name that ends with a unit: t_ms, time (s), timestamp_us. */
export const unitInName = (name: string): number | undefined => UNITS.find(([pattern]) => pattern.test(name))?.[1];

/** The unit of the times, as the study has it or as the files tell. */
export function unitOf(timeUnit: Wanted['timeUnit']): Unit | undefined {
  if (timeUnit === undefined || timeUnit === 'step') return timeUnit;
  return typeof timeUnit === 'number' ? timeUnit * 1e3 : { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 }[timeUnit];
}

/** Without the groups it lies in, a unit at its end and the case of its letters. */
function plainName(name: string): string {
  const last = name
    .slice(name.lastIndexOf('/') + 1)
    .toLowerCase()
    .trim();
  const unit =
    /^(.+?)[_\s]*[([_\s](?:s|sec|seconds|ms|msec|milliseconds|us|usec|µs|μs|microseconds|ns|nsec|nanoseconds)[)\]]?$/.exec(
      last,
    );
  return unit ? unit[1]! : last;
}

/**
 * The column of a role, or undefined when there is none. Throws a UserError when the study names one that is not there.
 */
export function findRole(
  place: string,
  names: readonly string[],
  role: Role,
  columns: Columns = {},
): string | undefined {
  const named = columns[role];
  if (named === undefined)
    return USUAL[role].map((usual) => names.find((name) => plainName(name) === usual)).find(Boolean);
  if (names.includes(named)) return named;
  throw new UserError(
    `${place}: has no ${shownName(named)}, which dataset.columns.${role} names; there are ${listed(names)}.`,
  );
}

/** The column of a role that has to be there. Throws a UserError. */
export function needRole(
  place: string,
  names: readonly string[],
  role: Role,
  columns: Columns | undefined,
  why: string,
): string {
  const found = findRole(place, names, role, columns);
  if (found !== undefined) return found;
  throw new UserError(
    `${place}: nothing in it is called as ${why} usually is; name it in dataset.columns.${role}, of ${listed(names)}.`,
  );
}

export const shownName = (name: string | number): string =>
  String(name)
    .slice(0, 60)
    .replace(/[\p{C}\ufffd]/gu, '?');

export function listed(names: readonly (string | number)[]): string {
  const shown = names.slice(0, 12).map(shownName).join(', ');
  return names.length > 12 ? `${shown} …` : shown || 'none';
}

const PARTS: [RegExp, Split][] = [
  [/(?:^|[^a-z])(?:train|training|tr)(?:[^a-z]|$)/i, 'train'],
  [/(?:^|[^a-z])(?:val|valid|validation|dev)(?:[^a-z]|$)/i, 'validation'],
  [/(?:^|[^a-z])(?:test|testing|te|eval|evaluation)(?:[^a-z]|$)/i, 'test'],
];

/** Which split a name is of: x_train, shd_test.h5, Test, validation. */
export const partInName = (name: string): Split | undefined => PARTS.find(([pattern]) => pattern.test(name))?.[1];
