/** The parts of an experiment file as an outline shows them: fields with what is in them, as deep as they go. */
import type { FilePart } from '../../../protocol/experiment.ts';
import { endOfEntry, isAlias } from '../edits/replacement.ts';
import { flowText } from '../text/flow-text.ts';
import { plain, type Source } from '../text/source.ts';
import type { LineIndex } from '../text/text.ts';

/** Parts of a file that are told; more are no outline. */
const MAX_PARTS = 5000;
/** Longer values are cut. */
const MAX_DETAIL = 60;

/** Fields in the order of the text; items of lists are no parts of their own. */
export function partsOf(root: Source, text: string, lines: LineIndex): FilePart[] {
  let left = MAX_PARTS;
  const below = (source: Source, path: readonly string[]): FilePart[] => {
    if (source.kind !== 'mapping') return [];
    return [...source.entries].flatMap(([name, { key, value }]) => {
      if (left-- <= 0) return [];
      // What an alias stands for is written elsewhere.
      const inside = !isAlias(text, value);
      return [
        {
          name,
          detail: detailOf(value),
          kind: path.length === 1 && path[0] === 'variants' ? 'variant' : value.kind === 'scalar' ? 'value' : 'section',
          range: lines.range(key.start, key.end),
          whole: { start: lines.position(key.start), end: lines.position(endOfEntry(text, { key, value })) },
          parts: inside ? below(value, [...path, name]) : [],
        } satisfies FilePart,
      ];
    });
  };
  return below(root, []);
}

/** What is in it, on one line; nothing of what has parts that are seen. */
function detailOf(source: Source): string {
  if (source.kind === 'mapping') return '';
  const text = flowText(plain(source));
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL - 1)}…` : text;
}
