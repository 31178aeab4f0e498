/** From the text of an experiment file to the runs it asks for, and whether they can be trained. */
import { basename, relative, resolve } from 'node:path';
import type { Diagnostic } from '../../protocol/experiment.ts';
import { BACKENDS } from '../backends/registry.ts';
import { DataError, UserError } from '../base/errors.ts';
import { readRegular, reason } from '../base/files.ts';
import { applySets } from '../experiment/assignments.ts';
import { checkExperiment } from '../experiment/parse.ts';
import type { BackendId, Experiment, RunSpec } from '../experiment/schema.ts';
import { canonicalJson } from '../runs/key.ts';

export interface Study {
  /** Absolute path. */
  file: string;
  /** What was checked, and what the runs are made of. */
  text: string;
  experiment: Experiment;
  /** One line each, as `diagnosticLine` writes them. */
  warnings: string[];
}

/** `file:line:column: error: message`, counted from 1, as compilers write it. */
export function diagnosticLine(file: string, { range, severity, message }: Diagnostic): string {
  return `${file}:${range.start.line + 1}:${range.start.column + 1}: ${severity}: ${message}`;
}

/** A place in an experiment file and what is wrong there, as programs read it. Lines and columns count from 1. */
export interface Problem {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  severity: 'error' | 'warning';
  path: string;
  message: string;
  /** Text to put in place of what lies between the two places. */
  suggestion?: string;
}

export function problemOf(file: string, { range, severity, path, message, replacement }: Diagnostic): Problem {
  return {
    file,
    line: range.start.line + 1,
    column: range.start.column + 1,
    endLine: range.end.line + 1,
    endColumn: range.end.column + 1,
    severity,
    path,
    message,
    ...(replacement !== undefined && { suggestion: replacement }),
  };
}

/** A file that is no study: what is said of it, and where all of it stands. */
export class ExperimentError extends UserError {
  constructor(
    message: string,
    readonly problems: Problem[],
  ) {
    super(message);
  }
}

/** Four bytes for each character that such a file may have; longer ones are refused before they are read. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Throws a UserError for what cannot be read or is no regular file. */
export function readStudyText(file: string): string {
  try {
    return readRegular(file, { limit: MAX_BYTES }).toString('utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${reason(error)}.`);
  }
}

/** What is said of a file with errors: in a terminal each of them has a line. */
type Refusal = (file: string, errors: Diagnostic[]) => string;

const allErrors: Refusal = (file, errors) => errors.map((error) => diagnosticLine(shortPath(file), error)).join('\n');

/** The first error alone in a sentence, where there is room for one. */
export const firstError: Refusal = (file, [first]) =>
  `${basename(file)}, line ${first!.range.start.line + 1}: ${first!.message}`;

/** Checks a text with `path=value` settings on top; throws a UserError with what `refusal` says of the errors. */
export function studyOf(file: string, text: string, sets: string[] = [], refusal = allErrors): Study {
  const { diagnostics, experiment } = checkExperiment(text, file);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new ExperimentError(
      refusal(file, errors),
      diagnostics.map((diagnostic) => problemOf(file, diagnostic)),
    );
  if (!experiment) throw new UserError(`${shortPath(file)} is not an experiment file.`);
  const warnings = diagnostics.map((warning) => diagnosticLine(shortPath(file), warning));
  return { file, text, experiment: applySets(experiment, sets), warnings };
}

/** The study in a file. Throws a UserError. */
export function loadStudy(name: string, sets?: string[], refusal?: Refusal): Study {
  const file = resolve(name);
  return studyOf(file, readStudyText(file), sets, refusal);
}

/** Relative to where the user stands, unless that is longer. */
export function shortPath(file: string): string {
  const near = relative(process.cwd(), file);
  return near !== '' && near.length < file.length ? near : file;
}

/**
 * What this machine lacks for the backends of these runs, a sentence each. No mistake of a file, which may be meant for
 * another machine; but here its runs would fail.
 */
export function missingBackends(backends: readonly BackendId[]): { backend: BackendId; sentence: string }[] {
  return [...new Set(backends)].flatMap((backend) => {
    const missing = BACKENDS[backend].missing?.();
    return missing === undefined
      ? []
      : [{ backend, sentence: `Here runs with backend: ${backend} would fail. ${missing}` }];
  });
}

/** Throws a UserError where runs would fail on this machine whatever their network. */
export function refuseMissing(specs: readonly Pick<RunSpec, 'backend'>[]): void {
  for (const { backend } of specs) {
    const missing = BACKENDS[backend].missing?.();
    if (missing !== undefined) throw new UserError(missing);
  }
}

/**
 * Whether the data of the runs are there and begin as they must: all that can be wrong with a checked study before a run
 * exists. Resolves to what has to be said of them all the same, a sentence each. Rejects with a UserError.
 */
export async function checkRuns(specs: RunSpec[]): Promise<string[]> {
  // Readers of data formats are large; no other command has to wait for them.
  const { checkDataset } = await import('../datasets/prepare.ts');
  // Those of one variant share theirs.
  const shared = new Map(specs.map((spec) => [spec.dataset, spec]));
  const datasets = new Map([...shared.values()].map((spec) => [canonicalJson(spec.dataset), spec]));
  const remarks: string[] = [];
  for (const { dataset, file } of datasets.values()) {
    try {
      remarks.push(...(await checkDataset(dataset, { file })));
    } catch (error) {
      throw error instanceof UserError ? new DataError(error.message, dataset.name) : error;
    }
  }
  return [...new Set(remarks)];
}
