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
