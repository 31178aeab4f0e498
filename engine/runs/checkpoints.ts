/** Checkpoints of a run: `checkpoints/<step>.safetensors`, the last few and that of the epoch that counts. */
import { closeSync, constants, fstatSync, readSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openUnlinked, readUpTo, syncFolder, writeAtomic } from '../base/files.ts';
import { fileOf, makeRealFolder, namesIn } from './folder.ts';
import { countingLine } from './metrics/history.ts';
import { readHistory } from './read.ts';
import { decodeSafetensors, lengthBySafetensors, MAX_HEADER } from './safetensors.ts';

const KEPT = 3;
/** Larger ones are not ours: a network of this size would not fit into the memory of its kernels. */
const MAX_BYTES = 2 ** 31 - 1;
const NAME = /^(\d{12})\.safetensors$/;

export interface StoredCheckpoint {
  step: number;
  file: string;
}

/** All that look like checkpoints, newest first. */
export function listCheckpoints(folder: string): StoredCheckpoint[] {
  return namesIn(folder, 'checkpoints')
    .flatMap((name) => {
      const match = NAME.exec(name);
      return match ? [{ step: Number(match[1]), file: join(folder, 'checkpoints', name) }] : [];
    })
    .sort((a, b) => b.step - a.step);
}

/**
 * Writes aside, waits for the disk, renames; then forgets all but the last few and the one after `chosen` weight updates.
 * What lies beyond `step` was passed over when the run was resumed: it is not what the run is going to do.
 */
export function saveCheckpoint(folder: string, step: number, bytes: Uint8Array, chosen?: number): void {
  // Somebody may have made room by hand. A run that was deleted as a whole stays deleted: its folder is not made.
  makeRealFolder(fileOf(folder, 'checkpoints'));
  const file = fileOf(folder, 'checkpoints', `${String(step).padStart(12, '0')}.safetensors`);
  writeAtomic(file, bytes);
  syncFolder(dirname(file));
  const all = listCheckpoints(folder);
  const last = all.filter((one) => one.step <= step).slice(0, KEPT);
  for (const old of all) if (!last.includes(old) && old.step !== chosen) rmSync(old.file, { force: true });
}

/** The newest checkpoint that is whole; those that are not are named in `skipped`. */
export function newestCheckpoint(folder: string): {
  found?: StoredCheckpoint & { bytes: Uint8Array };
  skipped: string[];
} {
  const skipped: string[] = [];
  for (const candidate of listCheckpoints(folder)) {
    const bytes = readWhole(candidate.file);
    if (bytes) return { found: { ...candidate, bytes }, skipped };
    skipped.push(candidate.file);
  }
  return { skipped };
}

/** The checkpoint after so many weight updates; undefined when it is not there or not whole. */
export function readCheckpoint(folder: string, step: number): Uint8Array | undefined {
  const found = listCheckpoints(folder).find((one) => one.step === step);
  return found && readWhole(found.file);
}

/** That of the epoch that counts, the newest, or the one after so many weight updates. */
export type CheckpointChoice = 'best' | 'last' | number;

/** The weight updates of the chosen checkpoint, or why there is none: the second half of a sentence about the run. */
export function findCheckpoint(folder: string, choice: CheckpointChoice): { step: number } | { problem: string } {
  const steps = listCheckpoints(folder).map(({ step }) => step);
  const [newest] = steps;
  if (newest === undefined) return { problem: 'has no checkpoint yet' };
  if (choice === 'last') return { step: newest };
  const there = `there are ${steps.join(', ')}`;
  if (choice !== 'best')
    return steps.includes(choice) ? { step: choice } : { problem: `has no checkpoint ${choice}; ${there}` };
  const counting = countingLine(readHistory(folder).epochs);
  if (!counting) return { problem: `has no evaluated epoch yet, so none that counts; name a checkpoint (${there})` };
  if (steps.includes(counting.step)) return { step: counting.step };
  return {
    problem: `has no checkpoint of epoch ${counting.epoch}, which counts in tables: it was not written yet, or the run is older than its being kept; resume the run, train it again, or name another checkpoint (${there})`,
  };
}

/** The bytes of a file that is complete and undamaged. */
function readWhole(file: string): Uint8Array | undefined {
  let fd: number | undefined;
  try {
    fd = openUnlinked(file, constants.O_RDONLY);
    const { size } = fstatSync(fd);
    // The header tells how long the file must be, before anybody makes room for it.
    const length = lengthBySafetensors(readUpTo(fd, 0, Math.min(size, MAX_HEADER + 8)));
    if (length !== size || size > MAX_BYTES) return undefined;
    // Not a Buffer, whose slice() is a view: who reads tensors out of it must be able to rely on a Uint8Array.
    const bytes = new Uint8Array(size);
    if (readSync(fd, bytes, 0, size, 0) !== size) return undefined;
    decodeSafetensors(bytes);
    return bytes;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
