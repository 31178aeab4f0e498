/** From a question about a run to a queued analysis, or to the answer that is there already. */
import { basename } from 'node:path';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { analysisKey, answerPlaceOf, readAnalysis, writeAnalysis } from '../runs/analyses.ts';
import { type CheckpointChoice, findCheckpoint } from '../runs/checkpoints.ts';
import { FORMAT_VERSION } from '../runs/format.ts';
import { readRunFile } from '../runs/read.ts';
import type { AnalyseJob } from './job.ts';

export interface Question {
  /** Id of the analysis, and what it is to be asked, unchecked. */
  analysis: string;
  params: Record<string, unknown>;
  /** Default `best`: the network whose numbers the tables show. */
  checkpoint?: CheckpointChoice | undefined;
}

/**
 * The job that answers a question about the run of this folder; its request is in the store unless the answer is there
 * already (`done`). Rejects with a UserError.
 */
export async function requestAnalysis(
  folder: string,
  { analysis, params, checkpoint = 'best' }: Question,
): Promise<{ job: AnalyseJob; done: boolean }> {
  const { analysisOf, paramsOf } = await import('../analysis/registry.ts');
  const complete = paramsOf(analysisOf(analysis), params);
  const found = findCheckpoint(folder, checkpoint);
  if ('problem' in found) throw new UserError(`${basename(folder)} ${found.problem}.`);
  const { step } = found;
  const key = analysisKey(analysis, step, complete);
  const job: AnalyseJob = { kind: 'analyse', run: folder, checkpoint: step, analysis, key };
  const place = answerPlaceOf(folder, analysis, key);
  const known = readAnalysis(place);
  if ('value' in known && known.value.state === 'finished') return { job, done: true };
  // What was published of an answer that was left off stays: the next attempt goes on from there.
  const earlier = 'value' in known && known.value.result !== undefined ? { result: known.value.result } : {};
  try {
    writeAnalysis(place, {
      format: FORMAT_VERSION,
      analysis,
      checkpoint: step,
      params: complete,
      state: 'queued',
      heartbeat: Date.now(),
      progress: 0,
      ...earlier,
    });
  } catch (error) {
    throw new UserError(`${basename(folder)} cannot be written: ${reason(error)}.`);
  }
  return { job, done: false };
}

/**
 * The jobs that answer what the experiment file asked of this run once it is trained, without those that are answered.
 * Rejects with a UserError.
 */
export async function requestWished(folder: string, wishes = wishesOf(folder)): Promise<AnalyseJob[]> {
  const jobs: AnalyseJob[] = [];
  for (const [analysis, params] of Object.entries(wishes)) {
    const { job, done } = await requestAnalysis(folder, { analysis, params: Object(params) });
    if (!done) jobs.push(job);
  }
  return jobs;
}

function wishesOf(folder: string): Record<string, unknown> {
  const run = readRunFile(folder);
  return 'value' in run ? (run.value.analyses ?? {}) : {};
}
