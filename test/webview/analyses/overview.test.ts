import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnalysisAnswer } from '../../../protocol/analyses/analyses.ts';
import type { EvaluateResult } from '../../../protocol/analyses/evaluate.ts';
import { tellingParams } from '../../../webview/parts/answers/params.ts';
import { violations } from '../axe.ts';
import {
  type Bundles,
  bundleWebview,
  type FakeHost,
  launchBrowser,
  narrow,
  openView,
  picture,
  settle,
} from '../harness.ts';
import { FakeStudy } from '../study.ts';

let browser: Browser;
let bundle: Bundles;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

const PARAMS = { split: 'test' };

/** Two of three of each class are right; class 2 has no samples. */
const RESULT: EvaluateResult = {
  split: 'test',
  samples: 6,
  accuracy: 2 / 3,
  loss: 0.5,
  perClass: [
    { samples: 3, accuracy: 2 / 3, loss: 0.4 },
    { samples: 3, accuracy: 2 / 3, loss: 0.6 },
    { samples: 0, accuracy: null, loss: null },
  ],
  confusion: [
    [2, 1, 0],
    [1, 2, 0],
    [0, 0, 0],
  ],
};

function answer(runId: string, more: Partial<AnalysisAnswer> = {}): AnalysisAnswer {
  const name = 'evaluate-0123456789abcdef';
  const about = { runId, name, analysis: 'evaluate', checkpoint: 10, params: PARAMS, changed: 1 };
  return { ...about, state: 'finished', progress: 1, result: RESULT, ...more };
}

async function opened(study: FakeStudy): Promise<FakeHost> {
  const host = await openView(browser, bundle, study, { view: 'analyses' });
  await settle(host);
  await host.page.locator('.segments label', { hasText: 'Confusion' }).click();
  await settle(host);
  return host;
}

test('the answers of all variants stand side by side, with what is pointed at in words, and as a table', async () => {
  const study = new FakeStudy({ seeds: 1 });
  study.analyses = study.runs.map(({ id }) => answer(id));
  const host = await opened(study);
  const maps = host.page.locator('lif-heatmap');
  await expect.poll(() => maps.count()).toBe(study.variants.length);
  await expect.poll(() => maps.first().getAttribute('data-cells')).toBe('9');
  await maps.first().focus();
  for (const key of ['ArrowRight', 'ArrowRight']) await maps.first().press(key);
  await host.page.getByText('1 of 3 samples of class 0 are taken for 1').first().waitFor();
  await picture(host, 'analyses-confusion');
  await host.page.getByRole('button', { name: 'Table' }).click();
  const first = host.page.locator('.values').first();
  await expect
    .poll(() => first.locator('tbody tr').first().allTextContents())
    .toEqual([expect.stringMatching(/^\s*baseline\s*1\s*test\s*6\s*0\.6667\s*0\.5\s*$/)]);
  await host.page.getByRole('button', { name: 'Export' }).click();
  await host.page.getByRole('menuitem', { name: /CSV/ }).click();
  await expect.poll(() => host.exports().length).toBe(1);
  expect(host.exports()[0]).toMatchObject({
    suggestedName: 'delayed-spiking-xor-evaluate.csv',
    text: expect.stringContaining('baseline,1,test,6,0.6666666666666666,0.5\n'),
  });
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('what has no answer is asked with a button; what is typed becomes parameters; nonsense is said', async () => {
  const study = new FakeStudy({ seeds: 2 });
  const [known, ...others] = study.runs;
  study.analyses = [answer(known!.id)];
  const host = await opened(study);
  await host.page.getByRole('button', { name: `Analyse the other ${others.length} runs` }).click();
  await expect.poll(() => host.requests('analyses/start').length).toBe(1);
  expect(host.requests('analyses/start')[0]!.params).toEqual({
    runIds: others.map(({ id }) => id),
    analysis: 'evaluate',
    params: PARAMS,
  });
  const field = host.page.getByLabel('Parameters of another question');
  await field.fill('split=validation');
  await field.press('Enter');
  await expect.poll(() => host.requests('analyses/start').length).toBe(2);
  expect(host.requests('analyses/start')[1]!.params).toMatchObject({ params: { split: 'validation' } });
  await field.fill('nonsense');
  await field.press('Enter');
  await host.page.getByText('Write name=value; "nonsense" is not.').waitFor();
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('one that is under way shows how far it is, is looked at again and can be stopped; one that failed says why', async () => {
  const study = new FakeStudy({ seeds: 1 });
  const [a, b] = study.runs;
  study.analyses = [
    answer(a!.id, { state: 'running', progress: 0.4, result: undefined }),
    answer(b!.id, { state: 'failed', message: 'The data set has no test samples.', result: undefined }),
  ];
  const host = await opened(study);
  await host.page.getByText('1 run, 40').waitFor();
  await host.page
    .locator('.banner', { hasText: `${b!.plan.name}, seed 1: The data set has no test samples.` })
    .waitFor();
  await picture(host, 'analyses-under-way');
  await host.page.locator('.question').getByRole('button', { name: 'Stop' }).click();
  await expect
    .poll(() => host.requests('analyses/stop').map(({ params }) => params))
    .toEqual([{ runId: a!.id, name: 'evaluate-0123456789abcdef' }]);
  const before = host.requests('analyses/list').length;
  study.analyses = [answer(a!.id, { changed: 2 })];
  await expect.poll(() => host.requests('analyses/list').length, { timeout: 5000 }).toBeGreaterThan(before);
  await host.page.locator('lif-heatmap').waitFor();
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('in every theme', async () => {
  const study = new FakeStudy({ seeds: 1 });
  study.analyses = study.runs.map(({ id }) => answer(id));
  const host = await opened(study);
  await picture(host, 'analyses-confusion');
  expect(await narrow(host, 'analyses-confusion')).toBeLessThanOrEqual(0);
  expect(await violations(host)).toEqual([]);
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('of several questions each is named by what it asks otherwise', () => {
  const [a, b, c] = [
    { split: 'test', samples: 60, kinds: ['flips'] },
    { split: 'test', samples: 60, kinds: ['flips', 'retiming'] },
    { split: 'test', samples: 90, kinds: ['flips'] },
  ];
  expect(tellingParams(a!, [a!])).toEqual(a);
  expect(tellingParams(a!, [a!, b!])).toEqual({ kinds: ['flips'] });
  expect(tellingParams(c!, [a!, b!, c!])).toEqual({ samples: 90, kinds: ['flips'] });
});
