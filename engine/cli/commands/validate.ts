import { resolve } from 'node:path';
import type { Diagnostic } from '../../../protocol/experiment.ts';
import { expandExperiment } from '../../experiment/expand.ts';
import { checkExperiment } from '../../experiment/parse.ts';
import { checkRuns, diagnosticLine, readStudyText, shortPath } from '../../studies/load.ts';
import { type Command, jsonOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';

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
    const json = input.flag('json');
    if (!json) printLines(diagnostics.map((diagnostic) => diagnosticLine(shortPath(file), diagnostic)));
    if (wrong) {
      if (json) printJson({ file, diagnostics, runs: 0, remarks: [] });
      return 2;
    }
    const remarks = await checkRuns(specs).catch((error) => {
      if (json) printJson({ file, diagnostics, runs: specs.length, remarks: [] });
      throw error;
    });
    if (json) printJson({ file, diagnostics, runs: specs.length, remarks });
    else printLines([...remarks, `${shortPath(file)}: ${verdict(diagnostics, remarks)}, ${specs.length} run(s).`]);
    return 0;
  },
};

/** A file with warnings can be run; what is warned of is not called right. */
function verdict(diagnostics: Diagnostic[], remarks: string[]): string {
  return diagnostics.length + remarks.length === 0 ? 'all right' : 'can be run, but see above';
}
