/** What the editor asks about the text of an experiment file. Lines and columns count from 0, as in VS Code. */

export interface Position {
  line: number;
  column: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Diagnostic {
  range: Range;
  severity: 'error' | 'warning';
  /** One sentence: what is wrong and what would be right. */
  message: string;
  /** Dotted path of the field, e.g. `neuron.leak`; empty for the file itself. */
  path: string;
  /** What was probably meant: the text to put in place of the range. */
  replacement?: string;
}

/** A field of a variant, as warnings name it: `network.hidden[1].neuron.threshold`. */
export interface FieldPlace {
  variant: string;
  field: string;
}

/** A text in place of a range; an empty range is where it is put in. */
export interface TextEdit {
  range: Range;
  text: string;
}

/** One change of the file. `variant: null` is what holds for all variants. */
export type ExperimentEdit =
  /** `text` as the file would write it; null takes the field out. */
  | { kind: 'set'; variants: (string | null)[]; field: string; text: string | null }
  | { kind: 'add'; name: string; override: Record<string, unknown> }
  /** A copy behind the original. */
  | { kind: 'duplicate'; variant: string; name: string }
  | { kind: 'rename'; variant: string; name: string }
  | { kind: 'remove'; variants: string[] }
  /** To the place `to` among the variants, the first one 0. */
  | { kind: 'move'; variant: string; to: number }
  /** A variant for each combination of these values, each what `variant` is but for them. */
  | { kind: 'grid'; variant: string | null; axes: { field: string; values: string }[] };

/** The parts of the file that have buttons above them. */
export interface Outline {
  name: string;
  /** Of the `name:` line, or the first line. */
  range: Range;
  variants: { name: string; range: Range }[];
  seeds: number[];
  /** Lines of `expect:`. */
  expectations: { text: string; range: Range }[];
}

export interface Checked {
  diagnostics: Diagnostic[];
  /** Absent when the text is not even a YAML mapping. */
  outline?: Outline;
}

export interface Completion {
  label: string;
  kind: 'field' | 'value';
  /** Text to insert, with a trailing `: ` for fields. */
  insert: string;
  detail?: string;
  /** Markdown. */
  documentation?: string;
  /** Text to replace. */
  range: Range;
}

export interface Hover {
  range: Range;
  /** Markdown. */
  contents: string;
}
