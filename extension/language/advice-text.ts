import type { Advice } from '../../protocol/comparison/advice.ts';
import { plainLine } from '../../protocol/text/plain-text.ts';

/** What was seen, what it rests on, and the paper's sentence. */
export function adviceMessage({ sentence, evidence, paper }: Pick<Advice, 'sentence' | 'evidence' | 'paper'>): string {
  const rests = evidence === 'untested' ? '' : ` (${plainLine(evidence)})`;
  return `${plainLine(sentence)}${rests} Paper, section ${paper.section}: “${paper.text}”`;
}
