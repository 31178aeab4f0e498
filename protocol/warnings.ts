/** What a look into a network while it trains may find wrong: the words for it that engine, editor and terminal share. */

/** From the deepest on: where several could be named, only the first is, since it explains the others. */
export const CAUSES = ['silent', 'saturated', 'blind', 'still', 'leak', 'guessing'] as const;
export type Cause = (typeof CAUSES)[number];

/** In a word or two, for a button or the legend of a chart. */
export const CAUSE_LABELS: Readonly<Record<Cause, string>> = {
  silent: 'silent',
  saturated: 'always fires',
  blind: 'no gradient',
  still: 'weights do not move',
  leak: 'leak at its end',
  guessing: 'guessing',
};

export interface RunWarning {
  cause: Cause;
  /** In epochs: when it was first seen in a row, and the last look at which it still was. */
  since: number;
  until: number;
  /** Whether the newest look still saw it. */
  lasts: boolean;
  /** Counted from 1; absent where it concerns the whole network. */
  layer?: number;
  /** Dotted path of the field of the experiment file that cures it. */
  field: string;
  /** One sentence: what was seen and what to change, without the run's name. */
  sentence: string;
}

/** What is wrong with a run now, as far as the newest look goes; never more than one thing. */
export function warningNow({ warnings }: { warnings?: readonly RunWarning[] }): RunWarning | undefined {
  const last = warnings?.at(-1);
  return last?.lasts ? last : undefined;
}

/** The same over the runs of a variant, each warning once: seeds often share one. */
export function warningsNow(runs: readonly { warnings?: readonly RunWarning[] }[]): RunWarning[] {
  const found = runs.flatMap((run) => warningNow(run) ?? []);
  return [...new Map(found.map((warning) => [`${warning.cause} ${warning.layer}`, warning])).values()];
}
