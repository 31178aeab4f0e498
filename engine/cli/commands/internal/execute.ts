import { resolve } from 'node:path';
import { EXIT_BUSY } from '../../../executors/local/child.ts';
import { leaveWhenPaused } from '../../../executors/local/turn.ts';
import { RunBusyError } from '../../../jobs/claim.ts';
import { executeJob } from '../../../jobs/execute.ts';
import { type Job, jobSchema } from '../../../jobs/job.ts';
import { type Command, checkpointOption, type Input, maxSecondsOption, threadsOption } from '../../command.ts';
import { say } from '../../output.ts';

/** One run in this process. What it has to say goes to the store; standard error is the run's log. */
export const executeCommand: Command = {
  name: 'execute',
  usage: 'RUNFOLDER',
  summary: 'Trains the run of one folder in this process.',
  example: 'lif execute .lif/runs/20261123-141530-delayed-xor-baseline-s1-k3f9 --threads 2',
  positionals: [1, 1],
  internal: true,
  options: {
    job: { type: 'string', value: 'JSON', help: 'another job for this run than to train it (jobs/job.ts)' },
    queue: { type: 'boolean', help: 'goes back into the queue when that is paused for running runs, too' },
    threads: threadsOption,
    'checkpoint-every': checkpointOption,
    'max-seconds': maxSecondsOption,
  },
  async run(cli, input) {
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
    const job = jobOf(input);
    const left = job.kind === 'train' && input.flag('queue') ? leaveWhenPaused(job.run, stop) : undefined;
    let code = 0;
    try {
      await executeJob(job, {
        ...input.training,
        threads: input.training.threads ?? 1,
        loadTrainer: () => cli.loadTrainer(),
        signal: stop.signal,
        ...(left && { leaves: left }),
      });
    } catch (error) {
      if (error instanceof RunBusyError) say(error.message);
      // Any other reason is in the run's status and log.
      code = error instanceof RunBusyError ? EXIT_BUSY : 1;
    }
    // Training that failed may have left threads behind; all that was to be said is in the store.
    process.exit(code);
  },
};

function jobOf(input: Input): Job {
  const run = resolve(input.positionals[0]!);
  const other = input.text('job');
  return other === undefined ? { kind: 'train', run } : jobSchema.parse({ ...JSON.parse(other), run });
}
