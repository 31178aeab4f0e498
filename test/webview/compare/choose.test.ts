/** Which rows and columns are shown, in which order, and that what leaves the editor is what is shown. */
import { describe, expect, test } from 'vitest';
import { violations } from '../axe.ts';
import { picture, settle } from '../harness.ts';
import { FakeStudy, XOR } from '../study.ts';
import { columns, exported, head, host, kept, names, open } from './page.ts';

const NAMES = XOR.map((v) => v.name);
const filter = () => host.page.getByRole('combobox', { name: 'Filter of the rows' });

describe('the filter', () => {
  test('leaves the rows that pass, says how many, and is there again after a reload', async () => {
    await open();
    await filter().fill('reset = hard and accuracy > 90');
    await expect.poll(names).toEqual(['with recurrence']);
    await expect.poll(() => host.page.locator('#filter-says').textContent()).toContain('1 of 5 rows');
    await host.page.reload();
    await settle(host);
    await expect.poll(names).toEqual(['with recurrence']);
    await host.page.getByRole('button', { name: 'Clear the filter' }).click();
    await expect.poll(names).toEqual(NAMES);
  });

  test('a mistake is a sentence, and the filter before it holds', async () => {
    await open();
    await filter().fill('without');
    await filter().press('Enter');
    await expect.poll(names).toEqual(NAMES.filter((name) => name.includes('without')));
    await filter().pressSequentially(' and accurcy > 5');
    await expect
      .poll(() => host.page.locator('#filter-says').textContent())
      .toMatch(/"accurcy" is no column and no setting that differs; did you mean accuracy\..*still those of without/s);
    await expect.poll(() => filter().getAttribute('aria-invalid')).toBe('true');
    await expect.poll(names).toEqual(NAMES.filter((name) => name.includes('without')));
  });

  test('names, operators and values are completed with the keys alone', async () => {
    await open();
    await filter().press('r');
    await expect.poll(() => filter().getAttribute('aria-expanded')).toBe('true');
    await filter().press('ArrowDown');
    await expect.poll(() => host.page.locator('#filter-option-0').getAttribute('aria-selected')).toBe('true');
    await filter().press('Enter');
    await expect.poll(() => filter().inputValue()).toBe('reset ');
    await filter().press('ArrowDown');
    await filter().press('Enter');
    await filter().press('ArrowDown');
    await filter().press('ArrowDown');
    await filter().press('Enter');
    await expect.poll(() => filter().inputValue()).toBe('reset = none ');
    await expect.poll(names).toEqual(['without reset']);
    await filter().press('Escape');
    await filter().press('Escape');
    await expect.poll(() => filter().inputValue()).toBe('');
  });
});

describe('columns', () => {
  test('are hidden, added and moved, by pointer and by keys, and stay so', async () => {
    await open();
    await host.page.getByRole('button', { name: 'Columns' }).click();
    await host.page.getByRole('checkbox', { name: 'Loss' }).uncheck();
    await host.page.getByRole('checkbox', { name: 'neuron.reset' }).check();
    await host.page.getByRole('button', { name: 'Move neuron.reset to the left' }).click();
    const wanted = ['variant', 'accuracy', 'difference', 'spikes', 'neuron.reset', 'time'];
    await expect.poll(columns).toEqual(wanted);
    await host.page.keyboard.press('Escape');
    await expect.poll(() => host.page.getByRole('checkbox', { name: 'Loss' }).count()).toBe(0);
    await head('neuron.reset').press('Alt+ArrowLeft');
    await expect.poll(columns).toEqual(['variant', 'accuracy', 'difference', 'neuron.reset', 'spikes', 'time']);
    await expect.poll(() => host.page.locator('[role=status]').textContent()).toContain('column 4 of 6');
    await head('time').dragTo(head('accuracy'));
    await expect.poll(columns).toEqual(['variant', 'time', 'accuracy', 'difference', 'neuron.reset', 'spikes']);
    const text = host.page.locator('tr[data-variant="without reset"] .col-setting');
    await expect.poll(() => text.textContent().then((t) => t!.trim())).toBe('none');
    await host.page.reload();
    await settle(host);
    await expect.poll(columns).toEqual(['variant', 'time', 'accuracy', 'difference', 'neuron.reset', 'spikes']);
    await host.page.getByRole('button', { name: 'Columns' }).click();
    await host.page.getByRole('button', { name: 'As at first' }).click();
    await expect.poll(columns).toEqual(['variant', 'accuracy', 'difference', 'loss', 'spikes', 'time']);
  });

  test('several sort together: Shift and a click, or Shift and Enter', async () => {
    await open();
    await host.page.getByRole('button', { name: 'Columns' }).click();
    await host.page.getByRole('button', { name: 'All 3 settings that differ' }).click();
    await host.page.keyboard.press('Escape');
    await head('neuron.reset').click();
    await head('accuracy').press('Shift+Enter');
    expect((await kept()).sort).toEqual([
      { column: 'neuron.reset', descending: false },
      { column: 'accuracy', descending: true },
    ]);
    await expect
      .poll(names)
      .toEqual(['with recurrence', 'without leakage', 'baseline', 'complete leakage', 'without reset']);
    await picture(host, 'compare-columns');
  });
});

