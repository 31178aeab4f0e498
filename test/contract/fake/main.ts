/** The `lif` command with a fake trainer; everything else is the real thing. */
import { fileURLToPath } from 'node:url';
import { runCli } from '../../../engine/cli/cli.ts';
import { fakeTrainer } from './trainer.ts';

process.exitCode = await runCli(
  { lif: [process.execPath, fileURLToPath(import.meta.url)], loadTrainer: async () => fakeTrainer },
  process.argv.slice(2),
);
