import { basename, resolve } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../../../base/errors.ts';
import { reason } from '../../../base/files.ts';
import { shortPath, studyOf } from '../../../studies/load.ts';
import { type Command, jsonOption } from '../../command.ts';
import { interruptible } from '../../data-progress.ts';
import { printJson, printLines, say } from '../../output.ts';

export const importNirCommand: Command = {
  name: 'import nir',
  usage: 'FILE',
  summary:
    'Makes an experiment file of a graph of the Neuromorphic Intermediate Representation: feed-forward and recurrent layers of spiking neurons, their sizes, leaks, thresholds and resets, without the weights.',
  example: "lif import nir model.nir -o study.lif.yaml --dataset '{ name: shd, dt: 10 }'",
  positionals: [1, 1],
  options: {
    output: { type: 'string', short: 'o', value: 'FILE', help: 'the experiment file: a name that ends in .lif.yaml' },
    dataset: {
      type: 'string',
      value: 'YAML',
      help: 'what to train on (default: a data set with as many inputs and classes)',
    },
    dt: { type: 'string', value: 'SECONDS', help: 'the length of a step (default: what the file says)' },
    overwrite: { type: 'boolean', help: 'replace what is there' },
    json: jsonOption,
  },
  async run(_cli, input) {
    const path = input.text('output');
    if (path === undefined || !/\.lif\.ya?ml$/.test(path)) throw new UserError('Say where it goes: -o study.lif.yaml.');
    const output = { path: resolve(path), overwrite: input.flag('overwrite') };
    const file = input.positionals[0]!;
    const dt = input.seconds('dt');
    const dataset = datasetIn(input.text('dataset'));
    const { refuseExisting, writeParts } = await import('../../../exchange/output.ts');
    refuseExisting([output.path], output);
    const { readNir } = await import('../../../exchange/nir/file.ts');
    const { studyFrom } = await import('../../../exchange/nir/to-study.ts');
    return interruptible(async (signal) => {
      const graph = await readNir(resolve(file), signal);
      const name = basename(file).replace(/\.\w+$/, '');
      const { text, remarks } = studyFrom(graph, { file: basename(file), name, dataset, dt });
      // Nothing is written that could not be run.
      const { warnings } = studyOf(output.path, text);
      writeParts(output.path, [text]);
      for (const warning of warnings) say(warning);
      if (input.flag('json')) printJson({ file: output.path, remarks });
      else printLines([`Wrote ${shortPath(output.path)}.`, ...remarks]);
      return 0;
    });
  },
};

function datasetIn(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    const value: unknown = parse(text);
    return typeof value === 'string' ? { name: value } : value;
  } catch (error) {
    throw new UserError(`--dataset is not YAML (${reason(error).split('\n')[0]}).`);
  }
}
