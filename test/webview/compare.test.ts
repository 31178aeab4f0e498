import { describe, expect, test } from 'vitest';
import { patienceFor } from '../../protocol/calls.ts';
import { host, names, open } from './compare/page.ts';
import { picture, settle } from './harness.ts';
import { exportedFile } from './page.ts';
import { FakeStudy, XOR } from './study.ts';

const NAMES = XOR.map((v) => v.name);

async function cell(variant: string, column: string): Promise<string> {
  const text = await host.page.locator(`tr[data-variant="${variant}"] .col-${column}`).textContent();
  return (text ?? '').replace(/\s+/g, ' ').trim();
}

describe('the table', () => {
  test('shows what each variant changes and what that does', async () => {
    const study = new FakeStudy();
    await open(study);
    const rows = study.comparison().rows;
    await expect.poll(() => names()).toEqual(NAMES);
    const { mean, deviation } = rows[3]!.accuracy!;
    await expect
      .poll(() => cell('without reset', 'accuracy'))
      .toContain(`${(100 * mean).toFixed(2)} ± ${(100 * deviation!).toFixed(2)}`);
    const { low, high } = rows[3]!.testInterval!;
    await expect
      .poll(() => cell('without reset', 'accuracy'))
      .toContain(`test set ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`);
    await expect.poll(() => cell('baseline', 'difference')).toBe('baseline');
    const difference = (100 * (mean - rows[0]!.accuracy!.mean)).toFixed(2);
    await expect.poll(() => cell('without reset', 'difference')).toContain(`+${difference}`);
    await expect.poll(() => cell('complete leakage', 'difference')).toMatch(/^−\d/);
    await expect.poll(() => cell('without reset', 'variant')).toContain('neuron.reset: none');
    await expect.poll(() => cell('without reset', 'spikes')).toContain('23.2');
  });

  test('three seeds decide nothing, nothing is bold, and more of them are one press away', async () => {
    await open();
    const undecided = 'undecided: 3 seeds cannot decide at 5 % among 4 variants; 8 could';
    for (const name of NAMES.slice(1)) await expect.poll(() => cell(name, 'difference')).toContain(undecided);
    await expect.poll(() => host.page.locator('.figure.best').count(), { message: 'bold figures' }).toBe(0);
    const slopes = host.page.locator('tr[data-variant="without reset"] .slopes');
    await expect
      .poll(() => slopes.getAttribute('aria-label'))
      .toMatch(/^From baseline to without reset: seed 1: \d\d\.\d\d\s% to \d\d\.\d\d\s%, seed 2: .*, seed 3: /);
    await expect.poll(() => slopes.locator('line').count(), { message: 'a line for each seed' }).toBe(3);
    await host.page.getByRole('button', { name: 'Add 3 seeds' }).click();
    await expect.poll(() => host.sent.at(-1)).toEqual({ type: 'addSeeds' });
  });

  test('eight seeds decide: what is better is bold, and says so in words', async () => {
    const study = new FakeStudy({ seeds: 8 });
    await open(study);
    for (const { variant, verdict } of study.comparison().rows.slice(1))
      await expect.poll(() => cell(variant, 'difference')).toContain(verdict!.sentence);
    await expect
      .poll(() => cell('with recurrence', 'difference'))
      .toContain('(8 seeds, exact sign-flip p = .031, Holm over 4)');
    await expect.poll(() => cell('with recurrence', 'accuracy')).toContain('better');
    await expect.poll(() => cell('complete leakage', 'accuracy'), { message: 'worse' }).not.toContain('better');
    await expect
      .poll(() => host.page.getByRole('button', { name: 'Add 3 seeds' }).count(), {
        message: 'nothing is left to decide',
      })
      .toBe(0);
    await picture(host, 'compare-verdicts');
  });

  test('sorts by a column, remembers it, and returns to the order of the file', async () => {
    await open();
    const header = host.page.locator('th.col-accuracy');
    await header.getByRole('button').click();
    const best = ['with recurrence', 'without reset', 'without leakage', 'baseline', 'complete leakage'];
    await expect.poll(names).toEqual(best);
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('descending');
    await host.page.reload();
    await settle(host);
    await expect.poll(() => names(), { message: 'after a reload' }).toEqual(best);
    await header.getByRole('button').click();
    await expect.poll(names).toEqual([...best].reverse());
    await header.getByRole('button').click();
    await expect.poll(names).toEqual(NAMES);
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('none');
  });

  test('is live', async () => {
    const study = new FakeStudy({ seeds: 1 });
    const run = study.find('baseline');
    run.state = 'running';
    run.done = 20;
    await open(study);
    await expect.poll(() => cell('baseline', 'variant')).toContain('epoch 21 of 60');
    await expect.poll(() => cell('baseline', 'accuracy')).toBe('–');
    run.state = 'finished';
    run.done = 60;
    await host.changed(run.id);
    await expect.poll(() => cell('baseline', 'accuracy')).toMatch(/^\d\d\.\d\d/);
  });

  test('opens a row to its seeds, with what went wrong and the end of the log, which follows the run', async () => {
    const study = new FakeStudy();
    const failed = study.find('without reset', 2);
    Object.assign(failed, { state: 'failed', done: 12, message: 'The loss became NaN in epoch 13 at layer 1.' });
    failed.damage = ['metrics.jsonl: line 40 is not JSON and was skipped.'];
    await open(study);
    await host.page.getByRole('button', { name: 'Runs of without reset' }).click();
    const runs = host.page.getByRole('table', { name: 'Runs of without reset' });
    await expect.poll(() => runs.textContent()).toContain('The loss became NaN in epoch 13 at layer 1.');
    await expect.poll(() => runs.textContent()).toContain('line 40 is not JSON');
    await runs.getByRole('button', { name: 'Log of seed 2' }).click();
    await expect.poll(() => runs.locator('pre').textContent()).toContain('epoch 2 loss 0.671');
    await picture(host, 'compare-open');
    host.log += 'epoch 3 loss 0.640\n';
    await host.changed(failed.id);
    await expect.poll(() => runs.locator('pre').textContent()).toContain('epoch 3 loss 0.640');
    await runs.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => host.requests('runs/resume').map((r) => r.params)).toEqual([{ runIds: [failed.id] }]);
  });

  test('runs with earlier settings have rows of their own, and say so', async () => {
    const study = new FakeStudy();
    study.outdated = new FakeStudy({ seeds: 1 }).runs.slice(0, 4);
    await open(study);
    const text = (await host.page.locator('.outdated').textContent())!.replace(/\s+/g, ' ').trim();
    expect(text).toContain('4 runs were trained with settings that the file no longer has and have rows of their own');
    await expect.poll(() => names()).toEqual([...NAMES, ...NAMES.slice(0, 4).map((name) => `earlier ${name}`)]);
    await expect
      .poll(() => cell('earlier baseline', 'variant'))
      .toMatch(/earlier settings, started Oct 9, 2025.*, had\s*neuron\.leak: 0\.9/);
    await expect.poll(() => cell('earlier baseline', 'accuracy')).toMatch(/^\d\d\.\d\d/);
    await expect
      .poll(() => cell('earlier baseline', 'difference'), { message: 'no comparison with other settings' })
      .toBe('');
  });

  test('stops and runs what its buttons say', async () => {
    const study = new FakeStudy({ seeds: 2 });
    Object.assign(study.find('baseline', 2), { state: 'running', done: 5 });
    await open(study);
    await host.page.getByRole('button', { name: 'Stop baseline' }).click();
    await expect.poll(() => host.requests('runs/stop').map((r) => r.params)).toEqual([{ runIds: ['baseline-2'] }]);
    await host.page.getByRole('button', { name: 'Run without reset' }).click();
    await expect
      .poll(() => host.requests('runs/start').map((r) => r.params))
      .toEqual([{ variants: ['without reset'] }]);
    await host.page.getByRole('button', { name: 'without leakage', exact: true }).click();
    await expect.poll(() => host.sent.at(-1)).toEqual({ type: 'openFile', variant: 'without leakage' });
  });
});

