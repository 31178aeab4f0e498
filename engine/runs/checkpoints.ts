/** Checkpoints of a run: `checkpoints/<step>.safetensors`, the last few. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder, writeDurably } from '../base/files.ts';
import { decodeSafetensors } from './safetensors.ts';

const KEPT = 3;
const NAME = /^(\d{12})\.safetensors$/;

export interface StoredCheckpoint {
  step: number;
  file: string;
}

/** All that look like checkpoints, newest first. */
export function listCheckpoints(folder: string): StoredCheckpoint[] {
  let names: string[];
  try {
    names = readdirSync(join(folder, 'checkpoints'));
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const match = NAME.exec(name);
      return match ? [{ step: Number(match[1]), file: join(folder, 'checkpoints', name) }] : [];
    })
    .sort((a, b) => b.step - a.step);
}

/** Writes aside, waits for the disk, renames; then forgets all but the last few. */
export function saveCheckpoint(folder: string, step: number, bytes: Uint8Array): void {
  const parent = join(folder, 'checkpoints');
  const file = join(parent, `${String(step).padStart(12, '0')}.safetensors`);
  const aside = `${file}.tmp`;
  try {
    // Somebody may have made room by hand. A run that was deleted as a whole stays deleted: its folder is not made.
    if (!existsSync(parent)) mkdirSync(parent);
    writeDurably(aside, bytes);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  syncFolder(parent);
  for (const old of listCheckpoints(folder).slice(KEPT)) rmSync(old.file, { force: true });
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

/** The bytes of a file that is complete and undamaged. */
function readWhole(file: string): Uint8Array | undefined {
  try {
    // Not a Buffer, whose slice() is a view: who reads tensors out of it must be able to rely on a Uint8Array.
    const bytes = new Uint8Array(readFileSync(file));
    decodeSafetensors(bytes);
    return bytes;
  } catch {
    return undefined;
  }
}
