/**
 * What the views of the editor cost: frames while the matrix is scrolled, redraws of zoomed curves, first rows of 10,000 runs,
 * how soon a view knows what was written, and what a hidden view sends. In milliseconds. `--only matrix,zoom,runs,live,logs`.
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { bundleWebview, launchBrowser } from '../test/webview/harness.ts';
import { firstAnswers, liveness, longLogs } from './views/host.ts';
import { comparisonOf, matrixFrames, zoomRedraws } from './views/pages.ts';
import { type LargeStudy, largeStudy } from './views/stores.ts';

const index = process.argv.indexOf('--only');
const only = index < 0 ? undefined : process.argv[index + 1]!.split(',');
const [browser, bundles] = await Promise.all([launchBrowser(), bundleWebview()]);

const PARTS: Record<string, () => Promise<Record<string, number>>> = {
  matrix: () => matrixFrames(browser, bundles, 1000, 50),
  zoom: () => zoomRedraws(browser, bundles, 20),
  page: () => comparisonOf(browser, bundles, 500, 20),
  runs: () => within(largeStudy({ variants: 500, seeds: 20 }), firstAnswers),
  live: () => within(largeStudy({ variants: 5, seeds: 3 }), (study) => liveness(study, 20)),
  logs: () => within(largeStudy({ variants: 20, epochs: 20, steps: 100_000 }), (study) => longLogs(study, 100_000)),
};

async function within<T>(study: LargeStudy, measure: (study: LargeStudy) => Promise<T>): Promise<T> {
  try {
    return await measure(study);
  } finally {
    rmSync(dirname(study.file), { recursive: true, force: true });
  }
}

try {
  for (const [name, part] of Object.entries(PARTS)) {
    if (only && !only.includes(name)) continue;
    const found = await part();
    console.log(
      name,
      Object.fromEntries(Object.entries(found).map(([what, value]) => [what, Math.round(10 * value) / 10])),
    );
  }
} finally {
  await browser.close();
}
