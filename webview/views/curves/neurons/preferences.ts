/** Which class neurons prefer, out of the answers of `spikes`: too few samples are looked at while a run trains to tell. */
import type { SpikesResult } from '../../../../protocol/analyses/spikes.ts';
import type { Session } from '../../../shared/session.ts';

export class Preferences {
  /** By run; null: nobody has asked it. */
  private readonly known = new Map<string, { changed: number; result: SpikesResult | null }>();

  constructor(private readonly session: Session<'curves'>) {}

  asked(runId: string): boolean {
    return this.known.has(runId);
  }

  /** Reads the newest finished answer of each run where there is a newer one. */
  async pull(runIds: readonly string[]): Promise<void> {
    const { channel } = this.session;
    const all = runIds.length > 0 ? await channel.request('analyses/list', { runIds: [...runIds] }) : [];
    for (const runId of runIds) {
      const newest = all
        .filter((one) => one.runId === runId && one.analysis === 'spikes' && one.state === 'finished')
        .reduce<(typeof all)[number] | undefined>((a, b) => (a && a.changed >= b.changed ? a : b), undefined);
      const changed = newest?.changed ?? 0;
      if (this.known.get(runId)?.changed === changed) continue;
      const answer = newest && (await channel.request('analyses/read', { runId, name: newest.name }));
      this.known.set(runId, { changed, result: (answer?.result as SpikesResult | undefined) ?? null });
    }
  }

  /** Of each group of neighbours its preference as a number to sort by; undefined where there is no answer. */
  of(runId: string, layer: number, groups: number): number[] | undefined {
    const found = this.known.get(runId)?.result?.layers.find((one) => one.layer === layer);
    return found && preferences(found.neuronByClass, found.neurons, groups);
  }
}

/**
 * The class in which each of G groups of neighbours fires most, and within it how much more than in the others on average, as
 * `class + selectivity / 2`; −1 for a silent one, which prefers none. [G]
 * @param byClass rates [N, C]
 */
export function preferences(byClass: readonly number[], neurons: number, groups: number): number[] {
  const classes = byClass.length / neurons;
  return Array.from({ length: groups }, (_, g) => {
    const [from, to] = [g, g + 1].map((i) => Math.floor((i * neurons) / groups)) as [number, number];
    const rates = Array.from({ length: classes }, (_, c) => {
      let sum = 0;
      for (let n = from; n < to; n++) sum += byClass[n * classes + c]!;
      return sum;
    });
    const highest = Math.max(...rates);
    if (highest === 0) return -1;
    const rest = classes > 1 ? (rates.reduce((a, b) => a + b, 0) - highest) / (classes - 1) : 0;
    return rates.indexOf(highest) + (highest - rest) / (highest + rest) / 2;
  });
}
