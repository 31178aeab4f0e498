import { join, resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { type Command, storeOption } from '../command.ts';
import { realFolder } from '../stores.ts';

export const mcpCommand: Command = {
  name: 'mcp',
  usage: '',
  summary:
    'Serves list, show, compare, events, validate, wait, run and stop to a program that speaks the Model Context Protocol on standard input and output. Opens no experiment file or data outside of this folder; never deletes.',
  example: 'lif mcp --folder ~/studies',
  positionals: [0, 0],
  options: {
    folder: { type: 'string', value: 'DIR', help: 'the folder to work in (default: this one)' },
    'read-only': { type: 'boolean', help: 'offers neither run nor stop' },
    store: { ...storeOption, help: 'folder of the run store (default: .lif in that folder)' },
  },
  async run(cli, input) {
    const folder = realFolder(input.text('folder') ?? '.');
    if (folder === undefined) throw new UserError(`--folder ${input.text('folder')} is no folder.`);
    const named = input.text('store');
    const store = named === undefined ? join(folder, '.lif') : resolve(named);
    const { serveMcp } = await import('../../tools/mcp.ts');
    await serveMcp(process.stdin, process.stdout, { lif: cli.lif, folder, store, readOnly: input.flag('read-only') });
    return 0;
  },
};
