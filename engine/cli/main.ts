/** The executable. */
import { fileURLToPath } from 'node:url';
import { runCli } from './cli.ts';

// A reader that has seen enough (`lif list | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
// Nor is a terminal that was closed: the runs still have to be stopped in order.
process.stderr.on('error', () => {});

// Debuggers want a port of their own in each process; everything else goes for the children too.
const nodeOptions = process.execArgv.filter((option) => !option.startsWith('--inspect'));

process.exitCode = await runCli(
  {
    lif: [process.execPath, ...nodeOptions, fileURLToPath(import.meta.url)],
    loadTrainer: async () => (await import('../training/train.ts')).train,
  },
  process.argv.slice(2),
);
