/** The table over data sets. */
import { expect, test } from 'vitest';
import { interquartileMean, probabilityOfImprovement } from '../../../engine/claims/aggregate.ts';
import { accuraciesOf } from '../../../engine/claims/verdicts.ts';
import { type StudiesAcross, studiesCsv } from '../../../protocol/comparison/studies.ts';
import { violations } from '../axe.ts';
import { picture, settle } from '../harness.ts';
import { exportedFile, host, open as openPage } from '../page.ts';
import { FakeStudy, XOR } from '../study.ts';

const PAPER = [0.775, 0.503, 0.505, 0.961, 0.989];
const randman = new FakeStudy({
  name: 'Random manifolds in place of SHD',
  file: '/home/ada/snn/randman.lif.yaml',
  variants: XOR.slice(0, 4).map((plan, i) => ({ ...plan, accuracy: 0.8 + i / 50 })),
  seeds: 6,
});

/** As the engine makes it of the comparisons of these studies. */
function acrossOf(studies: readonly FakeStudy[]): StudiesAcross {
  const comparisons = studies.map((study) => study.comparison());
  const scores = XOR.map(({ name }) =>
    comparisons.map(({ rows }) => {
      const row = rows.find(({ variant }) => variant === name);
      return row && accuraciesOf(row).map(({ seed, value }) => ({ seed, accuracy: value }));
    }),
  );
  const plain = scores.map((row) => row.map((values) => values?.map(({ accuracy }) => accuracy) ?? []));
  return {
    unread: [{ file: '/home/ada/snn/gone.lif.yaml', message: 'it cannot be read: no such file.' }],
    table: {
      columns: comparisons.map(({ study, file, seeds }, i) => {
        const dataset = i === 0 ? 'delayed-xor' : 'randman';
        return { label: dataset, dataset, study, file, seeds };
      }),
      rows: XOR.map(({ name }, v) => ({
        variant: name,
        over: plain[v]!.filter((values) => values.length > 0).length,
        interquartileMean: interquartileMean(plain[v]!)!,
        ...(v > 0 && { improvement: probabilityOfImprovement(plain[v]!, plain[0]!)! }),
        cells: comparisons.map(({ rows }, c) => {
          const row = rows.find(({ variant }) => variant === name);
          if (!row) return null;
          const { accuracy, verdict } = row;
          return {
            values: scores[v]![c]!,
            ...(accuracy && { accuracy }),
            ...(verdict && { verdict }),
            ...(c === 0 && { printed: PAPER[v]! }),
          };
        }),
      })),
    },
  };
}

function study(): FakeStudy {
  const own = new FakeStudy();
  own.others = [randman];
  own.across = (others) => acrossOf(others?.length === 0 ? [own] : [own, randman]);
  return own;
}

const open = (): ReturnType<typeof openPage> => openPage(study(), { view: 'across' });

test('results beside what the paper printed', async () => {
  await open();
  await settle(host);
  await picture(host, 'across');
  const first = host.page.locator('.over-datasets tbody tr').nth(4).locator('td').first();
  await expect.poll(() => first.textContent()).toMatch(/99\.\d\d\s*±.*paper 98\.90.*undecided/s);
  expect(await host.page.getByText('gone.lif.yaml is not shown: it cannot be read').count()).toBe(1);
  await host.page.getByRole('button', { name: /^Studies: 2/ }).click();
  expect(await violations(host)).toEqual([]);
  expect(host.complaints).toEqual([]);
});

test('studies are taken away and followed again, a data set opens its comparison, and the table leaves as it is', async () => {
  await open();
  const { page } = host;
  await page.getByRole('button', { name: 'randman' }).click();
  expect(host.sent.at(-1)).toEqual({ type: 'openView', view: 'compare', file: randman.file });
  const asked = (): unknown => host.requests('runs/across').at(-1)!.params;
  expect(asked()).toEqual({ others: null });
  await page.getByRole('button', { name: /^Studies: 2/ }).click();
  await page.getByRole('checkbox', { name: /Random manifolds/ }).uncheck();
  await expect.poll(asked).toEqual({ others: [] });
  await expect.poll(() => page.getByText('No other study is chosen.').count()).toBe(1);
  await page.getByRole('checkbox', { name: /Whatever fits/ }).check();
  await expect.poll(asked).toEqual({ others: null });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'randman' }).waitFor();
  const { text, suggestedName } = await exportedFile('CSV');
  expect(suggestedName).toBe('delayed-spiking-xor-data-sets.csv');
  expect(text).toBe(studiesCsv(study().across(null).table));
  const before = host.requests('runs/across').length;
  await host.changed();
  await expect.poll(() => host.requests('runs/across').length, { message: 'pulls' }).toBe(before + 1);
});
