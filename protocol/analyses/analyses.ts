/** Analyses of runs, as the query process and the views speak of them; one file here says what each answers. */

import type { AttackResult } from './attack.ts';
import type { EmbeddingResult } from './embedding.ts';
import type { ErrorsResult } from './errors.ts';
import type { EvaluateResult } from './evaluate.ts';
import type { LandscapeResult } from './landscape.ts';
import type { ResolutionResult } from './resolution.ts';
import type { RobustnessResult } from './robustness.ts';
import type { SpikesResult } from './spikes.ts';

/** What each analysis answers, by id. */
export interface AnalysisResults {
  evaluate: EvaluateResult;
  spikes: SpikesResult;
  errors: ErrorsResult;
  landscape: LandscapeResult;
  resolution: ResolutionResult;
  robustness: RobustnessResult;
  embedding: EmbeddingResult;
  attack: AttackResult;
}
export type AnalysisId = keyof AnalysisResults;

export type AnalysisState = 'queued' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

/** One question to one checkpoint of a run, and how far it is. */
export interface AnalysisSummary {
  runId: string;
  /** `<analysis>-<key>`: names it within the run. */
  name: string;
  analysis: string;
  /** Of the checkpoint: its weight updates, and in words which epoch that is: `epoch 13 (best validation)`. */
  checkpoint: number;
  of?: string;
  params: Record<string, unknown>;
  state: AnalysisState;
  /** [0, 1] */
  progress: number;
  /** Why it failed, or what it waits for. */
  message?: string;
  /** Of its last change, milliseconds since 1970. */
  changed: number;
}

/** With the answer, or the part of it that there is; absent before there is any. */
export interface AnalysisAnswer extends AnalysisSummary {
  result?: unknown;
}
