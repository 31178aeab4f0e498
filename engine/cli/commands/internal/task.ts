import { resolve } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { askSlurm } from '../../../executors/slurm/commands.ts';
import { runTask } from '../../../executors/slurm/task.ts';
import type { Command } from '../../command.ts';

/** One task of an array, on its node. What it has to say goes to the store; standard error is the output of the task. */
export const taskCommand: Command = {
  name: 'task',
  usage: 'STORE SUBMISSION INDEX',
  summary: 'Does one job of a submission to Slurm in this process.',
  example: 'lif task .lif 20261123-141530-3f9a2c 7',
  positionals: [3, 3],
  internal: true,
  options: {},
  async run(cli, input) {
    const [store, submission, index] = input.positionals as [string, string, string];
    if (!/^\d{1,6}$/.test(index)) throw new UserError(`A task has a number, not "${index}".`);
    const loadTrainer = () => cli.loadTrainer();
    const code = await runTask({ store: resolve(store), submission, index: Number(index), loadTrainer, ask: askSlurm });
    // Training that failed may have left threads behind; all that was to be said is in the store.
    process.exit(code);
  },
};
