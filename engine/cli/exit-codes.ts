/** What the exit code of `lif` says: one table for help, docs and scripts. A code keeps its meaning. */

export interface ExitCode {
  code: number;
  meaning: string;
}

export const EXIT_CODES: readonly ExitCode[] = [
  { code: 0, meaning: 'done; of run, resume and wait: all runs finished; of check: every expectation holds' },
  { code: 1, meaning: 'something failed or was stopped: a run, an analysis, a check of files' },
  { code: 2, meaning: 'the input was wrong, and nothing was begun: one sentence says where and what to do' },
  {
    code: 3,
    meaning: 'of wait: a run is warned of something that keeps it from learning; of check: an expectation fails',
  },
  {
    code: 4,
    meaning:
      'not known yet; of wait: the time is over and runs still train; of run and resume: a run used up --max-seconds; of check: undecided, the seeds allow nothing to be said',
  },
  { code: 5, meaning: 'of check: an expectation needs runs that have not finished' },
  { code: 130, meaning: 'ended by Ctrl-C; 128 + n by signal n' },
];

/** Something is not known yet because time was over. */
export const TIME_IS_OVER = 4;