describe('what leaves the editor is what is shown', () => {
  test('rows, their order and columns; data have every column and say which rows are left out', async () => {
    await open();
    await filter().fill('accuracy > 60');
    await head('accuracy').click();
    await host.page.getByRole('button', { name: 'Columns' }).click();
    await host.page.getByRole('checkbox', { name: 'Difference' }).uncheck();
    await host.page.getByRole('checkbox', { name: 'neuron.leak' }).check();
    await host.page.keyboard.press('Escape');
    const order = ['with recurrence', 'without reset', 'without leakage', 'baseline'];
    const markdown = await exported('Markdown');
    const lines = markdown.split('\n').filter((line) => line.startsWith('|'));
    expect(lines[0]).toBe(
      '| Variant | Accuracy (%) | Test set 95 % (%) | Loss | Spike rates (%) | Time | neuron.leak | Seeds | Epochs |',
    );
    expect(lines.slice(2).map((line) => line.split(' | ')[0])).toEqual(order.map((name) => `| ${name}`));
    expect(markdown).toContain('4 of 5 rows: accuracy > 60.');
    expect(await exported('LaTeX')).toContain('4 of 5 rows: accuracy $>$ 60.');
    const csv = (await exported('CSV')).trim().split('\n');
    expect(csv.slice(1).map((line) => line.split(',')[0])).toEqual(order);
    expect(csv[0], 'data have every column').toContain('verdict');
    const json = JSON.parse(await exported('JSON'));
    expect(json).toMatchObject({ study: 'Delayed spiking XOR', filter: 'accuracy > 60' });
    expect(json.rows.map((row: { variant: string }) => row.variant)).toEqual(order);
    expect(json.rows[0].results.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2, 3]);
    const svg = await exported('SVG');
    // Whatever the words are that it is broken into.
    const told = svg.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    expect(told).toContain('with recurrence 99.');
    expect(told).toContain('4 of 5 rows: accuracy &gt; 60.');
    expect(svg.match(/<path /g), 'rules above, under the head, below').toHaveLength(3);
    const png = Buffer.from(await exported('PNG'), 'base64');
    expect(png.readUInt32BE(16)).toBe(2 * Number(/width="(\d+)"/.exec(svg)![1]));
    await host.page.getByRole('button', { name: 'Copy' }).click();
    await host.page.getByRole('menuitem', { name: 'Markdown' }).click();
    await expect.poll(() => host.copied()).toEqual([markdown]);
    await expect.poll(() => host.page.locator('.banner').textContent()).toContain('on the clipboard');
  });
});

describe('the reference', () => {
  test('is chosen, judged by the engine, and named wherever the numbers go', async () => {
    await open(new FakeStudy({ seeds: 8 }));
    await host.page.getByLabel('Against').selectOption('without reset');
    await expect
      .poll(() => host.page.locator('tr[data-variant="without reset"] .col-difference').textContent())
      .toContain('reference');
    await expect
      .poll(() => host.page.locator('tr[data-variant="baseline"] .col-difference').textContent())
      .toMatch(/worse by \d/);
    expect(host.requests('runs/compare').at(-1)!.params).toEqual({ reference: 'without reset' });
    expect(await exported('Markdown')).toContain('paired by seed against without reset');
    await host.page.reload();
    await settle(host);
    await expect.poll(() => host.page.getByLabel('Against').inputValue()).toBe('without reset');
  });
});

