/** From an experiment file to runs in the store: read, checked, expanded, created. */
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Diagnostic } from '../../protocol/experiment.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { checkExperiment } from '../experiment/parse.ts';
import type { Experiment, RunSpec } from '../experiment/schema.ts';
import { applySets } from '../experiment/sets.ts';
import { createRuns } from '../runs/create.ts';
import { canonicalJson } from '../runs/key.ts';
import { provenanceOf } from './provenance.ts';

export interface Study {
  /** Absolute path. */
  file: string;
  text: string;
  experiment: Experiment;
  warnings: string[];
}

/** `file:line:column: error: message`, counted from 1, as compilers write it. */
export function diagnosticLine(file: string, { range, severity, message }: Diagnostic): string {
  return `${file}:${range.start.line + 1}:${range.start.column + 1}: ${severity}: ${message}`;
}

export function readStudyText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${reason(error)}.`);
  }
}

/** Reads and checks a file, with `path=value` settings on top; throws a UserError with one line per error. */
export function loadStudy(name: string, sets: string[] = []): Study {
  const file = resolve(name);
  const text = readStudyText(file);
  const { diagnostics, experiment } = checkExperiment(text, file);
  const lines = (severity: Diagnostic['severity']) =>
    diagnostics.filter((d) => d.severity === severity).map((d) => diagnosticLine(shortPath(file), d));
  const errors = lines('error');
  if (!experiment || errors.length > 0)
    throw new UserError(errors.join('\n') || `${shortPath(file)} is not an experiment file.`);
  return { file, text, experiment: applySets(experiment, sets), warnings: lines('warning') };
}

/** Relative to where the user stands, unless that is longer. */
export function shortPath(file: string): string {
  const near = relative(process.cwd(), file);
  return near !== '' && near.length < file.length ? near : file;
}

/**
 * Whether the data of the runs are there and begin as they must: all that can be wrong with a checked study before a run
 * exists. Rejects with a UserError.
 */
export async function checkRuns(specs: RunSpec[]): Promise<void> {
  // Readers of data formats are large; no other command has to wait for them.
  const { checkDataset } = await import('../datasets/prepare.ts');
  const datasets = new Map(specs.map((spec) => [canonicalJson(spec.dataset), spec]));
  for (const { dataset, file } of datasets.values()) await checkDataset(dataset, { file });
}

/** Checks the runs and creates them in the store, queued; returns their folders. Rejects with a UserError. */
export async function createStudyRuns(study: Study, specs: RunSpec[], store: string): Promise<string[]> {
  await checkRuns(specs);
  return createRuns(store, specs, await provenanceOf(study.file, study.text));
}
