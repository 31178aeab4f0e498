import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundles, bundleWebview, type FakeHost, launchBrowser, openView, picture, settle } from '../harness.ts';
import { FakeStudy } from '../study.ts';

let browser: Browser;
let bundle: Bundles;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

async function open(study = new FakeStudy(), options: { width?: number } = {}): Promise<FakeHost> {
  const host = await openView(browser, bundle, study, { view: 'matrix', ...options });
  await settle(host);
  return host;
}

/** The cell of a variant in the column of this heading. */
async function cell(host: FakeHost, variant: string, heading: string) {
  const heads = await host.page.locator('thead th').allInnerTexts();
  const index = heads.findIndex((text) => text.split('\n').some((line) => line.trim() === heading));
  return host.page
    .locator('tbody tr', { has: host.page.locator('td.name', { hasText: variant }) })
    .locator('td')
    .nth(index);
}

const changedLines = (before: string, after: string): string[] => {
  const lines = before.split('\n');
  return after.split('\n').filter((line) => !lines.includes(line));
};

test('shows variants, components, seeds with their curves, and what came out', async () => {
  const host = await open();
  expect(await (await cell(host, 'without leakage', 'leak')).innerText()).toBe('none (k = 1)');
  expect(await (await cell(host, 'with recurrence', 'recurrent')).innerText()).toBe('on');
  expect(await (await cell(host, 'baseline', 'recurrent')).innerText()).toBe('off');
  expect(await (await cell(host, 'baseline', '2')).locator('.sparkline').count()).toBe(1);
  expect(await (await cell(host, 'with recurrence', 'Accuracy')).innerText()).toMatch(/^9\d\.\d\d ± \d/);
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('a switch is turned, a choice is made, and a value is typed, each as one line of the file', async () => {
  const study = new FakeStudy();
  const host = await open(study);
  const before = study.text;
  await (await cell(host, 'baseline', 'recurrent')).click();
  await settle(host);
  await host.page.keyboard.press('Space');
  await settle(host);
  expect(changedLines(before, study.text)).toEqual(['  baseline: { neuron: { recurrent: true } }']);
  await host.page.keyboard.press('Delete');
  await settle(host);
  expect(study.text).toBe(before);

  await host.page.keyboard.press('ArrowLeft');
  await settle(host);
  await host.page.keyboard.press('Enter');
  await host.page.locator('select.cell-editor').selectOption('soft');
  await settle(host);
  expect(changedLines(before, study.text)).toEqual(['  baseline: { neuron: { reset: soft } }']);

  await (await cell(host, 'without leakage', 'leak')).click();
  await settle(host);
  await host.page.keyboard.type('0.25');
  await host.page.keyboard.press('Enter');
  await settle(host);
  expect(study.text).toContain('  without leakage: { neuron: { leak: 0.25 } }');
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('several rows are set at once, and what is wrong stands in its cell and below', async () => {
  const study = new FakeStudy();
  const host = await open(study);
  await (await cell(host, 'without reset', 'leak')).click();
  await host.page.keyboard.press('Shift+ArrowDown');
  await settle(host);
  await host.page.keyboard.type('7');
  await host.page.keyboard.press('Enter');
  await settle(host);
  expect(study.text).toContain('  without reset: { neuron: { reset: none, leak: 7 } }');
  expect(study.text).toContain('  with recurrence: { neuron: { recurrent: true, leak: 7 } }');
  await expect.poll(() => host.page.locator('td.setting.error').count()).toBe(2);
  await expect.poll(() => host.page.locator('.matrix-status').innerText()).toContain('must be a number from 0 to 1');
  await host.page.context().close();
});

test('variants are added, renamed, copied, moved, removed, and made of a grid', async () => {
  const study = new FakeStudy();
  const host = await open(study);
  const names = async (): Promise<string[]> => {
    await settle(host);
    return host.page.locator('tbody td.name .text').allInnerTexts();
  };
  await (await cell(host, 'baseline', 'Variant')).click();
  await settle(host);
  await host.page.keyboard.press('Enter');
  await host.page.locator('input.cell-editor').fill('base');
  await host.page.keyboard.press('Enter');
  expect((await names())[0]).toBe('base');
  await host.page.getByRole('button', { name: 'Duplicate' }).click();
  expect((await names()).slice(0, 3)).toEqual(['base', 'base copy', 'without leakage']);
  await host.page.getByRole('button', { name: 'Move down' }).click();
  expect((await names()).slice(0, 2)).toEqual(['base copy', 'base']);
  await host.page.getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => names()).toHaveLength(5);
  await host.page.getByRole('button', { name: 'Range or grid…' }).click();
  await host.page.getByLabel('Values of setting 1').fill('0, 0.5 … 1');
  await host.page.getByRole('button', { name: 'Add variants' }).click();
  expect((await names()).filter((name) => name.includes('leak 0.5'))).toHaveLength(1);
  await host.page.getByLabel('Add a column').selectOption('training.batchSize');
  await settle(host);
  expect(await (await cell(host, 'without leakage', 'batchSize')).innerText()).toBe('512');
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('a seed is trained from its cell, a variant and a seed from their heads; what is not possible is said', async () => {
  const study = new FakeStudy({ seeds: 2 });
  const host = await open(study);
  await (await cell(host, 'baseline', '3')).dblclick();
  await settle(host);
  expect(host.requests('runs/start').at(-1)!.params).toEqual({ variants: ['baseline'], seeds: [3] });
  await host.page.getByRole('button', { name: 'Run all with seed 3' }).click();
  await settle(host);
  expect(host.requests('runs/start').at(-1)!.params).toEqual({ seeds: [3] });
  study.text = `variants: {${study.text}`;
  await host.changed();
  await settle(host);
  await expect.poll(() => host.page.locator('.banner.error').innerText()).toContain('Line ');
  await expect.poll(() => host.page.locator('tbody td.name').count()).toBeGreaterThan(1);
  await host.page.context().close();
});

test('1,000 variants: those on screen are drawn, and the keys reach the last one', async () => {
  const many = Array.from({ length: 1000 }, (_, i) => `  v${i}: { neuron: { leak: ${i / 1000} } }`).join('\n');
  const study = new FakeStudy();
  study.text = study.text.replace(/variants:\n[\s\S]*?\n\n/, `variants:\n${many}\n\n`);
  const host = await open(study);
  await expect.poll(() => host.page.locator('tbody tr').count()).toBeLessThan(60);
  await host.page.locator('td.name', { hasText: 'v0' }).first().click();
  await host.page.keyboard.press('Control+End');
  await settle(host);
  await settle(host);
  const focused = await host.page.evaluate(() =>
    document.activeElement?.closest('tr')?.querySelector('.name')?.textContent?.trim(),
  );
  expect(focused).toBe('v999');
  const scrolled = () => host.page.locator('.matrix-scroll').evaluate((grid) => [grid.scrollLeft > 0, grid.scrollTop]);
  const before = await scrolled();
  expect(before[1], 'pixels from the top').toBeGreaterThan(10_000);
  await host.page.waitForFunction(
    (top) => JSON.parse(sessionStorage.getItem('state')!).state.scrolls.grid?.[1] === top,
    before[1],
  );
  await host.page.reload();
  await settle(host);
  await expect.poll(scrolled, { message: 'after a reload' }).toEqual(before);
  await expect.poll(() => host.page.locator('tr:has(td.here) td.name').innerText()).toBe('v999');
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('pictures', async () => {
  const study = new FakeStudy();
  study.text = study.text.replace('reset: none', 'reset: nowhere');
  study.find('baseline', 2).state = 'running';
  study.find('baseline', 2).done = 20;
  const host = await open(study, { width: 1280 });
  await (await cell(host, 'without reset', 'reset')).click();
  await host.page.getByRole('button', { name: 'Range or grid…' }).click();
  await picture(host, 'matrix');
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});
