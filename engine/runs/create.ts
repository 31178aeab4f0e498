/** New runs: complete folders appear in the store all at once, or not at all. */
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { reason, syncFolder, writeDurably } from '../base/files.ts';
import { makeFolder } from '../base/folders.ts';
import { ownerOf } from '../base/lock.ts';
import type { RunSpec } from '../experiment/schema.ts';
import { filePlaceOf, makeRealFolder, runsFolder } from './folder.ts';
import { FORMAT_VERSION, type Provenance, type RunFile, type Status } from './format.ts';
import { newRunId, runKey } from './key.ts';
import { type Origin, writeOrigin } from './origin.ts';

/** Leftovers of a process that died while it made a run are swept away after this long. */
const LEFTOVER_MS = 60 * 60 * 1000;

/**
 * Creates a queued run for each spec, in this order, and returns their folders. Throws a UserError when the store cannot
 * be written; then it holds none of them. `analyses` are done once they are trained; `origin` is kept beside each run.
 */
export function createRuns(
  store: string,
  specs: RunSpec[],
  provenance: Partial<Provenance> | ((spec: RunSpec) => Partial<Provenance>),
  analyses?: Record<string, unknown>,
  origin?: Origin,
): string[] {
  const parent = runsFolder(store);
  const staged: { aside: string; id: string }[] = [];
  const created: string[] = [];
  try {
    prepareStore(store, parent);
    const now = Date.now();
    // One millisecond apart, so that sorting by time keeps the order of the file.
    for (const [i, spec] of specs.entries()) {
      const own = typeof provenance === 'function' ? provenance(spec) : provenance;
      staged.push(stage(parent, spec, { provenance: own, ...(analyses && { analyses }) }, now + i, origin));
    }
    for (const { aside, id } of staged) {
      renameSync(aside, join(parent, id));
      created.push(join(parent, id));
    }
    syncFolder(parent);
    return created;
  } catch (error) {
    for (const folder of [...created, ...staged.map((s) => s.aside)]) rmSync(folder, { recursive: true, force: true });
    throw new UserError(
      `The runs cannot be written to ${parent}: ${reason(error)}; choose another folder with --store.`,
    );
  }
}

function prepareStore(store: string, parent: string): void {
  const root = resolve(store);
  const isNew = !existsSync(root);
  makeFolder(dirname(root));
  makeRealFolder(root);
  makeRealFolder(parent);
  // Runs are results, often large: they stay out of version control unless somebody decides otherwise.
  if (isNew) writeFileSync(join(root, '.gitignore'), '*\n', { flag: 'wx' });
  for (const name of readdirSync(parent)) {
    if (!/^\.(new|gone)-/.test(name)) continue;
    const info = lstatSync(join(parent, name), { throwIfNoEntry: false });
    if (info && Date.now() - info.mtimeMs > LEFTOVER_MS) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function stage(
  parent: string,
  spec: RunSpec,
  more: Pick<RunFile, 'provenance' | 'analyses'>,
  createdAt: number,
  origin: Origin | undefined,
) {
  let id = newRunId(spec, createdAt);
  while (existsSync(join(parent, id))) id = newRunId(spec, createdAt);
  const aside = join(parent, `.new-${id}`);
  const place = filePlaceOf(dirname(parent), spec.file);
  const run: RunFile = {
    format: FORMAT_VERSION,
    id,
    createdAt,
    ...(place !== undefined && { place }),
    key: runKey(spec),
    spec: { ...spec },
    ...more,
  };
  try {
    mkdirSync(aside);
    mkdirSync(join(aside, 'checkpoints'));
    writeDurably(join(aside, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
    if (origin) writeOrigin(aside, origin);
    // Ours until somebody takes charge of it: making many runs and starting a process take their time on a busy machine.
    const status = { ...queuedStatus(spec.training.epochs), ...ownerOf(process.pid) };
    writeDurably(join(aside, 'status.json'), JSON.stringify(status));
    syncFolder(aside);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
  return { aside, id };
}

/** Status of a run that waits, and that no process has taken charge of yet. */
export function queuedStatus(epochs: number): Status {
  return {
    state: 'queued',
    heartbeat: Date.now(),
    epoch: 0,
    epochs,
    progress: 0,
    seconds: 0,
    samplesPerSecond: 0,
  };
}
