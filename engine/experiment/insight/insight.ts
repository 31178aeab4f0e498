import type { Insight, Outlook } from '../../../protocol/experiment.ts';
import { checkExperiment } from '../parse.ts';
import type { Experiment } from '../schema.ts';
import { parseSource } from '../text/source.ts';
import { LineIndex } from '../text/text.ts';
import { hintsOf } from './hints.ts';
import { partsOf } from './parts.ts';

/**
 * The outline of a file, and what its values come to where it has no mistakes. Reads nothing from the disk; never throws.
 * @param outlookOf how long its runs will take, where somebody knows
 */
export function insightOf(
  text: string,
  file: string,
  outlookOf: (experiment: Experiment) => Outlook | undefined = () => undefined,
): Insight {
  const { root } = parseSource(text, file);
  if (root?.kind !== 'mapping') return { parts: [], hints: [] };
  const lines = new LineIndex(text);
  const { experiment } = checkExperiment(text, file);
  const parts = partsOf(root, text, lines);
  if (!experiment) return { parts, hints: [] };
  const outlook = outlookOf(experiment);
  const hints = hintsOf(root, experiment, lines);
  return { parts, hints: hints.map((hint) => (hint.kind === 'epochs' && outlook ? { ...hint, outlook } : hint)) };
}
