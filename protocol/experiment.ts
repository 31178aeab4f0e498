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
