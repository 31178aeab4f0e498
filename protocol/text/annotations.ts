/** What somebody thinks of a run: a star, a note, tags. Kept beside the run, for everybody who opens the store. */

/** Longest tag, and how many a run may have. */
export const MAX_TAG = 50;
export const MAX_TAGS = 20;

/** What is to become of them for some runs; what is not given stays. */
export interface Annotation {
  starred?: boolean | undefined;
  note?: string | undefined;
  addTags?: string[] | undefined;
  removeTags?: string[] | undefined;
}

/** Whether a text can be a tag: short, seen whole in a list with commas and on one line. */
export function isTag(text: string): boolean {
  return text.length > 0 && text.length <= MAX_TAG && text === text.trim() && !/[,;\p{C}\p{Zl}\p{Zp}]/u.test(text);
}

/** The tags of any of these runs, each once, in the order of the alphabet. */
export function tagsOf(runs: readonly { tags?: string[] }[]): string[] {
  return [...new Set(runs.flatMap(({ tags = [] }) => tags))].sort((a, b) => a.localeCompare(b));
}
