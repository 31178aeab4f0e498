import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnalysisAnswer } from '../../../protocol/analyses/analyses.ts';
import type { ErrorsResult, Quartiles } from '../../../protocol/analyses/errors.ts';
import type { SampleSpread, SpikesResult } from '../../../protocol/analyses/spikes.ts';
import { orderOf } from '../../../webview/parts/answers/spikes-order.ts';
import { violations } from '../axe.ts';
import { type Bundles, bundleWebview, type FakeHost, launchBrowser, openView, picture, settle } from '../harness.ts';
import { FakeStudy } from '../study.ts';

let browser: Browser;
let bundle: Bundles;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

const NEURONS = 24;
const BINS = 50;
const CLASSES = 4;

function spread(mean: number): SampleSpread {
  return { mean, deviation: mean / 10, least: mean / 2, most: 2 * mean };
}

/** Rates grow with the number of the neuron; each one prefers the class of its remainder. */
function spikesOf(scale: number): SpikesResult {
  const rates = Array.from({ length: NEURONS }, (_, n) => (scale * n) / NEURONS / 4);
  const irregular = { values: rates.map(() => null), neurons: 0, mean: null, deviation: null };
  const each = (columns: number, valueAt: (n: number, column: number) => number): number[] =>
    rates.flatMap((_, n) => Array.from({ length: columns }, (__, column) => valueAt(n, column)));
  return {
    split: 'test',
    samples: 500,
    perClass: [125, 125, 125, 125],
    ...{ steps: 100, bins: BINS, stepsPerBin: 2, limits: { silent: 0, saturated: 0.9 } },
    intervalSamples: 500,
    layers: [
      {
        ...{ layer: 0, name: 'layers.0', neurons: NEURONS, rate: rates.reduce((a, b) => a + b) / NEURONS, rates },
        histogram: Array.from({ length: 20 }, (_, i) => (i < 6 ? 4 : 0)),
        rateOverTime: Array.from({ length: BINS }, (_, b) => 0.1 + 0.05 * Math.sin(b / 5)),
        neuronOverTime: each(BINS, (n, b) => rates[n]! * (1 + Math.sin((b + n) / 4))),
        neuronByClass: each(CLASSES, (n, c) => rates[n]! * (n % CLASSES === c ? 2 : 0.6)),
        preferredClass: rates.map((rate, n) => (rate > 0 ? n % CLASSES : null)),
        selectivity: rates.map((rate) => (rate > 0 ? 0.5 : null)),
        ...{ silent: 1, saturated: 0, leak: rates.map((_, n) => 0.9 - n / 100), leakLearned: true },
        window: { threshold: 0.5, halfWidth: 0.3, bounded: true, share: 0.23, shares: rates, never: 2 },
        ...{ cv2: irregular, lv: irregular },
      },
    ],
    efficiency: {
      input: { nonZero: spread(40), binary: true },
      layers: [],
      ...{ accumulates: spread(5000), multiplyAccumulates: spread(0), dense: 60_000, activationSparsity: 0.9 },
      ...{ membraneUpdates: 2400, memoryAccesses: spread(9000), footprint: { parameters: 4000, state: 200 } },
    },
  };
}

/** An error that shrinks by a factor with every step back, and is 0 before a bin. */
function errorsOf(k: number, from = 0): ErrorsResult {
  const over = (valueAt: (bin: number) => number): number[] => Array.from({ length: BINS }, (_, bin) => valueAt(bin));
  const quartiles = (valueAt: (bin: number) => number): Quartiles => {
    const median = over(valueAt);
    return { median, mean: median, lower: median.map((v) => v / 2), upper: median.map((v) => 2 * v) };
  };
  const perStep = { leak: k, reset: k * 0.9, whole: k * 0.95 };
  return {
    ...{ split: 'test', samples: 128, seed: 1, steps: 100, bins: BINS, stepsPerBin: 2 },
    layers: [
      {
        ...{
          layer: 0,
          name: 'layers.0',
          neurons: NEURONS,
          spiking: true,
          norm: quartiles((b) => (b < from ? 0 : k ** (BINS - b))),
        },
        vanished: over(() => 0),
        factors: {
          ...{ leak: { least: k, mean: k, most: k }, reset: 'hard', resetGradient: true },
          ...{ kept: over(() => 0.9), surrogate: over(() => 0.4), surrogateShare: over((b) => 0.2 + b / 500) },
        },
        gain: { leak: quartiles(() => k), reset: quartiles(() => 0.9 * k), whole: quartiles(() => 0.95 * k) },
        ...{ fresh: over(() => 0.3), perStep: { expected: perStep, measured: perStep, norms: k } },
      },
    ],
  };
}

