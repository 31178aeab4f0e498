/** Analyses of a run: `analyses/<analysis>-<key>.json`, at once the request, how far it is and the answer. */
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { AnalysisAnswer, AnalysisSummary } from '../../protocol/analyses/analyses.ts';
import { errorCode, writeAtomic } from '../base/files.ts';
import { sha256 } from '../base/hash.ts';
import { acquireLock, type Lock } from '../base/lock.ts';
import type { TaskState } from './cluster.ts';
import { fileOf, makeRealFolder, namesIn } from './folder.ts';
import { type AnalysisFile, analysisFileSchema, type ClusterTask } from './format.ts';
import { canonicalJson } from './key.ts';
import { cut, MAX_SENTENCE, type Parsed, readJson } from './read.ts';
import { stateWithTask, waitingText } from './summary.ts';

/** Where an analysis lies: the folder of its run, and `<analysis>-<key>`. */
export interface AnalysisPlace {
  folder: string;
  name: string;
}

/** What makes two analyses of a run the same: the question, its parameters and the checkpoint. */
export function analysisKey(analysis: string, checkpoint: number, params: unknown): string {
  return sha256(canonicalJson({ analysis, checkpoint, params })).slice(0, 16);
}

export function answerPlaceOf(folder: string, analysis: string, key: string): AnalysisPlace {
  return { folder, name: `${analysis}-${key}` };
}

/** Names that a reader gives back: an analysis and its key, and never a way out of the folder. */
const NAME = /^[a-z][a-z-]{0,60}-[0-9a-f]{16}$/;
/** Analyses of a run that are looked at, at most. */
const MAX_ANALYSES = 1000;
/** And of all runs in one answer. */
const MAX_LISTED = 10_000;
/** Parameters are a few numbers and words: those of more characters are damage. */
const MAX_PARAMS = 4096;

export function isAnalysisName(name: string): boolean {
  return NAME.test(name);
}

const path = ({ name }: AnalysisPlace, ending: string) => ['analyses', `${name}.${ending}`];

function pathOf(place: AnalysisPlace, ending: string): string {
  return fileOf(place.folder, ...path(place, ending));
}

export function readAnalysis(place: AnalysisPlace): Parsed<AnalysisFile> {
  return readJson(place.folder, path(place, 'json'), analysisFileSchema);
}

/** Where the analyses of a run lie. */
export function analysesIn(folder: string): AnalysisPlace[] {
  return namesIn(folder, 'analyses')
    .filter((file) => file.endsWith('.json') && NAME.test(file.slice(0, -5)))
    .slice(0, MAX_ANALYSES)
    .map((file) => ({ folder, name: file.slice(0, -5) }));
}

/** What Slurm last said of the task of an analysis that a cluster does. */
export type TaskOf = (cluster: ClusterTask | undefined) => TaskState | undefined;

/** One answer, or how far it is. Throws an Error when it is damaged or not there. */
export function answerOf(runId: string, place: AnalysisPlace, taskOf?: TaskOf): AnalysisAnswer {
  const file = readAnalysis(place);
  if ('damage' in file) throw new Error(file.damage);
  const { analysis, checkpoint, params, progress, heartbeat, result, cluster } = file.value;
  if ((JSON.stringify(params)?.length ?? 0) > MAX_PARAMS) throw new Error('its parameters are longer than any are.');
  const task = cluster && taskOf?.(cluster);
  const state = stateWithTask(file.value, Date.now() - heartbeat, undefined, task);
  const message = cluster && state === 'queued' ? waitingText(file.value.message, task) : file.value.message;
  return {
    runId,
    name: place.name,
    analysis,
    checkpoint,
    params: Object(params),
    state,
    progress,
    changed: heartbeat,
    ...(message !== undefined && { message: cut(message, MAX_SENTENCE) }),
    ...(result !== undefined && { result }),
  };
}

/** What is known of the analyses of runs, without reading those again that stayed as they were. */
export class AnalysisList {
  /** What could not be read is not read again, either, until it changes. */
  private readonly known = new Map<string, { stamp: string; summary: AnalysisSummary | undefined }>();

  /** Damaged ones are left out. Others are heard between two files, which may be large and many. */
  async of(runs: readonly { id: string; folder: string; taskOf?: TaskOf }[]): Promise<AnalysisSummary[]> {
    const found: AnalysisSummary[] = [];
    let since = performance.now();
    for (const { id, folder, taskOf } of runs) {
      for (const place of analysesIn(folder)) {
        const summary = this.look(id, place, taskOf);
        if (summary) found.push(summary);
        if (found.length === MAX_LISTED) return found;
        if (performance.now() - since < PAUSE_MS) continue;
        await setImmediate();
        since = performance.now();
      }
    }
    return found;
  }

  private look(runId: string, place: AnalysisPlace, taskOf?: TaskOf): AnalysisSummary | undefined {
    try {
      const file = pathOf(place, 'json');
      const { mtimeMs, size, ino } = lstatSync(file);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      const known = this.known.get(file);
      // One that is under way may have lost its process meanwhile.
      if (known?.stamp === stamp && !ACTIVE.has(known.summary?.state ?? '')) return known.summary;
      this.known.set(file, { stamp, summary: undefined });
      const { result: _, ...summary } = answerOf(runId, place, taskOf);
      this.known.set(file, { stamp, summary });
      return summary;
    } catch {
      return undefined;
    }
  }
}

/** After so long others are heard. */
const PAUSE_MS = 100;
const ACTIVE: ReadonlySet<string> = new Set(['queued', 'running']);

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
