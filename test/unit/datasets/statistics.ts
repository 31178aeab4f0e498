/** What the events of a data set look like in numbers, to compare a simulated data set with a recorded one. */
import type { EventBuffer } from '../../../engine/datasets/recordings/binning.ts';

const BIN_MS = 10;

export interface EventStatistics {
  recordings: number;
  /** Events of a recording. */
  events: { mean: number; deviation: number; quantiles: [p10: number, p50: number, p90: number] };
  /** Fraction of ON events: mean and deviation over recordings. */
  on: { mean: number; deviation: number };
  /** Channels with at least one, and with at least three events. */
  active: { one: number; three: number };
  /** Time between two events of a channel, ms: means over recordings of the 10 %, 50 % and 90 % quantile. */
  intervals: [p10: number, p50: number, p90: number];
  /** Mean events of a recording in each 10 ms. */
  profile: number[];
  /** Of each recording. */
  counts: number[];
}

/** Statistics of recordings with `pixels` OFF channels followed by as many ON channels, times in µs, sorted per channel. */
export function eventStatistics(
  recordings: Iterable<EventBuffer>,
  pixels: number,
  durationMs: number,
): EventStatistics {
  const counts: number[] = [];
  const on: number[] = [];
  const intervals: [number[], number[], number[]] = [[], [], []];
  const profile = new Array<number>(Math.ceil(durationMs / BIN_MS)).fill(0);
  const perChannel = new Uint32Array(2 * pixels);
  const last = new Float64Array(2 * pixels);
  let one = 0;
  let three = 0;
  for (const { times, channels, length } of recordings) {
    perChannel.fill(0);
    const gaps: number[] = [];
    let onEvents = 0;
    for (let i = 0; i < length; i++) {
      const c = channels[i]!;
      const t = times[i]!;
      if (c >= pixels) onEvents++;
      if (perChannel[c]! > 0) gaps.push((t - last[c]!) / 1000);
      perChannel[c]!++;
      last[c] = t;
      const bin = Math.floor(t / 1000 / BIN_MS);
      if (bin < profile.length) profile[bin]!++;
    }
    counts.push(length);
    on.push(length > 0 ? onEvents / length : 0);
    for (const n of perChannel) {
      if (n >= 1) one++;
      if (n >= 3) three++;
    }
    gaps.sort((a, b) => a - b);
    if (gaps.length > 0)
      for (const [k, q] of [0.1, 0.5, 0.9].entries()) intervals[k]!.push(gaps[Math.floor(q * gaps.length)]!);
  }
  const n = counts.length;
  const sorted = [...counts].sort((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.floor(q * n)] ?? 0;
  return {
    recordings: n,
    events: {
      mean: mean(counts),
      deviation: deviation(counts),
      quantiles: [quantile(0.1), quantile(0.5), quantile(0.9)],
    },
    on: { mean: mean(on), deviation: deviation(on) },
    active: { one: one / n, three: three / n },
    intervals: [mean(intervals[0]), mean(intervals[1]), mean(intervals[2])],
    profile: profile.map((total) => total / n),
    counts,
  };
}

const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function deviation(values: number[]): number {
  const m = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
}

/** Pearson's correlation. */
export function correlation(a: number[], b: number[]): number {
  const ma = mean(a);
  const mb = mean(b);
  return mean(a.map((v, i) => (v - ma) * (b[i]! - mb))) / (deviation(a) * deviation(b));
}
