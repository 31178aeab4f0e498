/** What every reader of tables offers: named columns of numbers or of text, read when they are asked for. */

/** A column: numbers, or text. Numbers are those that float64 holds exactly. */
export type Values = ArrayLike<number> | readonly string[];

export interface Table {
  columns: string[];
  /** The columns of these names, all of one length. Throws or rejects with a UserError. */
  read(names: string[]): Values[] | Promise<Values[]>;
  close(): void;
}

/** Rows of a table: what fits into memory with what is made of it. */
export const MAX_ROWS = 2 ** 27;

export const isText = (values: Values): values is readonly string[] =>
  values.length > 0 && typeof values[0] === 'string';
