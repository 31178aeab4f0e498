/**
 * What every question between two sides has in common, whatever carries it: it ends with a result or with a sentence
 * for the user, and never later than its time. The carriers differ and stay apart: JSON-RPC over pipes to the query
 * process, messages between the extension and a webview.
 */

/** An error whose message is one sentence, meant for the user as it is. */
export class Refusal extends Error {
  override name = 'Refusal';

  constructor(
    message: string,
    /** The data set that is missing, when that is why: it can be downloaded or taken over. */
    readonly dataset?: string,
  ) {
    super(message);
  }
}

// Both sides have timers; neither of their libraries belongs here.
declare function setTimeout(callback: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;

/** The answer, or a refusal with the sentence `late` when there is none after that many milliseconds. */
export async function inTime<T>(answer: Promise<T>, milliseconds: number, late: string): Promise<T> {
  let timer: unknown;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal(late)), milliseconds);
  });
  try {
    return await Promise.race([answer, over]);
  } finally {
    clearTimeout(timer);
  }
}
