/** A page with the comparison for each test, and what tests do and read there. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { StateOf } from '../../../protocol/views.ts';
import {
  type Bundles,
  bundleWebview,
  type FakeHost,
  launchBrowser,
  type OpenOptions,
  openView,
  settle,
} from '../harness.ts';
import { FakeStudy } from '../study.ts';

let browser: Browser;
let bundle: Bundles;
export let host: FakeHost;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());
afterEach(async () => {
  expect(host.complaints, 'errors and policy violations on the page').toEqual([]);
  await host.page.context().close();
});

export async function open(study = new FakeStudy(), options: OpenOptions = {}): Promise<FakeHost> {
  host = await openView(browser, bundle, study, { view: 'compare', ...options });
  await settle(host);
  return host;
}

/** Keys of the rows, in their order. */
export function names(): Promise<(string | null)[]> {
  return host.page.locator('tr[data-variant]').evaluateAll((rows) => rows.map((r) => r.getAttribute('data-variant')));
}

/** Ids of the columns, in their order. */
export function columns(): Promise<(string | null)[]> {
  return host.page.locator('th[data-column]').evaluateAll((heads) => heads.map((h) => h.getAttribute('data-column')));
}

export function head(id: string): ReturnType<FakeHost['page']['locator']> {
  return host.page.locator(`th[data-column="${id}"] button`);
}

export async function exported(item: string): Promise<string> {
  const before = host.exports().length;
  await host.page.getByRole('button', { name: 'Export' }).click();
  await host.page.getByRole('menuitem', { name: item }).first().click();
  await expect.poll(() => host.exports().length, { message: 'files exported' }).toBe(before + 1);
  return host.exports().at(-1)!.text;
}

/** The state that the view keeps in the editor. */
export async function kept(): Promise<StateOf<'compare'>> {
  return host.page.evaluate(() => JSON.parse(sessionStorage.getItem('state')!).state);
}
