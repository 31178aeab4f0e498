import { resolve } from 'node:path';
import { expandExperiment } from '../../experiment/expand.ts';
import { checkExperiment } from '../../experiment/parse.ts';
import { checkRuns, diagnosticLine, readStudyText, shortPath } from '../../studies/load.ts';
import { type Command, jsonOption } from '../command.ts';
import { printJson, printLines } from '../watch.ts';

export const validateCommand: Command = {
  name: 'validate',
  usage: 'FILE',
  summary: 'Checks an experiment file and whether its data can be found; writes nothing.',
  example: 'lif validate examples/delayed-xor.lif.yaml',
  positionals: [1, 1],
  options: { json: jsonOption },
  async run(_cli, input) {
    const file = resolve(input.positionals[0]!);
    const { diagnostics, experiment } = checkExperiment(readStudyText(file), file);
    const wrong = !experiment || diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    const specs = wrong ? [] : expandExperiment(experiment, file);
    if (input.flag('json')) printJson({ file, diagnostics, runs: specs.length });
    else printLines(diagnostics.map((diagnostic) => diagnosticLine(shortPath(file), diagnostic)));
    if (wrong) return 2;
    await checkRuns(specs);
    if (!input.flag('json')) printLines([`${shortPath(file)}: all right, ${specs.length} run(s).`]);
    return 0;
  },
};
