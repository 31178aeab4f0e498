/** Analyses of a run: `analyses/<analysis>-<key>.json`, at once the request, how far it is and the answer. */
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode, writeAtomic } from '../base/files.ts';
import { sha256 } from '../base/hash.ts';
import { acquireLock, type Lock } from '../base/lock.ts';
import { fileOf, makeRealFolder } from './folder.ts';
import { type AnalysisFile, analysisFileSchema } from './format.ts';
import { canonicalJson } from './key.ts';
import { type Parsed, readJson } from './read.ts';

/** Where an analysis lies: the folder of its run, and `<analysis>-<key>`. */
export interface AnalysisPlace {
  folder: string;
  name: string;
}

/** What makes two analyses of a run the same: the question, its parameters and the checkpoint. */
export function analysisKey(analysis: string, checkpoint: number, params: unknown): string {
  return sha256(canonicalJson({ analysis, checkpoint, params })).slice(0, 16);
}

export function placeOf(folder: string, analysis: string, key: string): AnalysisPlace {
  return { folder, name: `${analysis}-${key}` };
}

const path = ({ name }: AnalysisPlace, ending: string) => ['analyses', `${name}.${ending}`];

function pathOf(place: AnalysisPlace, ending: string): string {
  return fileOf(place.folder, ...path(place, ending));
}

export function readAnalysis(place: AnalysisPlace): Parsed<AnalysisFile> {
  return readJson(place.folder, path(place, 'json'), analysisFileSchema);
}

/** Replaces the file, which readers see whole. A run that was deleted stays deleted. */
export function writeAnalysis(place: AnalysisPlace, file: AnalysisFile): void {
  makeRealFolder(fileOf(place.folder, 'analyses'));
  writeAtomic(pathOf(place, 'json'), `${JSON.stringify({ ...file, heartbeat: Date.now() })}\n`);
}

/** Fields of the file to change; `message: undefined` removes it. */
export function updateAnalysis(
  place: AnalysisPlace,
  patch: Partial<Omit<AnalysisFile, 'message'>> & { message?: string | undefined },
): void {
  const known = readAnalysis(place);
  if (!('value' in known)) throw new Error(known.damage);
  const { message, ...rest } = { ...known.value, ...patch };
  writeAnalysis(place, { ...rest, ...(message !== undefined && { message }) });
}

export function lockAnalysis(place: AnalysisPlace): Lock {
  return acquireLock(pathOf(place, 'lock'));
}

export function stopAnalysis(place: AnalysisPlace): void {
  try {
    writeFileSync(pathOf(place, 'stop'), '', { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

export function isAnalysisStopped(place: AnalysisPlace): boolean {
  try {
    return lstatSync(pathOf(place, 'stop'), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

export function clearAnalysisStop(place: AnalysisPlace): void {
  rmSync(pathOf(place, 'stop'), { force: true });
}