describe('exports', () => {
  test('CSV in full precision', async () => {
    const study = new FakeStudy();
    await open(study);
    const { suggestedName, text } = await exportedFile('CSV');
    expect(suggestedName).toBe('delayed-spiking-xor-comparison.csv');
    const [head, first] = text.split('\n').map((line) => line.split(','));
    const row = study.comparison().rows[0]!;
    expect(head!.slice(0, 5)).toEqual(['variant', 'changes', 'runs', 'accuracy_mean', 'accuracy_sd']);
    expect(first!.slice(0, 5)).toEqual([
      'baseline',
      '',
      '3',
      String(row.accuracy!.mean),
      String(row.accuracy!.deviation),
    ]);
  });

  test('Markdown and LaTeX with what is better in bold, and special characters escaped', async () => {
    const variants = [{ ...XOR[0]!, name: '50% | k_1' }, XOR[2]!, XOR[4]!];
    await open(new FakeStudy({ variants, seeds: 8 }));
    const markdown = (await exportedFile('Markdown')).text;
    expect(markdown).toContain('| 50% \\| k_1 |');
    expect(markdown.match(/\*\*\d\d\.\d\d ± \d\.\d\d\*\*/g)?.length, 'bold accuracies').toBe(1);
    const before = host.exports().length;
    await host.page.getByRole('button', { name: 'Export' }).click();
    await host.page.getByRole('menuitem', { name: 'LaTeX' }).click();
    await expect.poll(() => host.exports().length, { message: 'files exported' }).toBe(before + 1);
    const latex = host.exports().at(-1)!.text;
    expect(latex).toContain('50\\% | k\\_1 &');
    expect(latex).toMatch(/\\textbf\{99\.\d\d \$\\pm\$ 0\.\d\d\}/);
    expect(latex).toContain('\\toprule');
    expect(latex).toContain('(8 seeds, exact sign-flip p = .016, Holm over 2)');
  });
});

