/** Entry of a worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadCommand, WorkerAnswer, WorkerStart } from './commands.ts';
import { createThread } from './thread.ts';

const port = parentPort!;
const answer = (message: WorkerAnswer): void => port.postMessage(message);
const run = createThread(workerData as WorkerStart);
port.on('message', (command: ThreadCommand) => {
  try {
    run(command);
    answer({ kind: 'done' });
  } catch (error) {
    answer({ kind: 'error', message: error instanceof Error ? error.message : String(error) });
  }
});
answer({ kind: 'ready' });
