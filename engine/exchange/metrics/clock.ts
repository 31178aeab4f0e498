/** When a number was measured, as far as a log tells that depends on steps and never on the clock. */
import type { History } from '../../runs/metrics/history.ts';

/**
 * Milliseconds since 1970 of an epoch: when the run was created plus the seconds that it has trained, evenly within an
 * epoch. Pauses and waiting are not in it.
 */
export function clockOf({ epochs }: History, createdAt: number): (epoch: number) => number {
  const ends = [{ epoch: 0, seconds: 0 }];
  for (const { epoch, seconds } of epochs)
    if (epoch > ends.at(-1)!.epoch) ends.push({ epoch, seconds: ends.at(-1)!.seconds + Math.max(0, seconds) });
  return (epoch) => {
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]!.epoch < epoch) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [ends[Math.max(0, low - 1)]!, ends[low]!];
    const share = after.epoch > before.epoch ? Math.min(1, (epoch - before.epoch) / (after.epoch - before.epoch)) : 0;
    return Math.round(createdAt + 1000 * (before.seconds + share * (after.seconds - before.seconds)));
  };
}
