/** Reading the JSON files of one run folder, whatever state they are in: what can be saved, and in words what cannot. */
import { type Content, errorCode, readSmall, reason } from '../base/files.ts';
import { sha256 } from '../base/hash.ts';
import { fileNow, fileOf } from './folder.ts';
import { type Note, noteSchema, type RunFile, runFileSchema, type Status, statusSchema } from './format.ts';

/** Ours have a few kilobytes. */
const MAX_JSON = { 'run.json': 1024 * 1024, 'status.json': 64 * 1024, 'note.json': 64 * 1024 };
/** Answers of analyses. */
const MAX_RESULT = 16 * 1024 * 1024;
/** Longer texts of a run are cut when they are shown. */
export const MAX_NAME = 1000;
export const MAX_SENTENCE = 2000;
/** Longer paths lead nowhere. */
export const MAX_PATH = 4096;

/** A JSON file of the store against its schema. */
export type Parsed<T> = { value: T } | { damage: string; raw?: unknown; missing?: true };

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: Issue[] } };
}
interface Issue {
  path: PropertyKey[];
  message: string;
}

/** A JSON file of a run; `names` lead to it. */
export function readJson<T>(folder: string, names: string | string[], schema: Schema<T>): Parsed<T> {
  const path = [names].flat();
  const name = path.join('/');
  let content: Content;
  try {
    content = readSmall(fileOf(folder, ...path), MAX_JSON[name as keyof typeof MAX_JSON] ?? MAX_RESULT);
  } catch (error) {
    content = errorCode(error) === 'ENOENT' ? { missing: true } : { problem: `cannot be opened (${reason(error)})` };
  }
  if ('missing' in content) return { damage: `${name} is missing.`, missing: true };
  if ('problem' in content) return { damage: `${name} ${content.problem}.` };
  let raw: unknown;
  try {
    raw = JSON.parse(content.text);
  } catch {
    return { damage: content.text === '' ? `${name} is empty.` : `${name} is not valid JSON.` };
  }
  const checked = schema.safeParse(raw);
  if (checked.success) return { value: checked.data };
  const issue = checked.error.issues[0];
  const where = issue?.path.map(String).join('.');
  return {
    damage: `${name} is damaged${where ? ` at ${where}` : ''}: ${issue?.message ?? 'unexpected content'}.`,
    raw,
  };
}

export function readRunFile(folder: string): Parsed<RunFile> {
  return readJson(folder, 'run.json', runFileSchema);
}

/**
 * A run.json without the settings, and what they hash to: the same for all seeds and under any name. The experiment file is
 * where it lies now; where it is said to lie is `recorded`.
 */
export type RunHead = RunFile & { settings: string | undefined; recorded: string };

/** What the list of runs has to know of run.json: without the settings, which may be large. */
export function readRunHead(folder: string): Parsed<RunHead> {
  const run = readRunFile(folder);
  if ('value' in run) {
    const { study, variant, seed, file, training } = run.value.spec;
    const spec = {
      study,
      variant,
      seed,
      file: fileNow(folder, file, run.value.place),
      training: { epochs: training.epochs },
    };
    const { format, id, createdAt, key, provenance } = run.value;
    const samples = provenance.samples && { samples: provenance.samples };
    // Ours are of 64 signs: one that was cut is no other's.
    return {
      value: {
        ...{ format, id: cut(id, MAX_NAME), createdAt, key: cut(key, 100), spec, provenance: { ...samples } },
        ...(run.value.place !== undefined && { place: run.value.place }),
        settings: settingsHash(run.value.spec),
        recorded: cut(file, MAX_PATH),
      },
    };
  }
  const { spec, createdAt } = asObject(run.raw);
  const { study, variant, seed, file, training } = asObject(spec);
  const head = {
    study: cutValue(study),
    variant: cutValue(variant),
    seed: cutValue(seed),
    file: cutValue(file),
    training: { epochs: cutValue(asObject(training).epochs) },
  };
  return { damage: cut(run.damage, MAX_SENTENCE), raw: { createdAt: cutValue(createdAt), spec: head } };
}

function settingsHash({
  study: _,
  variant: __,
  seed: ___,
  file: ____,
  ...settings
}: RunFile['spec']): string | undefined {
  try {
    return sha256(JSON.stringify(settings));
  } catch {
    // Nested deeper than there is room for: none of ours.
    return undefined;
  }
}

/** A number, or a text that is not long. */
function cutValue(value: unknown): string | number | undefined {
  return typeof value === 'string' ? cut(value, MAX_NAME) : typeof value === 'number' ? value : undefined;
}

export function cut(text: string, length: number): string {
  // Through bytes: a slice of a text would keep all of it in memory.
  return text.length > length ? `${Buffer.from(text.slice(0, length - 1)).toString()}…` : text;
}

export function readStatus(folder: string): Parsed<Status> {
  const status = readJson(folder, 'status.json', statusSchema);
  if (!('value' in status)) return { damage: cut(status.damage, MAX_SENTENCE) };
  const { message } = status.value;
  return message === undefined ? status : { value: { ...status.value, message: cut(message, MAX_SENTENCE) } };
}

/** What somebody thinks of a run; nothing where nobody said anything. */
export function readNote(folder: string): Parsed<Note> | undefined {
  const note = readJson(folder, 'note.json', noteSchema);
  if ('value' in note) return note;
  return note.missing ? undefined : { damage: cut(note.damage, MAX_SENTENCE) };
}

export function asObject(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}