test('rows are pinned above all others and grouped, by keys alone, and stay so; groups say their mean', async () => {
  await open();
  await host.page.getByRole('button', { name: 'Pin complete leakage' }).press('Enter');
  await filter().fill('accuracy > 60');
  // A filter waits until nothing more is typed.
  await expect.poll(() => host.page.locator('#filter-says').textContent()).toContain('5 of 5 rows');
  await expect.poll(() => names().then((all) => all[0]), { message: 'above, and through the filter' }).toBe(NAMES[2]);
  await head('accuracy').click();
  await expect
    .poll(names)
    .toEqual(['complete leakage', 'with recurrence', 'without reset', 'without leakage', 'baseline']);
  expect(await exported('Markdown')).toContain('5 of 5 rows: accuracy > 60, or pinned.');
  await host.page.getByRole('button', { name: 'Rows' }).press('Enter');
  await host.page.getByLabel('Group by').selectOption('neuron.reset');
  const heads = () => host.page.locator('.group-head').allInnerTexts();
  await expect
    .poll(heads)
    .toEqual([
      expect.stringMatching(/^neuron\.reset: hard\s+3 rows, 9 runs: 8\d\.\d\d ± 1\d\.\d\d % accuracy$/),
      expect.stringMatching(/^neuron\.reset: none\s+1 row, 3 runs: 9\d\.\d\d ± \d\.\d\d % accuracy$/),
    ]);
  await host.page.keyboard.press('Escape');
  await picture(host, 'compare-groups');
  await host.page.setViewportSize({ width: 1100, height: 500 });
  const top = () =>
    host.page.evaluate(() => document.scrollingElement!.scrollTop + document.querySelector('.table-scroll')!.scrollTop);
  await host.page.locator('tr[data-variant]').last().scrollIntoViewIfNeeded();
  await host.page.waitForTimeout(400);
  const before = await top();
  expect(before, 'pixels that are scrolled').toBeGreaterThan(50);
  await host.page.reload();
  await settle(host);
  await expect.poll(heads, { message: 'groups after a reload' }).toHaveLength(2);
  await expect.poll(top, { message: 'pixels that are scrolled after a reload' }).toBe(before);
  await expect.poll(() => names().then((all) => all[0])).toBe('complete leakage');
  await host.page.getByRole('button', { name: 'Rows' }).click();
  await host.page.getByRole('button', { name: 'Unpin all' }).click();
  await expect.poll(names).not.toContain('complete leakage');
});

test('rows of another study stand with the others, and nothing is said of them that was not compared', async () => {
  const study = new FakeStudy();
  const variants = [{ name: 'two layers', accuracy: 0.97, climb: 6, changes: { 'neuron.leak': '0.7' } }];
  study.others = [new FakeStudy({ variants, name: 'Deep', file: '/home/ada/snn/deep.lif.yaml' })];
  await open(study);
  await host.page.getByRole('button', { name: 'Rows' }).click();
  await host.page.getByRole('checkbox', { name: 'Deep' }).check();
  const row = host.page.locator('tr[data-variant$="two layers"]');
  await expect.poll(() => row.locator('.col-variant').innerText()).toContain('two layers · Deep');
  await expect.poll(() => row.locator('.col-difference').innerText()).toBe('–');
  expect(await row.getByRole('button', { name: /^Run / }).count()).toBe(0);
  await host.page.getByLabel('Group by').selectOption('study');
  await expect.poll(() => host.page.locator('.group-head').count()).toBe(2);
  await host.page.keyboard.press('Escape');
  for (const name of ['baseline', 'two layers · Deep'])
    await host.page.getByRole('checkbox', { name: `Compare ${name} with others` }).check();
  await expect.poll(() => host.page.locator('.sides').textContent()).toContain('two layers · Deep minus baseline');
  await expect.poll(() => host.page.locator('.beside').textContent()).toContain('0.7');
  expect(await exported('CSV')).toContain('two layers · Deep');
  await picture(host, 'compare-studies');
});

