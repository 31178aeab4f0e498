/** From a study to queued runs in the store. */
import type { RunSpec } from '../experiment/schema.ts';
import { createRuns } from '../runs/create.ts';
import { checkRuns, type Study } from './load.ts';
import { provenanceOf } from './provenance.ts';

/**
 * Checks the runs and creates them in the store, queued; returns their folders. `remark` hears what has to be said of
 * their data; the logs of the runs say it, too. Rejects with a UserError.
 */
export async function createStudyRuns(
  study: Study,
  specs: RunSpec[],
  store: string,
  remark: (sentence: string) => void = () => {},
): Promise<string[]> {
  for (const sentence of await checkRuns(specs)) remark(sentence);
  return createRuns(store, specs, await provenanceOf(study.file, study.text));
}
