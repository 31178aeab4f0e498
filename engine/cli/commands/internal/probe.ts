import { resolve } from 'node:path';
import type { Command } from '../../command.ts';

/** Keeps a network open for the editor, which looks at one sample after another. */
export const probeCommand: Command = {
  name: 'probe',
  usage: 'RUNFOLDER',
  summary: 'Answers questions about single samples, a line of JSON each, on standard input and output.',
  example: `echo '{"split": "test", "index": 0, "traces": []}' | lif probe .lif/runs/20261123-141530-delayed-xor-baseline-s1-k3f9`,
  positionals: [1, 1],
  internal: true,
  options: {},
  async run(_cli, input) {
    const { serveProbes } = await import('../../../jobs/probe.ts');
    await serveProbes(resolve(input.positionals[0]!), process.stdin, (line) => void process.stdout.write(line), 1);
    process.exit(0);
  },
};
