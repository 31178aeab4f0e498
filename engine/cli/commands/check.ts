import { CHECK_CODES, type ClaimOutcome, type JudgedClaim, worstOf } from '../../../protocol/comparison/claims.ts';
import { UserError } from '../../base/errors.ts';
import { judgeClaims } from '../../claims/judge.ts';
import { compareExperiment } from '../../runs/comparison/compare.ts';
import { openStore } from '../../runs/store.ts';
import { loadStudy, shortPath } from '../../studies/load.ts';
import { type Command, jsonOption, setOption, storeOption } from '../command.ts';
import { printJson, printLines } from '../output.ts';
import { trainCommand } from '../stores.ts';
import { printable, table } from '../text.ts';

export const checkCommand: Command = {
  name: 'check',
  usage: 'FILE',
  summary:
    'Judges the expectations of an experiment file by its finished runs. Exit code 0: all hold, 3: one fails, 4: one is undecided, 5: one has not run.',
  example: 'lif check examples/a-a.lif.yaml',
  positionals: [1, 1],
  options: { set: setOption, store: storeOption, json: jsonOption },
  async run(_cli, input) {
    const sets = input.texts('set');
    const { experiment, file } = loadStudy(input.positionals[0]!, sets);
    if (experiment.expect.length === 0)
      throw new UserError(
        `${shortPath(file)} expects nothing: add a line such as expect: [${firstNames(experiment.variants)}].`,
      );
    const { rows } = compareExperiment(experiment, file, openStore(input.store).keyedRuns());
    const claims = judgeClaims(experiment, rows);
    const outcome = worstOf(claims.map((claim) => claim.outcome));
    if (input.flag('json')) printJson({ file, outcome, code: CHECK_CODES[outcome], expectations: claims });
    else printLines(claimLines(claims, shortPath(file), outcome, sets));
    return CHECK_CODES[outcome];
  },
};

function firstNames(variants: readonly { name: string }[]): string {
  const [first, second] = variants.map(({ name }) => name);
  return second === undefined ? `${first}.accuracy >= 0.9` : `${second}.accuracy > ${first}.accuracy`;
}

function claimLines(claims: JudgedClaim[], file: string, outcome: ClaimOutcome, sets: string[]): string[] {
  const rows = claims.map(({ text, outcome, sentence }) => [outcome, printable(text), printable(sentence)]);
  const lines = table(['', '', ''], rows).slice(1);
  const missing = new Set(
    claims.flatMap((claim) => claim.missing.flatMap(({ variant, seeds }) => seeds.map((seed) => `${seed} ${variant}`))),
  );
  const summary = `${file}: ${claims.filter((claim) => claim.outcome === 'pass').length} of ${claims.length} hold${outcome === 'pass' ? '' : `, ${outcome}`}.`;
  return [
    ...lines,
    '',
    summary,
    ...(missing.size > 0
      ? [
          `${missing.size} run(s) of these lines are missing; ${trainCommand(file, sets)} trains them and whatever else is not trained yet.`,
        ]
      : []),
  ];
}
