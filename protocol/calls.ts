/**
 * What every question between two sides has in common, whatever carries it: it ends with a result or with a sentence
 * for the user, and never later than its time. The carriers differ and stay apart: JSON-RPC over pipes to the query
 * process, messages between the extension and a webview, lines to a process that looks into a network.
 */
import type { HostMethod } from './host.ts';

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

/** Who answers: a process of the engine, the query process as the extension hears it, the extension as a view does. */
export type Answerer = 'engine' | 'host' | 'extension';

/** Opening a network may prepare its data set; before a start the user may be asked something. */
const PATIENCE_MS: Partial<Record<HostMethod, number>> = {
  // A tool may wait for runs for ten minutes.
  'tools/call': 660_000,
  'samples/probe': 120_000,
  'runs/start': 600_000,
};
const USUAL_PATIENCE_MS = 40_000;
/** Whoever asks further out waits longer: what is read is the sentence of the side where the answer was lost. */
const MARGIN_MS: Record<Answerer, number> = { engine: 0, host: 10_000, extension: 20_000 };

/** How long to wait for an answer, in milliseconds. */
export const patienceFor = (method: HostMethod, answerer: Answerer): number =>
  (PATIENCE_MS[method] ?? USUAL_PATIENCE_MS) + MARGIN_MS[answerer];

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
