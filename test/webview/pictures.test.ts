import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundles, bundleWebview, type FakeHost, launchBrowser, openView, picture, settle } from './harness.ts';
import { FakeStudy, XOR } from './study.ts';

let browser: Browser;
let bundle: Bundles;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

/** Half-way through: two variants done, one running with a failed seed, one queued. */
function midway(): FakeStudy {
  const study = new FakeStudy();
  for (const run of study.runs) {
    if (run.plan.name === 'without reset') {
      run.state = run.seed === 1 ? 'finished' : 'running';
      run.done = run.seed === 1 ? 60 : 21 + run.seed;
    }
    if (run.plan.name === 'with recurrence') {
      run.state = run.seed === 3 ? 'queued' : 'running';
      run.done = run.seed === 3 ? 0 : 12 * run.seed;
    }
  }
  return study;
}

const SIZES = [
  [500, 900],
  [800, 900],
  [1100, 800],
  [1600, 900],
] as const;

for (const [width, height] of SIZES) {
  for (const view of ['curves', 'compare'] as const) {
    test(`${view} does not scroll sideways, ${width} pixels wide`, async () => {
      const host = await openView(browser, bundle, midway(), { view, width, height });
      await settle(host);
      if (view === 'curves' && width > 800) await hoverChart(host);
      if (view === 'compare' && width > 800) await host.page.getByLabel('Runs of without reset').click();
      await picture(host, `${view}-${width}`);
      expect(await overflow(host), 'pixels beyond the page').toBeLessThanOrEqual(0);
      expect(host.complaints).toEqual([]);
      await host.page.context().close();
    });
  }
}

test('before the first run', async () => {
  const study = new FakeStudy({ seeds: 0, variants: XOR });
  const host = await openView(browser, bundle, study, { width: 900, height: 640 });
  await host.page.getByText('Nothing has run yet').waitFor();
  await picture(host, 'empty');
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

/** Points into the first chart, and waits for the values under the pointer. */
async function hoverChart(host: FakeHost): Promise<void> {
  const box = (await host.page.locator('.u-over').first().boundingBox())!;
  await host.page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
  await host.page.mouse.move(box.x + box.width * 0.42, box.y + box.height * 0.5);
  await host.page.locator('.tooltip').waitFor();
}

async function overflow(host: FakeHost): Promise<number> {
  return host.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
