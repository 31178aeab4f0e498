/** `lif check` as a script meets it. The trainer is a fake; see ../fake/trainer.ts. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Lab } from '../fake/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
});
afterAll(() => lab?.close());
beforeEach(() => lab.clear());

const study = (expectations: string[], variants = ['base', 'other']): void => {
  lab.study({ variants, more: `expect: [${expectations.map((text) => JSON.stringify(text)).join(', ')}]\n` });
};

test('what has not run is neither a pass nor a failure, and what is missing is said', async () => {
  study(['other.accuracy > base.accuracy']);
  const { code, stdout } = await lab.lif('check', 'study.lif.yaml');
  expect(code).toBe(5);
  expect(stdout).toMatch(
    /^not run +other\.accuracy > base\.accuracy +not run: no seed has finished in both of "other" and "base"$/m,
  );
  expect(stdout).toMatch(/study\.lif\.yaml: 0 of 1 hold, not run\.\n/);
  expect(stdout).toMatch(/2 run\(s\) of these lines are missing; lif run .*study\.lif\.yaml trains them/);
});

test('one seed is undecided; --json has it all', async () => {
  study(['other.accuracy > base.accuracy', 'base.accuracy >= 0']);
  expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 0 });
  expect(await lab.lif('check', 'study.lif.yaml')).toMatchObject({ code: 4 });
  const { code, stdout } = await lab.lif('check', 'study.lif.yaml', '--json');
  const { outcome, expectations, code: said } = JSON.parse(stdout);
  expect([code, said, outcome]).toEqual([4, 4, 'undecided']);
  expect(expectations.map((claim: { outcome: string; sentence: string }) => claim.sentence)).toEqual([
    ...Array(2).fill('undecided: 1 seed cannot decide at 5 % among 2 expectations; 7 could'),
  ]);
  expect(expectations[0].paired.differences).toHaveLength(1);
});

test('identical settings pass or fail without a run, and a failure is what counts', async () => {
  lab.file(
    'twins.lif.yaml',
    `name: T
dataset: { name: delayed-xor, steps: 30 }
network: { hidden: [4] }
variants: { a: {}, b: {}, c: { neuron: { threshold: 2 } } }
expect: [b.accuracy >= a.accuracy]
`,
  );
  expect(await lab.lif('check', 'twins.lif.yaml')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^pass .* holds: identical settings, so both are the same$/m),
  });
  const text = (line: string) =>
    `name: T\ndataset: { name: delayed-xor, steps: 30 }\nnetwork: { hidden: [4] }\nvariants: { a: {}, b: {} }\n${line}`;
  lab.file('twins.lif.yaml', text('expect: [b.accuracy > a.accuracy, a.accuracy > 0.2]\n'));
  expect(await lab.lif('check', 'twins.lif.yaml')).toMatchObject({ code: 3 });
  lab.file('twins.lif.yaml', text(''));
  expect(await lab.lif('check', 'twins.lif.yaml')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /twins\.lif\.yaml expects nothing: add a line such as expect: \[b\.accuracy > a\.accuracy\]\.\n$/,
    ),
  });
});
