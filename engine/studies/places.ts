/** Where runs that go on are trained: as their experiment files say now. */
import { basename } from 'node:path';
import { UserError } from '../base/errors.ts';
import { type Place, placeOf } from '../executors/place.ts';
import type { ExecutorId } from '../experiment/schema.ts';
import { readRun } from '../jobs/claim.ts';
import { firstError, loadStudy } from './load.ts';

export interface Placed {
  place: Place;
  folders: string[];
}

/**
 * The runs of these folders by place, those of one file together. `trusted`: whether lines of `slurm.setup` may be run of a
 * file that nobody named. Throws a UserError when a file cannot be read where that is needed.
 */
export function placesOf(
  folders: readonly string[],
  { chosen, trusted }: { chosen?: ExecutorId | undefined; trusted: boolean },
): Placed[] {
  if (chosen === 'local') return [{ place: { executor: 'local' }, folders: [...folders] }];
  const byFile = new Map<string, string[]>();
  for (const folder of folders) {
    const { file } = readRun(folder).spec;
    byFile.set(file, [...(byFile.get(file) ?? []), folder]);
  }
  return [...byFile].map(([file, ofFile]) => ({ place: placeIn(file, chosen, trusted), folders: ofFile }));
}

function placeIn(file: string, chosen: ExecutorId | undefined, trusted: boolean): Place {
  let place: Place;
  try {
    place = placeOf(loadStudy(file, [], firstError).experiment, chosen);
  } catch (error) {
    // Runs outlive their file; where they go on on this machine nothing of it is needed.
    if (chosen === undefined && error instanceof UserError) return { executor: 'local' };
    throw error;
  }
  if (place.executor === 'slurm' && place.slurm.setup.length > 0 && !trusted)
    throw new UserError(
      `${basename(file)} has lines under slurm.setup, which are run only of a file that you name: lif run ${file} goes on with what is missing, lif analyse ${file} asks its runs; or take --executor local.`,
    );
  return place;
}
