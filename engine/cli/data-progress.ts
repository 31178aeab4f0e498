/** What a person sees while a data set is fetched or prepared. */

import { thousands } from '../../protocol/format.ts';
import { withSignals } from './signals.ts';
import { printable } from './text.ts';

export interface Progress {
  show(p: { what: string; done: number; total: number }): void;
  say(sentence: string): void;
  clear(): void;
}

/**
 * One line that is rewritten on a terminal. Elsewhere a line every ten seconds, and when something else is done; of small files, of
 * which there may be hundreds, one a second. What has no total is bytes.
 */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  let shown = false;
  let last = 0;
  let of = '';
  const clear = () => {
    if (shown) stream.write('\r\x1b[K');
    shown = false;
  };
  return {
    show({ what, done, total }) {
      const now = performance.now();
      const gap = stream.isTTY ? 100 : what === of ? 10_000 : verbOf(what) === verbOf(of) ? 1000 : 0;
      if (now - last < gap) return;
      last = now;
      of = what;
      const share = total > 0 ? `${((100 * done) / total).toFixed(0)} %` : `${thousands(done)} bytes`;
      const line = `${printable(what)}: ${share}`;
      if (stream.isTTY) stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
      else stream.write(`${line}\n`);
      shown = stream.isTTY === true;
    },
    say(sentence) {
      clear();
      stream.write(`${printable(sentence)}\n`);
    },
    clear,
  };
}

/** `checking` of `checking a.csv`. */
const verbOf = (what: string): string => what.split(' ', 1)[0]!;

/** Ctrl-C ends with exit code 130 and keeps what was downloaded. */
export async function interruptible(
  action: (signal: AbortSignal, progress: Progress) => Promise<number>,
): Promise<number> {
  const progress = progressOn(process.stderr);
  return withSignals(async (signals) => {
    try {
      return await action(signals.stop, progress);
    } catch (error) {
      const code = signals.exitCode();
      if (code === undefined) throw error;
      return code;
    } finally {
      progress.clear();
    }
  });
}
