/** Stars and notes on runs. */
import { expect, test } from 'vitest';
import { FakeStudy } from '../study.ts';
import { exported, host, names, open } from './page.ts';

test('a row is starred with all its runs, and found by its star', async () => {
  const study = new FakeStudy();
  study.find('without reset', 2).starred = true;
  await open(study);
  const star = host.page.getByRole('button', { name: 'Star without reset' });
  await expect.poll(() => star.getAttribute('aria-pressed')).toBe('mixed');
  await star.click();
  await expect.poll(() => star.getAttribute('aria-pressed')).toBe('true');
  expect(host.requests('runs/annotate').at(-1)!.params).toEqual({
    runIds: [1, 2, 3].map((seed) => `without-reset-${seed}`),
    starred: true,
  });
  await host.page.getByRole('combobox', { name: 'Filter of the rows' }).fill('starred');
  await expect.poll(names).toEqual(['without reset']);
  await star.click();
  await expect.poll(names).toEqual([]);
});

test('a note is kept by Enter, let go by Escape, searched for, and leaves with the table', async () => {
  await open();
  await host.page.getByRole('button', { name: 'Runs of baseline' }).click();
  const note = host.page.getByRole('textbox', { name: 'Note on seed 2 of baseline' });
  await note.fill('never mind');
  await note.press('Escape');
  await note.fill('the one of Figure 3');
  await note.press('Enter');
  await expect
    .poll(() => host.requests('runs/annotate').map((r) => r.params))
    .toEqual([{ runIds: ['baseline-2'], note: 'the one of Figure 3' }]);
  await host.page.getByRole('combobox', { name: 'Filter of the rows' }).fill('note ~ "figure 3"');
  await expect.poll(names).toEqual(['baseline']);
  await host.page.getByRole('button', { name: 'Columns' }).click();
  await host.page.getByRole('checkbox', { name: 'Notes' }).check();
  await host.page.keyboard.press('Escape');
  expect(await exported('Markdown')).toContain('| the one of Figure 3 |');
});

test('tags are set on all that is chosen, lead to their rows, and leave with the table', async () => {
  const study = new FakeStudy();
  study.find('without reset', 1).tags = ['sweep'];
  await open(study);
  for (const name of ['baseline', 'without reset'])
    await host.page.getByRole('checkbox', { name: `Compare ${name} with others` }).check();
  const bar = host.page.getByRole('toolbar', { name: 'What is chosen' });
  await bar.getByRole('button', { name: 'Tags' }).click();
  const sweep = bar.getByRole('checkbox', { name: 'sweep' });
  expect(await sweep.evaluate((box: HTMLInputElement) => box.indeterminate), 'one run of two rows').toBe(true);
  await sweep.press('Space');
  const line = bar.getByRole('textbox', { name: 'New tag' });
  await line.fill('a, b');
  await line.press('Enter');
  await line.fill('Figure 3');
  await line.press('Enter');
  const runIds = ['baseline', 'without-reset'].flatMap((name) => [1, 2, 3].map((seed) => `${name}-${seed}`));
  await expect
    .poll(() => host.requests('runs/annotate').map((r) => r.params))
    .toEqual([
      { runIds, addTags: ['sweep'] },
      { runIds, addTags: ['Figure 3'] },
    ]);
  await line.press('Escape');
  await host.page.getByRole('button', { name: 'Figure 3' }).first().click();
  await expect.poll(names).toEqual(['baseline', 'without reset']);
  expect(await host.page.getByRole('combobox', { name: 'Filter of the rows' }).inputValue()).toBe('tag = "Figure 3"');
  const { rows } = JSON.parse(await exported('JSON')) as { rows: { runs: unknown[] }[] };
  expect(rows[0]!.runs[0]).toMatchObject({ seed: 1, tags: ['sweep', 'Figure 3'] });
  expect(await exported('CSV')).toContain(',Figure 3; sweep,');
  await host.page.getByRole('checkbox', { name: 'Choose all rows shown' }).uncheck();
  await expect.poll(() => bar.count()).toBe(0);
});

test('an untrusted workspace shows them and writes none', async () => {
  const study = new FakeStudy();
  Object.assign(study.find('baseline', 1), { starred: true, note: 'kept' });
  await open(study, { trusted: false });
  await host.page.getByRole('button', { name: 'Runs of baseline' }).click();
  const note = host.page.getByRole('textbox', { name: 'Note on seed 1 of baseline' });
  await expect.poll(() => note.inputValue()).toBe('kept');
  await expect.poll(() => note.isDisabled()).toBe(true);
  await expect.poll(() => host.page.getByRole('button', { name: 'Star seed 1' }).isDisabled()).toBe(true);
});
