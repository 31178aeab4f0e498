import { text } from 'node:stream/consumers';
import { PREPARING } from '../../../executors/local/estimate.ts';
import { rehearse } from '../../../jobs/rehearsal.ts';
import { type Command, threadsOption } from '../../command.ts';
import { printJson } from '../../output.ts';

/** One of the processes that tell how long a run takes. Its specification comes from `lif validate`. */
export const rehearseCommand: Command = {
  name: 'rehearse',
  usage: 'SECONDS',
  summary: 'Trains the specification on standard input for a moment and prints how fast.',
  example: 'lif rehearse 2 --threads 1 < spec.json',
  positionals: [1, 1],
  internal: true,
  options: {
    threads: threadsOption,
    prepare: {
      type: 'boolean',
      help: 'prepares the data first where they are not, and says on standard error how far it is',
    },
  },
  async run(cli, input) {
    const started = process.uptime();
    const spec = JSON.parse(await text(process.stdin));
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
    const pace = await rehearse(spec, {
      trainer: await cli.loadTrainer(),
      threads: input.training.threads ?? 1,
      seconds: Number(input.positionals[0]),
      signal: stop.signal,
      preparing: input.flag('prepare') ? (text) => void process.stderr.write(`${PREPARING}${text}\n`) : undefined,
    });
    printJson({ ...pace, start: pace.start + started });
    // Training that was left off may have left threads behind.
    process.exit(0);
  },
};
