/**
 * Cursors: short names of positions, kept in the data folder of this machine and not in the store, which may be somebody
 * else's. A cursor is the hash of its position: the same position has the same cursor, and asking twice gives the same.
 */
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { UserError } from '../../base/errors.ts';
import { readRegular, reason, writeAtomic } from '../../base/files.ts';
import { makeFolder } from '../../base/folders.ts';
import { sha256 } from '../../base/hash.ts';
import { dataFolder } from '../../datasets/library/locations.ts';
import type { Position } from './events.ts';

/** More are not kept; those that were not used for longest go first. */
const KEPT = 100;
/** Of 100,000 runs. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_CHARACTERS = 32 * 1024 * 1024;

const told = z.tuple([
  z.string().max(300),
  z.enum(['queued', 'running', 'finished', 'stopped', 'failed', 'interrupted']),
  z.number(),
  z.number(),
  z.number(),
]);
const fileSchema = z.object({ store: z.string(), runs: z.array(told).max(100_000) });

const folder = (): string => join(dataFolder(), 'cursors');

/** The cursor of a position in a store. Throws a UserError when it cannot be kept. */
export function cursorOf(store: string, position: Position): string {
  const runs = [...position].map(([id, { state, epoch, warning, resumes }]) => [id, state, epoch, warning, resumes]);
  const text = JSON.stringify({ store: resolve(store), runs });
  const cursor = sha256(text).slice(0, 12);
  const file = join(folder(), `${cursor}.gz`);
  try {
    makeFolder(folder());
    writeAtomic(file, gzipSync(text));
    sweep();
  } catch (error) {
    throw new UserError(`The cursor cannot be kept in ${folder()}: ${reason(error)}; LIF_DATA names another folder.`);
  }
  return cursor;
}

/** The position of a cursor of this store. Throws a UserError when there is none. */
export function positionOf(store: string, cursor: string): Position {
  const unknown = new UserError(
    `There is no cursor "${cursor}" of ${store} on this machine, where the last ${KEPT} are kept; without --since events are told from the first one, with --since now from now on.`,
  );
  if (!/^[0-9a-f]{12}$/.test(cursor)) throw unknown;
  const file = join(folder(), `${cursor}.gz`);
  let content: unknown;
  try {
    const bytes = readRegular(file, { limit: MAX_BYTES });
    content = JSON.parse(gunzipSync(bytes, { maxOutputLength: MAX_CHARACTERS }).toString());
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    throw unknown;
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success || parsed.data.store !== resolve(store)) throw unknown;
  return new Map(
    parsed.data.runs.map(([id, state, epoch, warning, resumes]) => [id, { state, epoch, warning, resumes }]),
  );
}

function sweep(): void {
  const files = readdirSync(folder()).filter((name) => name.endsWith('.gz'));
  if (files.length <= KEPT) return;
  const dated = files.map((name) => ({ name, time: statSync(join(folder(), name)).mtimeMs }));
  dated.sort((a, b) => b.time - a.time);
  for (const { name } of dated.slice(KEPT)) rmSync(join(folder(), name), { force: true });
}