async function opened(): Promise<FakeHost> {
  const study = new FakeStudy({ seeds: 1 });
  study.analyses = study.runs.flatMap(({ id }, i) => {
    const about = { runId: id, checkpoint: 10, params: {}, changed: 1, state: 'finished', progress: 1 } as const;
    return [
      { ...about, name: 'spikes-0123456789abcdef', analysis: 'spikes', result: spikesOf(1 + i) },
      {
        ...about,
        name: 'errors-0123456789abcdef',
        analysis: 'errors',
        result: errorsOf(0.98 - 0.1 * i, [0, 10, BINS][i]),
      },
    ] satisfies AnalysisAnswer[];
  });
  const host = await openView(browser, bundle, study, { view: 'analyses', height: 1100 });
  await settle(host);
  return host;
}

/** A tab or one of a few choices: what is seen is the text beside the hidden button. */
async function press(host: FakeHost, text: string): Promise<void> {
  await host.page.locator('.segments label', { hasText: text }).click();
  await settle(host);
}

test('rates of every neuron over time and by class, sorted, with what is pointed at in words', async () => {
  const host = await opened();
  await press(host, 'Spikes');
  const map = host.page.locator('lif-heatmap').first();
  await expect.poll(() => map.getAttribute('data-cells')).toBe(String(NEURONS * BINS));
  await picture(host, 'spikes-over-time');
  await press(host, 'rate');
  await map.focus();
  await map.press('ArrowUp');
  await host.page
    .getByText(/^neuron 0, steps 1–2: /)
    .first()
    .waitFor();
  await press(host, 'By class');
  await expect.poll(() => map.getAttribute('data-cells')).toBe(String(NEURONS * CLASSES));
  await press(host, 'Distribution');
  await picture(host, 'spikes-distribution');
  await host.page.getByRole('button', { name: 'Table' }).click();
  await expect.poll(() => host.page.locator('.values').count()).toBe(3);
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('errors travel back through time: charts with a logarithmic axis, and the factors as a table', async () => {
  const host = await opened();
  await press(host, 'Errors');
  await expect.poll(() => host.page.locator('.xy').count()).toBe(4);
  expect(await host.page.locator('.xy p').allTextContents(), 'of the one chart with a logarithmic axis').toEqual([
    '0 (not on a logarithmic axis): without leakage up to time step 19.5; complete leakage everywhere',
  ]);
  await picture(host, 'errors');
  await host.page.getByRole('button', { name: 'Table' }).click();
  const row = host.page.locator('.values').first().locator('tbody tr').first();
  expect((await row.textContent())!.replace(/\s+/g, '')).toMatch(/^baseline111280\.980\.980\.980\.882/);
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

test('axe finds nothing serious in spikes and errors in any theme', async () => {
  const host = await opened();
  for (const name of ['Spikes', 'Errors']) {
    await press(host, name);
    expect(await violations(host), `${name} as a picture`).toEqual([]);
    await picture(host, `${name.toLowerCase()}-all`);
    await host.page.getByRole('button', { name: 'Table' }).click();
    expect(await violations(host), `${name} as a table`).toEqual([]);
    await host.page.getByRole('button', { name: 'Picture' }).click();
  }
  await host.page.context().close();
});

test('neurons are sorted by rate, leak and preferred class; ties keep their places', () => {
  const [layer] = spikesOf(1).layers;
  expect(orderOf(layer!, 'place')).toEqual([...layer!.rates.keys()]);
  expect(orderOf(layer!, 'leak')).toEqual([...layer!.rates.keys()].reverse());
  expect(orderOf(layer!, 'class').slice(0, 4)).toEqual([0, 4, 8, 12]);
});
