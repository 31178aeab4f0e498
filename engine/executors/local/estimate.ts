/** How long runs will take on this machine: measured by training each kind of them for a moment, and kept. */
import { spawn } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { readRegular, writeAtomic } from '../../base/files.ts';
import { makeFolder } from '../../base/folders.ts';
import { sha256 } from '../../base/hash.ts';
import type { Pace } from '../../jobs/rehearsal.ts';
import { runKey } from '../../runs/key.ts';
import { threadsPerRun } from './run-jobs.ts';

type Spec = Parameters<typeof runKey>[0];

/** Measured ones that are kept; the oldest go first. */
const KEPT = 500;
/** A machine may have been busy when it was measured, and is not for ever. */
const FRESH_MS = 24 * 3600 * 1000;
/** How `lif rehearse` begins what it says of its data while they are prepared. */
export const PREPARING = '# ';
/** Processes that train at the same time for a measurement, at most. */
const MAX_AT_ONCE = 16;

const paceSchema = z.object({ start: z.number().min(0), epoch: z.number().min(0) });
const keptSchema = z.record(z.string(), z.object({ ...paceSchema.shape, at: z.number() }));

export interface EstimateOptions {
  /** Program and first arguments that start `lif` again. */
  lif: string[];
  /** How long each kind of run is trained; 0: what was measured before counts alone. */
  seconds: number;
  /** Measures also what was measured within the last day. */
  anew: boolean;
  /** All runs that are to be trained, with these. */
  runs: number;
  /** File of what was measured before. */
  file: string;
  /** What else decides the speed: engine and kernels. */
  build: string;
  signal: AbortSignal;
  /** Hears how far the data are. Without it what would have to be prepared first is not measured. */
  preparing?: ((text: string) => void) | undefined;
}

/** Runs at the same time, and threads of each, of `runs` on this machine. */
export function sharing(runs: number): { threads: number; atOnce: number } {
  const cores = availableParallelism();
  const threads = threadsPerRun(runs, cores);
  return { threads, atOnce: Math.max(1, Math.min(runs, Math.floor(cores / threads))) };
}

/**
 * The pace of this run beside as many others like it as will train at the same time: they share the memory of the machine.
 * Null where it was not measured. Rejects when the run cannot be trained.
 */
export async function paceOn(spec: Spec, options: EstimateOptions): Promise<Pace | null> {
  const { threads, atOnce } = sharing(options.runs);
  const processes = Math.min(atOnce, MAX_AT_ONCE);
  const machine = `${cpus()[0]?.model} × ${availableParallelism()}, Node ${process.version}`;
  const key = sha256([runKey({ ...spec, seed: 0 }), threads, processes, machine, options.build].join('\n')).slice(
    0,
    24,
  );
  const known = kept(options.file)[key];
  const fresh = known && Date.now() - known.at < FRESH_MS;
  if (options.seconds === 0 || (fresh && !options.anew))
    return known ? { start: known.start, epoch: known.epoch } : null;
  const paces = await Promise.all(Array.from({ length: processes }, () => rehearsed(spec, threads, options)));
  const mean = (pick: (pace: Pace) => number) => paces.reduce((sum, pace) => sum + pick(pace), 0) / paces.length;
  const pace = { start: mean(({ start }) => start), epoch: mean(({ epoch }) => epoch) };
  keep(options.file, key, pace);
  return pace;
}

async function rehearsed(
  spec: Spec,
  threads: number,
  { lif, seconds, signal, preparing }: EstimateOptions,
): Promise<Pace> {
  const args = [...lif.slice(1), 'rehearse', String(seconds), '--threads', String(threads)];
  if (preparing) args.push('--prepare');
  const child = spawn(lif[0]!, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(spec));
  try {
    const code = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [answer, words] = await Promise.all([text(child.stdout), complaints(child.stderr, preparing), code]);
    if ((await code) !== 0) throw new Error(words.trim().split('\n')[0] || 'the process ended without a word');
    return paceSchema.parse(JSON.parse(answer));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What a process said besides how far its data are. */
async function complaints(stream: Readable, preparing: EstimateOptions['preparing']): Promise<string> {
  const words: string[] = [];
  for await (const line of createInterface(stream)) {
    if (line.startsWith(PREPARING)) preparing?.(line.slice(PREPARING.length));
    else words.push(line);
  }
  return words.join('\n');
}

type Kept = z.output<typeof keptSchema>;

function kept(file: string): Kept {
  try {
    const parsed = keptSchema.safeParse(JSON.parse(readRegular(file, { limit: 1024 * 1024 }).toString()));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

/** Two that measure at once lose a measurement, and nothing else. */
function keep(file: string, key: string, pace: Pace): void {
  const all = Object.entries({ ...kept(file), [key]: { ...pace, at: Date.now() } });
  const newest = all.toSorted(([, a], [, b]) => b.at - a.at).slice(0, KEPT);
  try {
    makeFolder(dirname(file));
    writeAtomic(file, `${JSON.stringify(Object.fromEntries(newest))}\n`);
  } catch {
    // It is measured again the next time.
  }
}

/** Seconds until all of them have ended: each, in this order, begins when a place is free. */
export function makespan(seconds: Iterable<number>, atOnce: number): number {
  const places = new Array<number>(atOnce).fill(0);
  for (const one of seconds) {
    const free = places.indexOf(Math.min(...places));
    places[free]! += one;
  }
  return Math.max(...places);
}
