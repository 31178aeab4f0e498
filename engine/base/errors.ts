/** A mistake in what the user gave us: the message is one sentence that says where, what and what to do. Exit code 2. */
export class UserError extends Error {
  override name = 'UserError';
}

/** A run that came to its end for a reason outside the program, such as weights that are NaN: the message tells all of it. */
export class RunEnded extends Error {
  override name = 'RunEnded';
}

/** The data of a data set are not there, or not as they must be. */
export class DataError extends UserError {
  constructor(
    message: string,
    /** Its name in the catalogue. */
    readonly dataset: string,
  ) {
    super(message);
  }
}

/** Where a field stands in an experiment file: names of fields, numbers of list entries. */
export type Path = readonly (string | number)[];

/** `network.hidden[1].size`, as messages name a field. */
export function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

/** A setting that cannot be as it is, by itself or beside others. The message is the name of its field and the complaint. */
export class SettingError extends UserError {
  constructor(
    readonly path: Path,
    /** The rest of the sentence: "is 51 steps, but a sample has only 50." */
    readonly complaint: string,
  ) {
    super(`${pathText(path)} ${complaint}`);
  }
}
