import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalysisAnswer } from '../../../protocol/analyses/analyses.ts';
import type { AttackExample, AttackOutcomes, AttackResult } from '../../../protocol/analyses/attack.ts';
import { changedSteps, frameOf, stepWords } from '../../../webview/parts/answers/attack/frames.ts';
import { violations } from '../axe.ts';
import { type Bundles, bundleWebview, type FakeHost, launchBrowser, openView, picture, settle } from '../harness.ts';
import { FakeStudy } from '../study.ts';

let browser: Browser;
let bundle: Bundles;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

const BUDGETS = [1, 10, 100];

function outcomes(method: AttackOutcomes['method'], width: number, success: number[], median: number | null) {
  const costs = [3, 4, median === null ? null : 60, null];
  const gradient = method === 'gradient' ? 0.25 : null;
  const none = { mean: null, shift: null, largestShift: null, zeroAtStart: gradient, randomSteps: gradient };
  const made: AttackOutcomes = {
    method,
    width,
    success,
    successInterval: [0.3, 0.95],
    successByShare: [0.5],
    median,
    added: 2,
    removed: 1,
    queries: 7,
    costs,
    rows: costs.map(() => [2, 1, 0, 0, 7, 0, 0, 5]),
    ...none,
  };
  return made;
}

/** On two planes of 4 × 3 pixels, five steps: one event is added in step 1, one of two in a bin is taken in step 3. */
const EXAMPLE: AttackExample = {
  index: 7,
  label: 3,
  taken: 5,
  method: 'gradient',
  width: 1,
  cost: 2,
  clean: [0, 24 + 5, 72 + 11, 72 + 11, 96 + 23],
  added: [24 + 12],
  removed: [72 + 11],
  adversarial: [],
};

const SHAPE = { steps: 5, inputs: 24, picture: { planes: 2, height: 3, width: 4 } };

function result(more: Partial<AttackResult> = {}): AttackResult {
  const flips = {
    kind: 'flips' as const,
    budgets: BUDGETS,
    shares: [0.1],
    limits: null,
    attacks: [
      outcomes('gradient', 1, [0, 0.5, 0.75], 32),
      outcomes('gradient', 4, [0.25, 0.5, 0.75], 32),
      outcomes('random', 1, [0, 0, 0.25], null),
      outcomes('search', 1, [0, 0.25, 0.5], null),
    ],
    verdict: { state: 'sound' as const, words: 'The gradient beats random flips, and no control beats it.' },
    examples: [EXAMPLE],
  };
  const broken = { state: 'broken' as const, words: 'Broken attack: it ranks nothing.' };
  return {
    split: 'test',
    samples: 5,
    seed: 1,
    right: 4,
    chance: 2,
    chanceP: 0.04,
    targeted: false,
    published: false,
    iterations: 25,
    ...SHAPE,
    attacked: [0, 1, 2, 3].map((index) => ({ index, label: 1, target: null, events: 5 })),
    meanEvents: 5,
    nearThreshold: [{ layer: 'layers.0', near: 1, of: 40 }],
    within: 0.1,
    kinds: [flips, { ...flips, kind: 'retiming', verdict: broken, examples: [] }],
    ...more,
  };
}

async function opened(more: Partial<AttackResult> = {}): Promise<FakeHost> {
  const study = new FakeStudy({ seeds: 1 });
  study.analyses = study.runs.map(
    ({ id }): AnalysisAnswer => ({
      runId: id,
      name: 'attack-0123456789abcdef',
      analysis: 'attack',
      checkpoint: 10,
      params: { samples: 5 },
      changed: 1,
      state: 'finished',
      progress: 1,
      result: result(more),
    }),
  );
  const host = await openView(browser, bundle, study, { view: 'analyses' });
  await settle(host);
  await host.page.getByRole('radio', { name: 'Attack' }).check();
  await settle(host);
  return host;
}

