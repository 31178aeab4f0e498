/** A page with the view of curves for each test, and what tests do and read there. */
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
  host = await openView(browser, bundle, study, options);
  await settle(host);
  return host;
}

export function plot(kind: 'Accuracy' | 'Loss'): ReturnType<FakeHost['page']['locator']> {
  return host.page.getByRole('application', { name: `${kind} over epochs` });
}

export async function box(kind: 'Accuracy' | 'Loss'): Promise<{ x: number; y: number; width: number; height: number }> {
  return (await plot(kind).locator('.u-over').boundingBox())!;
}

export async function dragAcross(kind: 'Accuracy' | 'Loss', from: number, to: number): Promise<void> {
  const b = await box(kind);
  await host.page.mouse.move(b.x + b.width * from, b.y + b.height / 2);
  await host.page.mouse.down();
  await host.page.mouse.move(b.x + b.width * ((from + to) / 2), b.y + b.height / 2 + 2, { steps: 4 });
  await host.page.mouse.move(b.x + b.width * to, b.y + b.height / 2 + 3, { steps: 4 });
  await host.page.mouse.up();
  await settle(host);
}

/** The state that the view keeps in the editor. */
export async function kept(): Promise<StateOf<'curves'>> {
  return host.page.evaluate(() => JSON.parse(sessionStorage.getItem('state')!).state);
}

/** What is drawn, read back from the export, which shows the same model and zoom. */
export async function drawnSvg(): Promise<string> {
  const before = host.exports().length;
  await host.page.getByRole('button', { name: 'Export' }).click();
  await host.page.getByRole('menuitem', { name: 'SVG' }).click();
  await expect.poll(() => host.exports().length, { message: 'files exported' }).toBe(before + 1);
  return host.exports().at(-1)!.text;
}

export function tickLabels(svg: string, chart: number): string[] {
  const group = svg.split('<g class="chart">')[chart + 1]!;
  return [...group.matchAll(/text-anchor="middle">([^<]+)</g)].map((m) => m[1]!);
}
