/** From a question about a run to a queued analysis, or to the answer that is there already. */
import { basename } from 'node:path';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import type { AnalyseJob } from '../jobs/job.ts';
import { analysisKey, placeOf, readAnalysis, writeAnalysis } from '../runs/analyses.ts';
import { listCheckpoints } from '../runs/checkpoints.ts';
import { FORMAT_VERSION } from '../runs/format.ts';

export interface Question {
  /** Id of the analysis, and what it is to be asked, unchecked. */
  analysis: string;
  params: Record<string, unknown>;
  /** Weight updates of the checkpoint; default the newest. */
  checkpoint?: number | undefined;
}

/**
 * The job that answers a question about the run of this folder; its request is in the store unless the answer is there
 * already (`done`). Rejects with a UserError.
 */
export async function requestAnalysis(
  folder: string,
  { analysis, params, checkpoint }: Question,
): Promise<{ job: AnalyseJob; done: boolean }> {
  const { analysisOf, paramsOf } = await import('../analysis/registry.ts');
  const complete = paramsOf(analysisOf(analysis), params);
  const steps = listCheckpoints(folder).map(({ step }) => step);
  const step = checkpoint ?? steps[0];
  if (step === undefined) throw new UserError(`${basename(folder)} has no checkpoint to analyse yet.`);
  if (!steps.includes(step))
    throw new UserError(`${basename(folder)} has no checkpoint ${step}; there are ${steps.join(', ') || 'none'}.`);
  const key = analysisKey(analysis, step, complete);
  const job: AnalyseJob = { kind: 'analyse', run: folder, checkpoint: step, analysis, key };
  const place = placeOf(folder, analysis, key);
  const known = readAnalysis(place);
  if ('value' in known && known.value.state === 'finished') return { job, done: true };
  try {
    writeAnalysis(place, {
      format: FORMAT_VERSION,
      analysis,
      checkpoint: step,
      params: complete,
      state: 'queued',
      heartbeat: Date.now(),
      progress: 0,
    });
  } catch (error) {
    throw new UserError(`${basename(folder)} cannot be written: ${reason(error)}.`);
  }
  return { job, done: false };
}
