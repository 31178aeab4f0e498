import { resolve } from 'node:path';
import { duration } from '../../../protocol/format.ts';
import { UserError } from '../../base/errors.ts';
import { expandExperiment } from '../../experiment/expand.ts';
import { checkExperiment } from '../../experiment/parse.ts';
import { expandVariants } from '../../studies/expanded.ts';
import { checkRuns, diagnosticLine, missingBackends, problemOf, readStudyText, shortPath } from '../../studies/load.ts';
import { failureOf } from '../answers/failure.ts';
import { type Command, jsonOption } from '../command.ts';
import { interruptible } from '../data-progress.ts';
import { estimated } from '../estimate.ts';
import { printJson, printLines, say } from '../output.ts';

export const validateCommand: Command = {
  name: 'validate',
  usage: 'FILE',
  summary: 'Checks an experiment file and whether its data can be found; writes no run.',
  example: 'lif validate examples/delayed-xor.lif.yaml',
  positionals: [1, 1],
  options: {
    estimate: {
      type: 'string',
      value: 'SECONDS',
      help: 'trains each variant for so long, without writing runs, to tell how long all of it will take; 0: only tells what is known (default: with --json 2, where it was not measured within the last day, else 0)',
    },
    json: jsonOption,
  },
  async run(cli, input) {
    const file = resolve(input.positionals[0]!);
    const { diagnostics, experiment } = checkExperiment(readStudyText(file), file);
    const valid = experiment !== undefined && !diagnostics.some(({ severity }) => severity === 'error');
    const json = input.flag('json');
    const asked = input.integer('estimate', 0, 600);
    const seconds = asked ?? (json ? 2 : 0);
    const problems = diagnostics.map((diagnostic) => problemOf(file, diagnostic));
    if (!json) printLines(diagnostics.map((diagnostic) => diagnosticLine(shortPath(file), diagnostic)));
    if (!valid) {
      if (json) printJson({ file, valid, problems, remarks: [], runs: 0, variants: [], estimate: null });
      return 2;
    }
    const specs = expandExperiment(experiment, file);
    let remarks: string[] = [];
    let refusal: UserError | undefined;
    const lacks = missingBackends(specs.map(({ backend }) => backend)).map(({ sentence }) => sentence);
    try {
      remarks = [...(await checkRuns(specs)), ...lacks];
    } catch (error) {
      if (!json || !(error instanceof UserError)) throw error;
      say(error.message);
      refusal = error;
    }
    const expanded = expandVariants(experiment, file);
    const runs = specs.length;
    return interruptible(async (signal, progress) => {
      const estimation = {
        seeds: experiment.seeds.length,
        // What cannot be trained here has no pace here.
        seconds: refusal || lacks.length > 0 ? 0 : seconds,
        anew: asked !== undefined,
        signal,
        progress,
      };
      const { perRun, estimate } = await estimated(cli, expanded, estimation);
      if (json) {
        const variants = expanded.map(({ spec: _, ...rest }, i) => ({ ...rest, secondsPerRun: perRun[i]! }));
        const failure = refusal && failureOf(refusal, 2);
        printJson({ file, valid, problems, ...failure, remarks, runs, variants, estimate });
      } else {
        const praise = diagnostics.length + remarks.length === 0 ? 'all right' : 'can be run, but see above';
        const time = seconds > 0 && estimate.seconds !== null;
        const long = time ? `, about ${duration(estimate.seconds!)} (${estimate.from})` : '';
        printLines([...remarks, `${shortPath(file)}: ${praise}, ${runs} run(s)${long}.`]);
      }
      return refusal ? 2 : 0;
    });
  },
};
