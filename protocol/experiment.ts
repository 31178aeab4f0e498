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
  /** What was probably meant: the text to put in place of the range, within the quotes that are there unless it is `whole`. */
  replacement?: string;
  whole?: true;
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

/** A field of the file with what is in it, as an outline shows it. */
export interface FilePart {
  name: string;
  /** What is in it, on one line; empty where `parts` say it. */
  detail: string;
  kind: 'section' | 'variant' | 'value';
  /** Of its name. */
  range: Range;
  /** From its name to the end of what is in it. */
  whole: Range;
  parts: FilePart[];
}

/** What a value comes to. */
export type HintValue =
  /** Numbers that are trained; of a variant where they are others than those of the file. */
  | { kind: 'parameters'; parameters: number; variant?: string }
  /** Of a sample. */
  | { kind: 'duration'; steps: number; milliseconds: number }
  /** Of a leak k, after which e⁻¹ of the potential is left: −1 / ln k steps. */
  | { kind: 'constant'; steps: number; milliseconds?: number }
  | { kind: 'epochs'; epochs: number; outlook?: Outlook };

/** What it is behind. */
export type ValueHint = { position: Position } & HintValue;

/** How long training takes here, by the runs of the file that there are. */
export interface Outlook {
  /** Seconds of one run, the mean of the variants. */
  perRun: number;
  /** How many runs the file lacks, those that go on included, and seconds until they will be there. */
  missing: number;
  seconds: number;
}

export interface Insight {
  parts: FilePart[];
  /** In the order of the text; none while there is a mistake in it. */
  hints: ValueHint[];
}

export interface Completion {
  label: string;
  /** `snippet`: several fields at once, with places to fill in as VS Code writes them. */
  kind: 'field' | 'value' | 'snippet';
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
