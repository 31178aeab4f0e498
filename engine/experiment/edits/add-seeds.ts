import { UserError } from '../../base/errors.ts';
import { checkExperiment } from '../parse.ts';
import {
  endOfLine,
  insertion,
  isFlow,
  lineBreak,
  type Replacement,
  rootOf,
  startOfLine,
  verified,
  written,
} from './replacement.ts';

const MAX_SEED = 0xffffffff;

/**
 * The text with `count` more seeds, of a file that has no errors, and which they are: the next ones after the largest. Throws a
 * UserError for a file with errors, or whose list cannot be continued as it is written.
 */
export function addSeeds(text: string, file: string, count: number): { text: string; seeds: number[] } {
  const { experiment } = checkExperiment(text, file);
  if (!experiment) throw new UserError('The file has errors; correct them before seeds are added.');
  const seeds = nextSeeds(experiment.seeds, count);
  const all = [...experiment.seeds, ...seeds];
  const replacement = replacementOf(text, file, seeds, all);
  const changed = verified(
    text,
    file,
    replacement,
    (after) => after.seeds.join() === all.join() && after.variants.length === experiment.variants.length,
    `The list of seeds cannot be continued as it is written; write seeds: [${all.join(', ')}].`,
  );
  return { text: changed, seeds };
}

function nextSeeds(seeds: readonly number[], count: number): number[] {
  const from = Math.max(...seeds) + 1;
  const candidates = from + count - 1 <= MAX_SEED ? from : 0;
  const found: number[] = [];
  for (let seed = candidates; found.length < count; seed++) if (!seeds.includes(seed)) found.push(seed);
  return found;
}

function replacementOf(text: string, file: string, seeds: number[], all: number[]): Replacement {
  const root = rootOf(text, file);
  const list = root.entries.get('seeds')?.value;
  const last = list?.kind === 'sequence' ? list.items.at(-1) : undefined;
  if (list && last && isFlow(text, list)) return insertion(last.end, `, ${seeds.join(', ')}`);
  const line = lineBreak(text);
  if (last) {
    const start = startOfLine(text, last.start);
    const dash = /^\s*-\s+/.exec(text.slice(start, last.start))?.[0] ?? '- ';
    return insertion(endOfLine(text, last.start, last.end), seeds.map((seed) => `${line}${dash}${seed}`).join(''));
  }
  const field = written('seeds', file);
  if (isFlow(text, root)) {
    const end = Math.max(...[...root.entries.values()].map(({ value }) => value.end));
    return insertion(end, `,${line}  ${field}: [${all.join(', ')}]`);
  }
  const end = text.trimEnd().length;
  return insertion(end, `${line}${field}: [${all.join(', ')}]${end === text.length ? line : ''}`);
}
