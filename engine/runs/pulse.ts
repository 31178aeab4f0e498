/**
 * How old a heartbeat is, when clocks cannot be trusted: the one that wrote it may be on another machine, and either may
 * be set anew at any time. Whoever looks again and again sees heartbeats change, and that needs no clock of the day.
 */
import { hostname } from 'node:os';

export interface Clock {
  /** Milliseconds since 1970; jumps when it is set. */
  day(): number;
  /** Milliseconds since whenever; never jumps. */
  steady(): number;
}

export const systemClock: Clock = { day: () => Date.now(), steady: () => performance.now() };

/** What a reader knows of a heartbeat. Times are steady ones. */
export interface Pulse {
  heartbeat: number;
  /** When it was last looked at, and when it was first seen with this value. */
  seen: number;
  since: number;
  /** Whether it was seen to change, from one look to another shortly after. */
  beating: boolean;
  /** In milliseconds; negative when it is from the future. */
  age: number;
}

/** The pulse after another look. */
export function feel(known: Pulse | undefined, heartbeat: number, clock: Clock, timeoutMs: number): Pulse {
  const now = clock.steady();
  const byDay = clock.day() - heartbeat;
  if (!known) return { heartbeat, seen: now, since: now, beating: false, age: byDay };
  if (heartbeat !== known.heartbeat) {
    const beating = now - known.seen <= timeoutMs;
    return { heartbeat, seen: now, since: now, beating, age: beating ? 0 : byDay };
  }
  const still = now - known.since;
  return { ...known, seen: now, age: known.beating ? still : Math.max(byDay, still) };
}

/** Heartbeats older than this are no matter of clocks. */
const DOUBTFUL_MS = 24 * 3600 * 1000;

/** Whether only a clock, which need not be that of the machine `host`, tells how old the heartbeat is. */
export function isDoubtful(host: string | undefined, pulse: Pulse | undefined): boolean {
  if (!pulse || pulse.beating || host === undefined || host === hostname()) return false;
  return Math.abs(pulse.age) < DOUBTFUL_MS;
}

/**
 * The last sign of life of an owner on another machine, for acquireLock: one that looks old but changes while we watch
 * is from now.
 */
export function lastSign(
  read: () => number | undefined,
  pause: () => void,
  recentMs: number,
  clock: Clock = systemClock,
): number | undefined {
  const first = read();
  if (first === undefined || Math.abs(clock.day() - first) <= recentMs) return first;
  pause();
  return read() === first ? first : clock.day();
}