test('settings that are not as the reference has them stand out, whichever row that is', async () => {
  await open();
  await host.page.getByRole('button', { name: 'Columns' }).click();
  await host.page.getByRole('checkbox', { name: 'neuron.reset' }).check();
  await host.page.keyboard.press('Escape');
  const standOut = () =>
    host.page
      .locator('tr[data-variant]:has(code.own)')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-variant')));
  await expect.poll(standOut).toEqual(['without reset']);
  await host.page.getByLabel('Against').selectOption('without reset');
  await expect.poll(standOut).toEqual(['baseline', 'without leakage', 'complete leakage', 'with recurrence']);
});

describe('beside each other', () => {
  test('two rows: settings, results, what they were made with, and the difference by seeds', async () => {
    const study = new FakeStudy();
    study.outdated = new FakeStudy({ seeds: 2 }).runs.slice(0, 2);
    study.had = { 'neuron.threshold': '2' };
    study.common['neuron.threshold'] = '1';
    await open(study);
    await host.page.getByRole('checkbox', { name: 'Compare without reset with others' }).check();
    await expect.poll(() => host.page.locator('.sides').textContent()).toContain('Choose another row');
    await host.page.getByRole('checkbox', { name: 'Compare earlier settings of baseline with others' }).check();
    const line = async (name: string): Promise<string[]> => {
      const row = host.page.locator('.beside tr').filter({ has: host.page.locator(`th:text-is("${name}")`) });
      return row.locator('td').allTextContents();
    };
    await expect.poll(() => line('neuron.reset')).toEqual(['none', 'hard']);
    await expect.poll(() => line('neuron.threshold')).toEqual(['1', '2']);
    await expect.poll(() => line('neuron.leak'), { message: 'what is the same is not listed' }).toEqual([]);
    await expect.poll(() => line('Commit')).toEqual(['cccc3333dd', 'aaaa1111bb, with changes']);
    const text = () => host.page.locator('.sides').textContent();
    await expect.poll(text).toMatch(/baseline \(earlier settings\) minus without reset: −\d+\.\d\d ± \d+\.\d\d points/);
    await expect.poll(text).toContain('2 pairs of the same seed');
    await picture(host, 'compare-sides');
    await host.page.getByRole('button', { name: 'Compare the files of seed 1' }).click();
    expect(host.sent.at(-1)).toEqual({ type: 'compareRuns', runIds: ['without-reset-1', 'old-baseline-1'] });
    await host.page.reload();
    await settle(host);
    await expect.poll(() => line('neuron.reset'), { message: 'after a reload' }).toEqual(['none', 'hard']);
    await host.page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => host.page.locator('.sides').count()).toBe(0);
  });

  test('two runs of one variant differ in their numbers alone', async () => {
    await open();
    await host.page.getByRole('button', { name: 'Runs of baseline' }).click();
    for (const seed of [1, 3])
      await host.page.getByRole('checkbox', { name: `Compare seed ${seed} of baseline with others` }).check();
    const text = () => host.page.locator('.sides').textContent();
    await expect.poll(text).toContain('baseline, seed 1 beside baseline, seed 3');
    await expect.poll(text).toContain('Their settings are the same.');
    await expect
      .poll(text, { message: 'seeds that differ are no pairs' })
      .toContain('No seed has finished on both sides');
  });

  test('curves and answers of rows and runs, by keys alone, live and after a reload', async () => {
    const study = new FakeStudy();
    study.analyses = ['baseline-1', 'without-reset-1'].map((runId) => ({
      ...{ runId, name: 'evaluate-0123456789abcdef', analysis: 'evaluate', checkpoint: 60, changed: 1 },
      ...{ params: {}, state: 'finished', progress: 1 },
      result: {
        split: 'test',
        samples: 40,
        loss: 0.4,
        accuracy: 0.75,
        perClass: [20, 20].map((samples) => ({ samples, accuracy: 0.75, loss: 0.4 })),
        confusion: [
          [15, 5],
          [5, 15],
        ],
      },
    }));
    await open(study);
    for (const name of ['baseline', 'without reset'])
      await host.page.getByRole('checkbox', { name: `Compare ${name} with others` }).press('Space');
    await host.page.getByRole('button', { name: 'Runs of baseline' }).press('Enter');
    await host.page.getByRole('checkbox', { name: 'Compare seed 2 of baseline with others' }).press('Space');
    const shown = host.page.getByRole('radiogroup', { name: 'Beside each other' });
    await shown.getByRole('radio', { name: 'Differences' }).press('ArrowRight');
    await settle(host);
    const chart = host.page.getByRole('application', { name: /^Accuracy over epochs/ });
    await chart.press('End');
    const told = () => host.page.getByRole('status').allTextContents();
    await expect
      .poll(async () => (await told()).join(' '))
      .toMatch(/Epoch 60\. Accuracy: without reset \d+\.\d.%, baseline.* \d+\.\d.%, baseline.* \d+\.\d.%\./);
    expect(
      new Set(host.requests('runs/series').flatMap(({ params }) => (params as { runIds: string[] }).runIds)),
    ).toEqual(new Set(['baseline', 'without-reset'].flatMap((name) => [1, 2, 3].map((seed) => `${name}-${seed}`))));
    await picture(host, 'compare-beside-curves');
    await shown.getByRole('radio', { name: 'Curves' }).press('ArrowRight');
    await host.page
      .getByRole('radiogroup', { name: 'Analysis' })
      .getByRole('radio', { name: 'Confusion' })
      .press('Space');
    await expect.poll(() => host.page.locator('.sides lif-heatmap').count()).toBe(2);
    const ask = host.page.getByRole('button', { name: 'Analyse the other 4 runs' });
    await ask.press('Enter');
    await expect
      .poll(() => host.requests('analyses/start').map(({ params }) => params))
      .toEqual([
        {
          runIds: ['baseline-2', 'baseline-3', 'without-reset-2', 'without-reset-3'],
          analysis: 'evaluate',
          params: {},
        },
      ]);
    await settle(host);
    await host.page.reload();
    await settle(host);
    await expect.poll(() => host.page.locator('.sides lif-heatmap').count()).toBe(2);
    expect(await violations(host)).toEqual([]);
  });

  test('earlier settings go back into the file, which is said', async () => {
    const study = new FakeStudy();
    study.outdated = new FakeStudy({ seeds: 2 }).runs.slice(0, 2);
    const asked: unknown[] = [];
    study.adopt = (params) => {
      asked.push(params);
      study.outdated = [];
      const start = { line: 7, column: 0 };
      return { edits: [{ range: { start, end: start }, text: '' }] };
    };
    await open(study);
    await expect.poll(names).toContain('earlier baseline');
    await host.page.getByRole('button', { name: 'Write the earlier settings of baseline into the file' }).click();
    await expect.poll(() => asked).toEqual([{ variant: 'baseline', runId: 'old-baseline-1' }]);
    await expect.poll(() => host.page.locator('.banner').textContent()).toContain('save the file to keep that');
    await expect.poll(names).toEqual(NAMES);
  });
});

describe('no serious findings of axe in any theme', () => {
  test('a filter with its list, chosen columns, two rows beside each other; wide and narrow', async () => {
    const study = new FakeStudy();
    study.outdated = new FakeStudy({ seeds: 2 }).runs.slice(0, 2);
    for (const width of [1200, 325]) {
      await open(study, { width, height: 900 });
      await host.page.getByRole('checkbox', { name: 'Compare without reset with others' }).check();
      await host.page.getByRole('checkbox', { name: 'Compare baseline with others' }).check();
      await filter().fill('accuracy > 1 and r');
      await filter().press('ArrowDown');
      expect(await violations(host)).toEqual([]);
      await picture(host, `compare-filter-${width}`);
      await filter().press('Escape');
      await host.page.getByRole('button', { name: 'Columns' }).click();
      expect(await violations(host)).toEqual([]);
      await picture(host, `compare-chooser-${width}`);
      if (width === 1200) await host.page.context().close();
    }
  });
});
