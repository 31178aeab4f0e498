/**
 * Threads of one run meet here. Spins for a moment, since the others are rarely far behind and waking from sleep takes
 * longer than that, then sleeps.
 */

const ARRIVED = 1;
const GENERATION = 2;
/** About a tenth of a millisecond. */
const SPINS = 20_000;

/** Index of the task counter in the control block. */
export const TASKS = 0;

/** Returns when all `threads` have called it; the last one to arrive resets the task counter first. */
export function barrier(control: Int32Array, threads: number): void {
  const generation = Atomics.load(control, GENERATION);
  if (Atomics.add(control, ARRIVED, 1) === threads - 1) {
    Atomics.store(control, ARRIVED, 0);
    Atomics.store(control, TASKS, 0);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    return;
  }
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, GENERATION) !== generation) return;
  while (Atomics.load(control, GENERATION) === generation) Atomics.wait(control, GENERATION, generation, 1000);
}
