import type { Advice } from '../../protocol/comparison/advice.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';

/** What was seen, what it rests on, what to test it would cost, and the paper's sentence. */
export function adviceMessage({
  sentence,
  evidence,
  paper,
  suggestion,
}: Pick<Advice, 'sentence' | 'evidence' | 'paper' | 'suggestion'>): string {
  const rests = evidence === 'untested' ? '' : ` (${plainLine(evidence)})`;
  const price = suggestion?.price === undefined ? '' : ` ${plainLine(suggestion.price)}`;
  return `${plainLine(sentence)}${rests}${price} Paper, section ${paper.section}: “${paper.text}”`;
}
