import { basename } from 'node:path';
import type { Outline } from '../../protocol/experiment.ts';
import { isActive, type RunSummary } from '../../protocol/runs.ts';

/** A study as the tree shows it: an experiment file with or without runs. */
export interface Study {
  file: string;
  name: string;
  /** Name of the file, where another study has the same name. */
  hint?: string;
  variants: Variant[];
}

export interface Variant {
  file: string;
  name: string;
  /** By seed; runs of the same seed newest first. */
  runs: RunSummary[];
}

/**
 * Groups runs by file and variant. Files without runs are studies too; variants come in the order of the file, then
 * those that only runs know. Studies are sorted by name.
 * @param files experiment files in the workspace.
 * @param outlines what is known of the files' contents.
 * @param runs newest first.
 */
export function groupStudies(
  files: readonly string[],
  outlines: ReadonlyMap<string, Outline>,
  runs: readonly RunSummary[],
): Study[] {
  const byFile = new Map<string, RunSummary[]>(files.map((file) => [file, []]));
  for (const run of runs) {
    const known = byFile.get(run.file);
    if (known === undefined) byFile.set(run.file, [run]);
    else known.push(run);
  }
  const studies = [...byFile].map(([file, ofFile]) => {
    const outline = outlines.get(file);
    const variants = new Map<string, RunSummary[]>(outline?.variants.map(({ name }) => [name, []]));
    for (const run of ofFile) {
      const known = variants.get(run.variant);
      if (known === undefined) variants.set(run.variant, [run]);
      else known.push(run);
    }
    return {
      file,
      name: outline?.name || ofFile[0]?.study || basename(file),
      variants: [...variants].map(([name, ofVariant]) => ({ file, name, runs: ofVariant.sort(bySeed) })),
    };
  });
  const names = studies.map(({ name }) => name);
  const hinted = studies.map((study) => {
    const unique = names.indexOf(study.name) === names.lastIndexOf(study.name);
    return unique ? study : { ...study, hint: basename(study.file) };
  });
  return hinted.sort((a, b) => a.name.localeCompare(b.name) || (a.file < b.file ? -1 : 1));
}

function bySeed(a: RunSummary, b: RunSummary): number {
  return a.seed - b.seed || b.createdAt - a.createdAt;
}

/** The newest run of each seed, by seed. */
export function newestPerSeed(runs: readonly RunSummary[]): RunSummary[] {
  const newest = new Map<number, RunSummary>();
  for (const run of runs) {
    const known = newest.get(run.seed);
    if (known === undefined || run.createdAt > known.createdAt) newest.set(run.seed, run);
  }
  return [...newest.values()].sort(bySeed);
}

/** Runs that occupy or wait for a process. */
export function activeRuns(runs: readonly RunSummary[]): RunSummary[] {
  return runs.filter((run) => isActive(run.state));
}
