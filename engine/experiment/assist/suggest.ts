/** "Did you mean …?" */

/** What people write who come from other simulators, and what it is called here. */
const SYNONYMS: Record<string, string> = {
  lr: 'learningRate',
  k: 'leak',
  tau: 'leak',
  beta: 'leak',
  decay: 'leak',
  vth: 'threshold',
  uth: 'threshold',
  layers: 'hidden',
  timesteps: 'steps',
  t: 'steps',
  scheduler: 'schedule',
  gamma: 'factor',
  stepsize: 'every',
  recurrence: 'recurrent',
  criterion: 'loss',
  data: 'dataset',
  seed: 'seeds',
};

/** The name that was probably meant, if any is near: case and `_`, `-` do not count, nor do a few slips. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const wanted = normal(word);
  const synonym = Object.hasOwn(SYNONYMS, wanted) ? SYNONYMS[wanted] : undefined;
  if (synonym !== undefined && names.includes(synonym)) return synonym;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(wanted, normal(name), least);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  if (best !== undefined || wanted.length < 3) return best;
  const longer = names.filter((name) => normal(name).startsWith(wanted));
  return longer.length === 1 ? longer[0] : undefined;
}

function normal(word: string): string {
  return word
    .slice(0, 40)
    .toLowerCase()
    .replace(/[\s_-]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours from a to b; `limit` when there are as many or more. */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = last;
    last = row;
  }
  return Math.min(last[b.length]!, limit);
}
