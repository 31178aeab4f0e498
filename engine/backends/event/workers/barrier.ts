/**
 * Threads of one run meet here. Spins for a moment, since the others are rarely far behind and waking from sleep takes
 * longer than that, then sleeps.
 */

/** Places in the control block: the next task, and what of a command was done, in weight updates or chunks. */
export const TASKS = 0;
export const DONE = 5;
const ARRIVED = 1;
const GENERATION = 2;
/** Asked for at any time, and seen by all threads alike from the next barrier on. */
const CANCEL = 3;
const CANCELLED = 4;
/** About a tenth of a millisecond. */
const SPINS = 20_000;

/** Returns when all `threads` have called it; the last one to arrive resets the task counter first. */
export function barrier(control: Int32Array, threads: number): void {
  const generation = Atomics.load(control, GENERATION);
  if (Atomics.add(control, ARRIVED, 1) === threads - 1) {
    Atomics.store(control, ARRIVED, 0);
    Atomics.store(control, TASKS, 0);
    Atomics.store(control, CANCELLED, Atomics.load(control, CANCEL));
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    return;
  }
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, GENERATION) !== generation) return;
  while (Atomics.load(control, GENERATION) === generation) Atomics.wait(control, GENERATION, generation, 1000);
}

/** Asks the threads to give up the command that they are at. */
export const cancel = (control: Int32Array): void => void Atomics.store(control, CANCEL, 1);

/** Before a command, while no thread is at one. */
export function beginCommand(control: Int32Array): void {
  for (const place of [CANCEL, CANCELLED, DONE]) Atomics.store(control, place, 0);
}

/** Whether a thread may leave the rest of its work: what it leaves must not be used. */
export const isCancelling = (control: Int32Array): boolean => Atomics.load(control, CANCEL) === 1;

/** The same answer in all threads until they meet again. */
export const isCancelled = (control: Int32Array): boolean => Atomics.load(control, CANCELLED) === 1;
