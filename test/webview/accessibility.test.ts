import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundles, bundleWebview, type FakeHost, launchBrowser, openView, settle } from './harness.ts';
import { FakeStudy } from './study.ts';
import { THEMES, type ThemeName } from './themes.ts';

let browser: Browser;
let bundle: Bundles;
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

/** What axe calls serious or critical, one line each. */
async function violations(host: FakeHost): Promise<string[]> {
  await settle(host);
  await host.page.evaluate(axe);
  const results = await host.page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  return results.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} – ${n.failureSummary?.replace(/\s+/g, ' ')}`));
}

describe.each(Object.keys(THEMES) as ThemeName[])('no serious findings of axe, %s', (theme) => {
  test('curves with a hidden variant, a running one and an open menu', async () => {
    const study = new FakeStudy();
    Object.assign(study.find('with recurrence', 2), { state: 'running', done: 30 });
    const host = await openView(browser, bundle, study, { theme });
    await host.page.getByRole('button', { name: /^baseline/ }).click();
    await host.page.getByRole('button', { name: 'Export' }).click();
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });

  test('curves as a table, untrusted', async () => {
    const host = await openView(browser, bundle, new FakeStudy({ seeds: 1 }), { theme, trusted: false });
    await host.page.getByRole('button', { name: 'View as table' }).click();
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });

  test('compare with an open row', async () => {
    const study = new FakeStudy();
    Object.assign(study.find('without reset', 2), { state: 'failed', done: 12, message: 'The loss became NaN.' });
    const host = await openView(browser, bundle, study, { theme, view: 'compare' });
    await host.page.getByRole('button', { name: 'Runs of without reset' }).click();
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });

  test('matrix with a list of choices and the form of a grid', async () => {
    const host = await openView(browser, bundle, new FakeStudy(), { theme, view: 'matrix' });
    await settle(host);
    await host.page.getByRole('button', { name: 'Range or grid…' }).click();
    await host.page.locator('td.setting').nth(7).dblclick();
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });

  test('before the first run', async () => {
    const host = await openView(browser, bundle, new FakeStudy({ seeds: 0 }), { theme });
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });
});
