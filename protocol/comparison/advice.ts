/** What a study's own results suggest, each with the evidence for it and the sentence of the paper that it bears out. */

import type { AnalysisId } from '../analyses/analyses.ts';

/** A sentence of the paper, as printed. */
export interface Quotation {
  section: string;
  text: string;
}

export interface Advice {
  /** Unique in a study, and the same as long as it says the same. */
  id: string;
  /** The variant at whose line it belongs. */
  variant: string;
  /** What was seen and what follows: `Disabling the reset gained 18.0 points here …`. */
  sentence: string;
  /** The verdict, in full, on which it rests; what is untested rests on none and says so. */
  evidence: string;
  paper: Quotation;
  /** The analysis whose answers it rests on; absent where that is the accuracy. */
  analysis?: AnalysisId;
  /** A variant that would test more; it is not in the file. */
  suggestion?: {
    name: string;
    override: Record<string, unknown>;
    /** What a comparison more means for the seeds and for the verdicts that there are; absent where it means nothing. */
    price?: string;
  };
}
