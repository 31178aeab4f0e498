import { text } from 'node:stream/consumers';
import { UserError } from '../../../base/errors.ts';
import { workSchema } from '../../../executors/local/detach.ts';
import { runLocally } from '../../../executors/local/run-jobs.ts';
import { removeEmptyWorkLog } from '../../../runs/log.ts';
import type { Command } from '../../command.ts';
import { say } from '../../output.ts';
import { withSignals } from '../../signals.ts';

/** The background half of --detach. */
export const workCommand: Command = {
  name: 'work',
  usage: '',
  summary: 'Does the queued jobs named on standard input.',
  example: `echo '{"jobs": [{"kind": "train", "run": "/home/me/.lif/runs/20261123-141530-delayed-xor-baseline-s1-k3f9"}]}' | lif work`,
  positionals: [0, 0],
  internal: true,
  options: {},
  async run(cli) {
    const work = workSchema.safeParse(JSON.parse(await text(process.stdin)));
    if (!work.success) throw new UserError('lif work expects {"jobs": [...], "threads": N} on standard input.');
    const { jobs, log, ...training } = work.data;
    return withSignals(async ({ stop, kill, exitCode }) => {
      const report = say;
      await runLocally(jobs, { lif: cli.lif, stop, kill, report, ...training });
      if (log !== undefined) removeEmptyWorkLog(log);
      return exitCode() ?? 0;
    });
  },
};
