/** The unit of work of an executor: something that one process does for one run, and that can be stopped. */
import * as z from 'zod';

export const jobSchema = z.discriminatedUnion('kind', [
  /** Trains a run from its newest checkpoint, or from the start. `run` is the absolute path of its folder. */
  z.object({ kind: z.literal('train'), run: z.string() }),
  /** Does an analysis of a checkpoint, whose request is in the run (runs/analyses.ts). */
  z.object({
    kind: z.literal('analyse'),
    run: z.string(),
    checkpoint: z.number(),
    /** They name files of the store. */
    analysis: z.string().regex(/^[a-z][a-z-]{0,60}$/),
    key: z.string().regex(/^[0-9a-f]{16}$/),
  }),
]);

export type Job = z.output<typeof jobSchema>;
export type AnalyseJob = Extract<Job, { kind: 'analyse' }>;

/** The job whose answer has this name, `<analysis>-<key>`. Throws a ZodError when it is none. */
export function analyseJob(run: string, name: string, checkpoint: number): AnalyseJob {
  const [, analysis, key] = /^(.+)-([^-]+)$/.exec(name) ?? [];
  return jobSchema.parse({ kind: 'analyse', run, checkpoint, analysis, key }) as AnalyseJob;
}

/** One job for each of these run folders. */
export function trainJobs(folders: readonly string[]): Job[] {
  return folders.map((run) => ({ kind: 'train', run }));
}
