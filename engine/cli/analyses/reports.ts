/** How a terminal says what each analysis found. */
import type { AnalysisId, AnalysisResults } from '../../../protocol/analyses/analyses.ts';
import * as attack from './attack.ts';
import * as embedding from './embedding.ts';
import * as errors from './errors.ts';
import * as evaluate from './evaluate.ts';
import * as landscape from './landscape.ts';
import * as resolution from './resolution.ts';
import * as robustness from './robustness.ts';
import * as spikes from './spikes.ts';

interface Report<R> {
  /** Of one run. @param width of the terminal, in columns */
  lines(result: R, width?: number): string[];
  /** Of several, a row each; `legend` says what the columns are, where their names do not. */
  columns: { header: string[]; row(result: R): string[]; legend?(results: readonly R[]): string };
}

const REPORTS: { [A in AnalysisId]: Report<AnalysisResults[A]> } = {
  evaluate,
  spikes,
  errors,
  landscape,
  resolution,
  robustness,
  embedding,
  attack,
};

/** What can be asked. */
export const ANALYSIS_IDS = Object.keys(REPORTS) as AnalysisId[];

/** The result must be of this analysis, checked by its schema. */
export function reportOf(analysis: string): Report<unknown> {
  return REPORTS[analysis as AnalysisId] as Report<unknown>;
}
