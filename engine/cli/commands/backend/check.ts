import type { Installed } from '../../../backends/tensorflow/installed.ts';
import type { Command } from '../../command.ts';
import { printLines } from '../../output.ts';

/** In a process of its own: a library that does not fit this machine ends it. */
export const backendCheckCommand: Command = {
  name: 'backend check',
  usage: 'FOLDER PACKAGE',
  summary: 'Loads the TensorFlow of a folder, computes with it and prints its version.',
  example: 'lif backend check ~/.cache/lif-lab/tensorflow @tensorflow/tfjs-node',
  positionals: [2, 2],
  internal: true,
  options: {},
  async run(_cli, input) {
    const { checkNative } = await import('../../../backends/tensorflow/install/check.ts');
    const [folder, name] = input.positionals as [string, Installed['package']];
    printLines([checkNative(folder, name)]);
    return 0;
  },
};
