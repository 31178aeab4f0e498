import { join } from 'node:path';
import { nameOf, saidOfTensorFlow } from '../../../backends/tensorflow/installed.ts';
import { SAYS } from '../../../backends/tensorflow/tensorflow.ts';
import { UserError } from '../../../base/errors.ts';
import { dataFolder } from '../../../datasets/library/locations.ts';
import { type Command, jsonOption } from '../../command.ts';
import { interruptible } from '../../data-progress.ts';
import { printJson } from '../../output.ts';

export const backendInstallCommand: Command = {
  name: 'backend install',
  usage: 'tfjs',
  summary: 'Installs native TensorFlow into the data folder, for backend: tfjs.',
  example: 'lif backend install tfjs',
  positionals: [1, 1],
  options: {
    gpu: { type: 'boolean', help: 'the package for CUDA (@tensorflow/tfjs-node-gpu)' },
    from: {
      type: 'string',
      value: 'PATH',
      help: 'a wheel of TensorFlow for Python, or its folder below site-packages, to take the library from',
    },
    index: {
      type: 'string',
      value: 'URL',
      help: 'a Python package index (default: PIP_INDEX_URL, or that of Python), where the package itself gets no library',
    },
    json: jsonOption,
  },
  async run(cli, input) {
    const [what] = input.positionals;
    if (what !== 'tfjs') throw new UserError(`"${what}" is not a backend that is installed; that would be tfjs.`);
    const gpu = input.flag('gpu');
    const [from, index] = [input.text('from'), input.text('index')];
    if (gpu && (from ?? index) !== undefined)
      throw new UserError(
        '--gpu takes the library that the package for CUDA gets itself; leave out --from and --index.',
      );
    const { installTensorFlow } = await import('../../../backends/tensorflow/install/install.ts');
    return interruptible(async (signal, progress) => {
      const installed = await installTensorFlow({
        gpu,
        from,
        index,
        signal,
        onNote: progress.say,
        onProgress: progress.show,
        check: (folder, name) => [...cli.lif, 'backend', 'check', folder, name],
      });
      const folder = join(dataFolder(), 'tensorflow');
      progress.say(`${nameOf(installed)} is ready in ${folder}.`);
      const said = saidOfTensorFlow();
      if (said !== '' && said !== 'native')
        progress.say(`It is not the one that backend: tfjs takes: ${SAYS} is "${said}".`);
      if (input.flag('json')) printJson({ folder, ...installed });
      return 0;
    });
  },
};
