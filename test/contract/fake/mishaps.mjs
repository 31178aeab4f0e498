// Loaded into every process and thread of the built `lif` (node --import): what MISHAP names happens to the process that
// trains a run, or to its worker threads, a moment after it began.
import { isMainThread } from 'node:worker_threads';

const AFTER_MS = 250;

function fillMemory() {
  const all = [];
  for (;;) all.push(new Array(10_000).fill(all.length));
}

/** An hour ahead, then an hour behind: only the time of day, as when a clock is set. */
function setClock() {
  const now = Date.now;
  let shift = 3_600_000;
  Date.now = () => now.call(Date) + shift;
  setTimeout(() => {
    shift = -3_600_000;
  }, AFTER_MS);
}

const trains = isMainThread && process.argv.includes('execute');
const mishaps = {
  'out of memory': trains && fillMemory,
  'clock set': trains && setClock,
  'worker out of memory': !isMainThread && fillMemory,
  'worker ends': !isMainThread && (() => process.exit(134)),
};
const mishap = mishaps[process.env.MISHAP];
if (mishap) setTimeout(mishap, AFTER_MS);
