import type { Command } from '../../command.ts';

/** The query process of the editor. */
export const hostCommand: Command = {
  name: 'host',
  usage: '',
  summary: 'Answers questions about runs and experiment files as JSON-RPC on standard input and output.',
  example: 'lif host',
  positionals: [0, 0],
  internal: true,
  options: {},
  async run(cli) {
    const { startHost } = await import('../../../host/main.ts');
    await startHost(cli.lif);
    // Half a message, of an editor that was killed while it wrote, would keep this process waiting for the rest.
    process.exit(0);
  },
};
