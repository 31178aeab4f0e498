/** The experiment file as a table: a row for each variant, a column for each setting that one looks at. */
import type { Range } from './experiment.ts';

export interface MatrixColumn {
  /** Dotted path within the settings: `neuron.leak`. */
  field: string;
  /** What it does. */
  about: string;
  /** What may stand there: `a number from 0 to 1`. */
  expected: string;
  /** Values to choose from, as the file writes them, with a word for each that needs one. */
  choices: readonly { text: string; label?: string }[];
  /** Nothing but the choices can stand there. */
  closed: boolean;
}

export interface MatrixProblem {
  severity: 'error' | 'warning';
  message: string;
}

export interface MatrixCell {
  /** As the file writes it, or its default; empty where these settings have no such field. */
  text: string;
  /** Set by the variant itself, and not merely the value that all have. */
  own: boolean;
  problem?: MatrixProblem;
}

export interface MatrixRow {
  variant: string;
  /** Where its name stands. */
  range: Range;
  /** In the order of the columns. */
  cells: MatrixCell[];
  /** What is wrong with the variant in no column that is shown. */
  problems: MatrixProblem[];
}

export interface Matrix {
  study: string;
  /** The components of the paper, then what differs, then what was asked for. */
  columns: MatrixColumn[];
  /** What holds for all variants that do not set it themselves, in the order of the columns; `own`: written in the file. */
  common: MatrixCell[];
  rows: MatrixRow[];
  /** Settings that are no column. */
  more: MatrixColumn[];
  seeds: number[];
  /** What is wrong with the file as a whole. */
  problems: MatrixProblem[];
}