describe('one step of a pair', () => {
  test('planes lie on top of each other; what was taken counts once', () => {
    const { columns, rows, marks } = frameOf(EXAMPLE, SHAPE, 1);
    expect([columns, rows]).toEqual([4, 3]);
    expect(marks).toEqual([
      { column: 1, row: 1, state: 'kept' },
      { column: 0, row: 0, state: 'added' },
    ]);
    expect(frameOf(EXAMPLE, SHAPE, 3).marks.map(({ state }) => state)).toEqual(['kept', 'removed']);
  });
  test('without a picture all steps are there, channels upwards', () => {
    const { columns, rows, marks } = frameOf(EXAMPLE, { ...SHAPE, picture: null }, 0);
    expect([columns, rows, marks.length]).toEqual([5, 24, 6]);
    expect(marks[0]).toEqual({ column: 0, row: 23, state: 'kept' });
  });
  test('says what changes, and where', () => {
    expect(changedSteps(EXAMPLE, SHAPE)).toEqual([1, 3]);
    expect(stepWords(EXAMPLE, SHAPE, 3)).toBe('step 3: 2 events, 0 added, 1 taken');
  });
});

test('a curve for each attack, a verdict for each variant; a broken one ranks nothing; keys move through time', async () => {
  const host = await opened();
  const { page } = host;
  await expect
    .poll(() => page.locator('.xy h3').allTextContents())
    .toEqual(['gradient, surrogate ×1', 'gradient, surrogate ×4', 'random', 'search']);
  const first = page.locator('.verdict').first();
  await expect.poll(() => first.textContent()).toMatch(/right about 4 of 5; 4 attacked\s+The gradient beats/);
  await expect.poll(() => first.textContent()).toContain('random ∞');
  const slider = page.getByRole('slider', { name: 'Step' });
  const changed = 'step 1: 1 event, 1 added, 0 taken';
  await expect.poll(() => slider.getAttribute('aria-valuetext'), { message: 'where something changes' }).toBe(changed);
  await slider.focus();
  await slider.press('ArrowLeft');
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('step 0: 1 event, 0 added, 0 taken');
  await slider.press('ArrowRight');
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe(changed);
  await expect.poll(() => page.locator('.pair-raster').first().locator('.added').count()).toBe(0);
  await expect.poll(() => page.locator('.pair-raster').last().locator('.added').count()).toBe(1);
  await picture(host, 'analyses-attack');
  await page.getByRole('button', { name: 'Next step with a change' }).click();
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('step 3: 2 events, 0 added, 1 taken');
  await page.getByRole('radio', { name: 'Spikes moved in time' }).check();
  await settle(host);
  await expect.poll(() => page.locator('.verdict.broken').first().textContent()).toMatch(/ranks nothing/);
  await expect.poll(() => page.locator('.verdict.broken').first().textContent()).not.toContain('Medians:');
  await expect
    .poll(() => page.locator('.legend-row li').first().textContent(), { message: 'beside its line, too' })
    .toMatch(/broken: ranks nothing/);
  await page.getByRole('button', { name: 'Table' }).click();
  const row = page.locator('.values').first().locator('tbody tr').nth(2);
  await expect.poll(() => row.textContent()).toMatch(/random\s*sound\s*0\.8\s*4\s*0\.25.*∞/s);
  expect(host.complaints).toEqual([]);
  await page.context().close();
});

test('of the published attack it says that it has no budget', async () => {
  const host = await opened({ published: true });
  await host.page.getByText('takes whole steps and has no budget').waitFor();
  await host.page.context().close();
});

test('currents are shown as pictures, with what has changed', async () => {
  const values = (shift: number) => Array.from({ length: 24 }, (_, i) => i / 24 + shift * (i % 2));
  const example = { ...EXAMPLE, clean: values(0), adversarial: values(0.1), added: [], removed: [] };
  const [flips] = result().kinds;
  const host = await opened({ kinds: [{ ...flips!, kind: 'currents', shares: [], examples: [example] }] });
  await expect.poll(() => host.page.locator('.attack-pair lif-heatmap').count()).toBe(3);
  await expect.poll(() => host.page.locator('.attack-pair lif-heatmap').first().getAttribute('data-cells')).toBe('12');
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('in every theme', async () => {
  const host = await opened();
  await picture(host, 'analyses-attack');
  expect(await violations(host)).toEqual([]);
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});
