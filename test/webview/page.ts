/** A page with a view for each test, and what tests do and read in every view. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import {
  type Bundles,
  bundleWebview,
  type FakeHost,
  launchBrowser,
  type OpenOptions,
  openView,
  settle,
} from './harness.ts';
import { FakeStudy } from './study.ts';

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
  host = await openView(browser, bundle, study, options);
  // On a clock that stands still nothing settles.
  if (!options.fakeClock) await settle(host);
  return host;
}

/** What an item of the menu Export gives. */
export async function exportedFile(item: string): Promise<ReturnType<FakeHost['exports']>[number]> {
  const before = host.exports().length;
  await host.page.getByRole('button', { name: 'Export' }).click();
  await host.page.getByRole('menuitem', { name: item }).first().click();
  await expect.poll(() => host.exports().length, { message: 'files exported' }).toBe(before + 1);
  return host.exports().at(-1)!;
}
