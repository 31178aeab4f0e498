import type { Insight } from '../../../protocol/experiment.ts';
import { checkExperiment } from '../parse.ts';
import { parseSource } from '../text/source.ts';
import { LineIndex } from '../text/text.ts';
import { hintsOf } from './hints.ts';
import { partsOf } from './parts.ts';

/** The outline of a file, and what its values come to where it has no mistakes. Reads nothing from the disk; never throws. */
export function insightOf(text: string, file: string): Insight {
  const { root } = parseSource(text, file);
  if (root?.kind !== 'mapping') return { parts: [], hints: [] };
  const lines = new LineIndex(text);
  const { experiment } = checkExperiment(text, file);
  return { parts: partsOf(root, text, lines), hints: experiment ? hintsOf(root, experiment, lines) : [] };
}
