/**
 * Ctrl-C once: stop politely. Twice: at once. A terminal that is closed stops what it shows; what shows on none was
 * detached from it (nohup, a pipe in the background) and goes on.
 */

export interface Interruption {
  stop: AbortSignal;
  kill: AbortSignal;
  /** Exit code when a signal ended it: 128 plus its number. */
  exitCode(): number | undefined;
}

/** Node forgets that its parent had it ignore hang-ups; but nohup leaves none of these on a terminal. */
const ON_TERMINAL = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);

/** From the first moment: what was detached goes on also when its terminal is closed while it still reads its file. */
export function ignoreHangUps(): void {
  if (!ON_TERMINAL) process.on('SIGHUP', () => {});
}

const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Runs `action` while signals are turned into requests; `onFirst` may tell what happens now. */
export async function withSignals<T>(action: (signals: Interruption) => Promise<T>, onFirst?: () => void): Promise<T> {
  const stop = new AbortController();
  const kill = new AbortController();
  let code: number | undefined;
  const listener = (signal: NodeJS.Signals) => {
    if (signal === 'SIGHUP' && !ON_TERMINAL) return;
    if (stop.signal.aborted) return kill.abort();
    code = 128 + NUMBERS[signal as keyof typeof NUMBERS];
    onFirst?.();
    stop.abort();
  };
  const names = Object.keys(NUMBERS) as NodeJS.Signals[];
  for (const name of names) process.on(name, listener);
  try {
    return await action({ stop: stop.signal, kill: kill.signal, exitCode: () => code });
  } finally {
    for (const name of names) process.removeListener(name, listener);
  }
}
