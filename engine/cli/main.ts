/** The executable. */
import { fileURLToPath } from 'node:url';
import { runCli } from './cli.ts';
import { watchStreams } from './output.ts';

watchStreams();

// Debuggers want a port of their own in each process; everything else goes for the children too.
const nodeOptions = process.execArgv.filter((option) => !option.startsWith('--inspect'));

process.exitCode = await runCli(
  {
    lif: [process.execPath, ...nodeOptions, fileURLToPath(import.meta.url)],
    loadTrainer: async () => (await import('../training/train.ts')).train,
  },
  process.argv.slice(2),
);
