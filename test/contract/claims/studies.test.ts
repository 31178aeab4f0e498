/** `lif compare` of several files, and what it suggests. The trainer is a fake; see ../fake/trainer.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from '../fake/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
  const study = (name: string, dataset: string): string =>
    `name: ${name}\ndataset: { name: ${dataset} }\nnetwork: { hidden: [4], readout: { kind: leaky-integrator, leak: { learnable: true } } }\nvariants: { baseline: {}, mine: { neuron: { recurrent: true } } }\nseeds: [1, 2]\n`;
  lab.file('xor.lif.yaml', study('Exclusive or', 'delayed-xor'));
  lab.file('manifolds.lif.yaml', study('Manifolds', 'randman'));
  for (const file of ['xor.lif.yaml', 'manifolds.lif.yaml'])
    expect(await lab.lif('run', file), file).toMatchObject({ code: 0 });
});
afterAll(() => lab?.close());

test('several files are one table, whole in every form, with what the paper printed', async () => {
  const { code, stdout } = await lab.lif('compare', 'xor.lif.yaml', 'manifolds.lif.yaml');
  expect(code).toBe(0);
  const [head, baseline, second] = stdout.split('\n');
  expect(head).toMatch(/^Variant +delayed-xor +randman +IQM \(%\) +P \(%\) +Data sets$/);
  expect(baseline).toMatch(
    /^baseline +\d+\.\d\d ± \d+\.\d\d \[77\.50\] +\d+\.\d\d ± \d+\.\d\d +\d+\.\d \(.*\) +– +2 of 2$/,
  );
  expect(second).toMatch(/^mine .*\[98\.90\].* 2 of 2$/);
  expect(stdout).toContain('randman:\n  mine: undecided: 2 seeds cannot decide at 5 %; 6 could\n');
  for (const format of ['csv', 'markdown', 'latex'])
    expect((await lab.lif('compare', 'xor.lif.yaml', 'manifolds.lif.yaml', '--format', format)).stdout).toContain(
      'mine',
    );
  const json = JSON.parse((await lab.lif('compare', 'xor.lif.yaml', 'manifolds.lif.yaml', '--json')).stdout);
  expect(json.rows.map((row: { variant: string; over: number }) => [row.variant, row.over])).toEqual([
    ['baseline', 2],
    ['mine', 2],
  ]);
  expect(json.comparisons).toHaveLength(2);
});

test('two seeds suggest nothing', async () => {
  const { stdout } = await lab.lif('compare', 'xor.lif.yaml', '--json');
  expect(JSON.parse(stdout).advice).toEqual([]);
});
