/** Numbers of the validation set in place of those of the test set, so that nothing is chosen by the latter. */
import type { RunSummary } from '../../../protocol/runs.ts';

export type SplitShown = 'validation' | 'test';

/** A run as those see it who still choose. `of`: which samples accuracy and loss of the result are of. */
export interface ShownRun extends Omit<RunSummary, 'result'> {
  result?: NonNullable<RunSummary['result']> & { of: SplitShown };
}

/** The run as it is, with what its numbers are of. */
export function onTest(run: RunSummary): ShownRun {
  const { result, ...rest } = run;
  return { ...rest, ...(result && { result: { ...result, of: 'test' } }) };
}

/** Whether a run has a validation set that can stand in for its test set. */
export function isValidated({ validation, result }: RunSummary): boolean {
  return validation !== undefined || result?.chosenBy === 'best validation';
}

/**
 * The run without any score of the test set where it has a validation set: its result is the validation score of the same
 * epoch. That epoch was chosen by this very score, which is a little too good for it, in every run alike. Runs without a
 * validation set have nothing but the test set and stay as they are.
 */
export function onValidation(run: RunSummary): ShownRun {
  if (!isValidated(run)) return onTest(run);
  const { result, test: _, last, ...rest } = run;
  return {
    ...rest,
    ...(result?.validation && { result: { ...withoutTest(result), ...result.validation, of: 'validation' } }),
    ...(last && { last: withoutTest(last) }),
  };
}

function withoutTest<T extends { test?: unknown }>({ test: _, ...scores }: T): Omit<T, 'test'> {
  return scores;
}