test('a fraction of the data set is told beside the numbers and in every export', async () => {
  const study = new FakeStudy();
  const whole = study.comparison.bind(study);
  const sentence = 'Only 73 of 10,000 test samples of nmnist were there: these are not results on the whole of it.';
  study.comparison = () => {
    const comparison = whole();
    const rows = comparison.rows.map((row) => ({ ...row, fewer: [sentence] }));
    return { ...comparison, rows, fewer: [sentence] };
  };
  await open(study);
  await expect.poll(() => host.page.getByText(sentence).count()).toBe(1);
  for (const format of ['CSV', 'Markdown', 'LaTeX']) {
    expect((await exportedFile(format)).text, format).toContain('Only 73 of 10,000 test samples of nmnist were there');
  }
});

describe('what can go wrong', () => {
  test('a request without an answer ends with a sentence and a way to try again', async () => {
    const study = new FakeStudy();
    await open(study, { fakeClock: true });
    host.refuse.set('runs/compare', null);
    await host.page.clock.runFor(1000);
    await host.changed();
    await expect.poll(() => host.requests('runs/compare').length, { message: 'pulls' }).toBeGreaterThan(0);
    await host.page.clock.fastForward(patienceFor('runs/compare', 'extension') + 1000);
    await expect.poll(() => host.page.locator('.banner.error').textContent()).toContain('has not answered');
    host.refuse.delete('runs/compare');
    await host.page.getByRole('button', { name: 'Try again' }).click();
    await host.page.clock.runFor(1000);
    await expect.poll(() => host.page.locator('.banner.error').count(), { message: 'banners' }).toBe(0);
  });

  test('an untrusted workspace can look but not run', async () => {
    await open(new FakeStudy(), { trusted: false });
    await expect.poll(() => host.page.getByRole('button', { name: 'Run baseline' }).isDisabled()).toBe(true);
    await expect
      .poll(() => host.page.getByRole('button', { name: 'Run baseline' }).getAttribute('title'))
      .toContain('not trusted');
    await expect.poll(() => cell('baseline', 'accuracy')).toMatch(/^\d\d\.\d\d/);
    await picture(host, 'compare-untrusted');
  });
});
