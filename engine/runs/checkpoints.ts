/** Checkpoints of a run: `checkpoints/<step>.safetensors`, the last few and that of the epoch that counts. */
import { closeSync, constants, fstatSync, readSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode, openUnlinked, readUpTo, reason, syncFolder, writeAtomic } from '../base/files.ts';
import { fileOf, makeRealFolder, namesIn } from './folder.ts';
import { countingLine } from './metrics/history.ts';
import { readHistory } from './metrics/reader.ts';
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

/** The newest checkpoint that is whole; those that are not are in `skipped`, with what is wrong as half a sentence. */
export function newestCheckpoint(folder: string): {
  found?: StoredCheckpoint & { bytes: Uint8Array };
  skipped: { file: string; damage: string }[];
} {
  const skipped: { file: string; damage: string }[] = [];
  for (const candidate of listCheckpoints(folder)) {
    const read = readWhole(candidate.file);
    if ('bytes' in read) return { found: { ...candidate, bytes: read.bytes }, skipped };
    skipped.push({ file: candidate.file, damage: read.damage });
  }
  return { skipped };
}

/** Whether there is a checkpoint to go on from: one that is whole. */
export function hasWholeCheckpoint(folder: string): boolean {
  return newestCheckpoint(folder).found !== undefined;
}

/** The checkpoint after this many weight updates, or why it cannot be had: the second half of a sentence about the run. */
export function readCheckpoint(folder: string, step: number): { bytes: Uint8Array } | { problem: string } {
  const all = listCheckpoints(folder);
  const found = all.find((one) => one.step === step);
  const others = all.filter((one) => one !== found).map((one) => one.step);
  const other = others.length > 0 ? `name another checkpoint (there are ${others.join(', ')}), ` : '';
  if (!found) return { problem: `has no checkpoint ${step} any more: ${other}or resume the run` };
  const read = readWhole(found.file);
  if ('bytes' in read) return read;
  const name = join('checkpoints', basename(found.file));
  return { problem: `has a damaged checkpoint, ${name} (${read.damage}): ${other}or resume the run` };
}

/** That of the epoch that counts, the newest, or the one after this many weight updates. */
export type CheckpointChoice = 'best' | 'last' | number;

/** The weight updates of the chosen checkpoint, or why there is none: the second half of a sentence about the run. */
export function findCheckpoint(folder: string, choice: CheckpointChoice): { step: number } | { problem: string } {
  const steps = listCheckpoints(folder).map(({ step }) => step);
  const [newest] = steps;
  if (newest === undefined)
    return {
      problem: 'has no checkpoint: the first comes as training goes on; where it has ended, run the variant again',
    };
  if (choice === 'last') return { step: newest };
  const there = `there are ${steps.join(', ')}`;
  if (choice !== 'best')
    return steps.includes(choice) ? { step: choice } : { problem: `has no checkpoint ${choice}; ${there}` };
  const counting = countingLine(readHistory(folder).epochs);
  if (!counting) return { problem: `has no evaluated epoch yet, so none that counts; name a checkpoint (${there})` };
  if (steps.includes(counting.step)) return { step: counting.step };
  return {
    problem: `has no checkpoint of epoch ${counting.epoch}, which counts in tables: it was not written yet, or an older version made the run and did not keep it; resume the run, train it again, or name another checkpoint (${there})`,
  };
}

/** The bytes of a file that is complete and undamaged, or what is wrong, as half a sentence. */
function readWhole(file: string): { bytes: Uint8Array } | { damage: string } {
  let fd: number | undefined;
  try {
    fd = openUnlinked(file, constants.O_RDONLY);
    const { size } = fstatSync(fd);
    // The header tells how long the file must be, before anybody makes room for it.
    const length = lengthBySafetensors(readUpTo(fd, 0, Math.min(size, MAX_HEADER + 8)));
    if (size > MAX_BYTES) return { damage: 'it is larger than any checkpoint can be' };
    if (length > size) return { damage: `it is cut off after ${size} of ${length} bytes` };
    if (length < size) return { damage: `it has ${size - length} bytes that belong to no tensor` };
    // Not a Buffer, whose slice() is a view: who reads tensors out of it must be able to rely on a Uint8Array.
    const bytes = new Uint8Array(size);
    if (readSync(fd, bytes, 0, size, 0) !== size) return { damage: 'it grew shorter while it was read' };
    decodeSafetensors(bytes);
    return { bytes };
  } catch (error) {
    return { damage: errorCode(error) === undefined ? halfOf(error) : reason(error) };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** What is wrong, as the part of a sentence about the file. */
const halfOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/^The checkpoint's/, 'its')
    .replace(/^The header of the checkpoint/, 'its header')
    .replace(/^The checkpoint/, 'it')
    .replace(/\.$/, '');
