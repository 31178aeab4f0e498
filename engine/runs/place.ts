/**
 * Where the experiment file of a run is by now. Projects are renamed, copied and reached through links; so a run also knows
 * its file by the way from the project (the folder that holds the store), and that is asked first.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { storeOf } from './folder.ts';

const projectOf = (store: string): string => dirname(resolve(store));

/** The way from the project to an experiment file. */
export function placeOf(store: string, file: string): string {
  return relative(projectOf(store), file);
}

/**
 * The experiment file of the run in `folder`, absolute: where its place says, else where it was, else, for runs of earlier
 * builds in a project that was moved, the file of that name in the project. Where it was when none of them is there.
 */
export function experimentFileOf(folder: string, file: string, place: string | undefined): string {
  const project = projectOf(storeOf(folder));
  const candidates = [...(place ? [resolve(project, place)] : []), file, join(project, basename(file))];
  return candidates.find((candidate) => existsSync(candidate)) ?? file;
}
