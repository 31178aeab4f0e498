/** Why a run ended, in one sentence with what to do: what a person reads in the list of runs. */
import { BACKENDS } from '../backends/registry.ts';
import { UserError } from '../base/errors.ts';
import { errorCode, reason } from '../base/files.ts';
import { readLog } from '../runs/log.ts';
import { readRun } from './claim.ts';

/** As V8, its WebAssembly, worker threads and the C library say it. */
const OUT_OF_MEMORY =
  /out of memory|process OOM|heap limit|memory limit|allocation failed|could not allocate|cannot allocate memory|bad_alloc/i;
const MORE_MEMORY =
  'The run ran out of memory: resume it with fewer runs at a time or fewer --threads, or take a smaller training.batchSize or network.';
/** How the system ends a process that did what no program may, not somebody who wanted it gone. */
const CRASHES = /^SIG(BUS|SEGV|ILL|ABRT|FPE|TRAP|SYS)$/;
/** Native crashes print long traces after their reason. */
const LOG_BYTES = 32_768;

/** How a process ended, as its parent sees it. */
export interface End {
  code?: number | null;
  signal?: string | null;
  /** It could not even be started. */
  error?: unknown;
  /** Bytes that were in the run's log before: earlier processes died of other things. */
  logBefore?: number;
}

/** What training rejected with. */
export function reasonOfFailure(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
  const code = errorCode(error);
  if (OUT_OF_MEMORY.test(message) || code === 'ENOMEM') return MORE_MEMORY;
  // Those of Node itself begin with ERR_; those of the system are about files here.
  if (code !== undefined && /^E[A-Z0-9]+$/.test(code)) return unwritable(error);
  return message;
}

export function unwritable(error: unknown): string {
  const code = errorCode(error);
  const remedy = code === 'ENOSPC' || code === 'EDQUOT' ? 'make room and resume it' : 'see to its folder and resume it';
  return `The run could not be written: ${reason(error)}; ${remedy}.`;
}

/** Of a process that left no last word in the run of this folder. */
export function reasonOfEnd(folder: string, { code, signal, error, logBefore }: End): string {
  if (error !== undefined) return `The run could not be started: ${reason(error)}.`;
  const words = wordsOf(folder, logBefore);
  if (OUT_OF_MEMORY.test(words)) return MORE_MEMORY;
  if (signal === 'SIGKILL')
    return 'The process was killed (SIGKILL), as happens when memory runs out: resume the run, with fewer at a time if it happens again.';
  const log = "its log may say why; resume it if that was no fault of the run's";
  const loss = signal && CRASHES.test(signal) && !/ Epoch \d/.test(words) ? lossOf(folder) : undefined;
  if (loss !== undefined) return `The process was ended by ${signal} ${loss}.`;
  if (signal) return `The process was ended by ${signal}; ${log}.`;
  return `The process ended with exit code ${code} without finishing; ${log}.`;
}

/** What the backend of a run says of a process that went before it had done an epoch. */
function lossOf(folder: string): string | undefined {
  try {
    return BACKENDS[readRun(folder).spec.backend].atLoss?.();
  } catch {
    return undefined;
  }
}

/** What it left in the log beyond what was there before. */
function wordsOf(folder: string, logBefore: number | undefined): string {
  try {
    return readLog(folder, LOG_BYTES, logBefore);
  } catch {
    return '';
  }
}
