/** From a question about a run to a queued analysis, or to the answer that is there already. */
import { basename } from 'node:path';
import { isActive } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { ownerOf } from '../base/lock.ts';
import { analysisKey, answerPlaceOf, readAnalysis, writeAnalysis } from '../runs/analyses.ts';
import { type CheckpointChoice, findCheckpoint } from '../runs/checkpoints.ts';
import { FORMAT_VERSION } from '../runs/format.ts';
import { readRunFile } from '../runs/read.ts';
import { shownStateOf } from '../runs/summary.ts';
import type { AnalyseJob } from './job.ts';

export interface Question {
  /** Id of the analysis, and what it is to be asked, unchecked. */
  analysis: string;
  params: Record<string, unknown>;
  /** Default `best`: the network whose numbers the tables show. */
  checkpoint?: CheckpointChoice | undefined;
}

export interface Asked {
  job: AnalyseJob;
  /** The answer is there. */
  done: boolean;
  /** A task of a cluster has it already, or will. */
  underWay: boolean;
}

/**
 * The job that answers a question about the run of this folder; its request is in the store unless the answer is there
 * already, or will be. Rejects with a UserError.
 */
export async function requestAnalysis(folder: string, question: Question): Promise<Asked> {
  const { job, params } = await jobFor(folder, question);
  const { analysis, checkpoint, key } = job;
  const place = answerPlaceOf(folder, analysis, key);
  const known = readAnalysis(place);
  if ('value' in known && known.value.state === 'finished') return { job, done: true, underWay: false };
  if (
    'value' in known &&
    known.value.cluster &&
    isActive(shownStateOf(known.value, Date.now() - known.value.heartbeat))
  )
    return { job, done: false, underWay: true };
  // What was published of an answer that was left off stays: the next attempt goes on from there.
  const earlier = 'value' in known && known.value.result !== undefined ? { result: known.value.result } : {};
  try {
    writeAnalysis(place, {
      format: FORMAT_VERSION,
      analysis,
      checkpoint,
      params,
      state: 'queued',
      heartbeat: Date.now(),
      ...ownerOf(process.pid),
      progress: 0,
      ...earlier,
    });
  } catch (error) {
    throw new UserError(`${basename(folder)} cannot be written: ${reason(error)}.`);
  }
  return { job, done: false, underWay: false };
}

/** The job that answers a question, and its complete parameters. Rejects with a UserError. */
async function jobFor(
  folder: string,
  { analysis, params, checkpoint = 'best' }: Question,
): Promise<{ job: AnalyseJob; params: unknown }> {
  const { analysisOf, paramsOf } = await import('../analysis/registry.ts');
  const complete = paramsOf(analysisOf(analysis), params);
  const found = findCheckpoint(folder, checkpoint);
  if ('problem' in found) throw new UserError(`${basename(folder)} ${found.problem}.`);
  const { step } = found;
  const key = analysisKey(analysis, step, complete);
  return { job: { kind: 'analyse', run: folder, checkpoint: step, analysis, key }, params: complete };
}

/** What the experiment file asked of this run once it is trained, as jobs of whoever trained it. Rejects with a UserError. */
export async function wishedJobs(folder: string): Promise<AnalyseJob[]> {
  const jobs: AnalyseJob[] = [];
  for (const [analysis, params] of Object.entries(wishesOf(folder)))
    jobs.push((await jobFor(folder, { analysis, params: Object(params) })).job);
  return jobs;
}

/**
 * What the experiment file asked of this run once it is trained, without what is answered. Rejects with a UserError.
 */
export async function requestWished(folder: string, wishes = wishesOf(folder)): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const [analysis, params] of Object.entries(wishes))
    asked.push(await requestAnalysis(folder, { analysis, params: Object(params) }));
  return asked.filter(({ done }) => !done);
}

function wishesOf(folder: string): Record<string, unknown> {
  const run = readRunFile(folder);
  return 'value' in run ? (run.value.analyses ?? {}) : {};
}
