import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { type Bundles, bundleWebview, launchBrowser, openView, settle } from './harness.ts';
import { FakeStudy } from './study.ts';

let browser: Browser;
let bundle: Bundles;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

describe('no serious findings of axe in any theme', () => {
  test('curves with a hidden variant, a running one and an open menu', async () => {
    const study = new FakeStudy();
    Object.assign(study.find('with recurrence', 2), { state: 'running', done: 30 });
    const host = await openView(browser, bundle, study);
    await host.page.getByRole('button', { name: /^baseline/ }).click();
    await host.page.getByRole('button', { name: 'Export' }).click();
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });

  test('curves as a table, untrusted', async () => {
    const host = await openView(browser, bundle, new FakeStudy({ seeds: 1 }), { trusted: false });
    await host.page.getByRole('button', { name: 'View as table' }).click();
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });

  test('compare with an open row', async () => {
    const study = new FakeStudy();
    Object.assign(study.find('without reset', 2), { state: 'failed', done: 12, message: 'The loss became NaN.' });
    const host = await openView(browser, bundle, study, { view: 'compare' });
    await host.page.getByRole('button', { name: 'Runs of without reset' }).click();
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });

  test('matrix with a list of choices and the form of a grid', async () => {
    const host = await openView(browser, bundle, new FakeStudy(), { view: 'matrix' });
    await settle(host);
    await host.page.getByRole('button', { name: 'Range or grid…' }).click();
    await host.page.locator('td.setting').nth(7).dblclick();
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });

  test('before the first run', async () => {
    const host = await openView(browser, bundle, new FakeStudy({ seeds: 0 }));
    expect(await violations(host)).toEqual([]);
    await host.page.context().close();
  });
});
