/** Pictures of landscape, resolution, robustness and features, over made-up answers of all variants. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnalysisId, AnalysisResults } from '../../../protocol/analyses/analyses.ts';
import { coarseToFine, type LandscapeResult } from '../../../protocol/analyses/landscape.ts';
import { contour } from '../../../protocol/drawing/contours.ts';
import { FIRST_TURN, project, quadsOf, turnedBy } from '../../../webview/plot/maps/turning.ts';
import { violations } from '../axe.ts';
import { type Bundles, bundleWebview, type FakeHost, launchBrowser, openView, picture, settle } from '../harness.ts';
import { FakeStudy, noise } from '../study.ts';

let browser: Browser;
let bundle: Bundles;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

const TABS: { [A in AnalysisId]?: string } = {
  landscape: 'Landscape',
  resolution: 'Resolution',
  robustness: 'Robustness',
  embedding: 'Features',
};

async function opened<A extends AnalysisId>(
  analysis: A,
  result: (variant: number) => AnalysisResults[A],
  state: 'finished' | 'running' = 'finished',
): Promise<FakeHost> {
  const study = new FakeStudy({ seeds: 1 });
  study.analyses = study.runs.map(({ id }, i) => {
    const about = { runId: id, name: `${analysis}-0123456789abcdef`, analysis, checkpoint: 10, params: {}, changed: 1 };
    return { ...about, state, progress: 0.5, result: result(i) };
  });
  const host = await openView(browser, bundle, study, { view: 'analyses', height: 1100 });
  await settle(host);
  await host.page.getByText(TABS[analysis]!, { exact: true }).click();
  await settle(host);
  await host.page.locator('.answers > *').first().waitFor();
  return host;
}

const POINTS = 21;
/** A bowl, steeper with every variant; two cells are not finite. */
function bowl(variant: number, evaluated = POINTS ** 2): LandscapeResult {
  const loss: (number | null)[] = new Array(POINTS ** 2).fill(null);
  for (const cell of coarseToFine(POINTS).slice(0, evaluated)) {
    const [x, y] = [(cell % POINTS) / 10 - 1, Math.floor(cell / POINTS) / 10 - 1];
    loss[cell] = cell < 2 ? null : 0.2 + (1 + variant) * (x * x + 0.5 * y * y);
  }
  return {
    split: 'train',
    samples: 2000,
    seed: 1,
    points: POINTS,
    extent: 1,
    centre: { loss: 0.2, accuracy: 0.9 },
    evaluated,
    loss,
    accuracy: loss.map((value) => (value === null ? null : Math.exp(-value))),
    notFinite: evaluated === POINTS ** 2 ? 2 : 0,
    sharpness: [0.05, 0.1, 0.2].map((radius) => ({
      radius,
      directions: 10,
      rises: new Array(10).fill(radius * (1 + variant)),
      mean: radius * (1 + variant),
      deviation: 0.2 * radius,
      accuracyFall: radius / 10,
    })),
    fixed: ['layers.0.bias'],
  };
}

test('landscapes stand side by side on one scale; keys and pointer turn all surfaces; the table has the numbers', async () => {
  const host = await opened('landscape', bowl);
  const { page } = host;
  const surfaces = page.locator('lif-surface');
  await expect.poll(() => surfaces.count()).toBe(5);
  // The cell beside the corner is a hole too: three faces touch the two.
  await expect.poll(() => surfaces.first().getAttribute('data-quads')).toBe(String(20 * 20 - 2));
  await expect.poll(() => page.locator('svg.contours path').count()).toBe(5 * 9);
  const pixels = (i: number): Promise<string> =>
    surfaces.nth(i).evaluate((element) => element.querySelector('canvas')!.toDataURL());
  const before = [await pixels(0), await pixels(3)];
  await surfaces.first().focus();
  await surfaces.first().press('ArrowRight');
  await expect.poll(() => pixels(3)).not.toBe(before[1]);
  await surfaces.first().press('Home');
  await expect.poll(() => pixels(0)).toBe(before[0]);
  const box = (await surfaces.first().boundingBox())!;
  await page.mouse.move(box.x + 50, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 60);
  await page.mouse.up();
  await expect.poll(() => pixels(0)).not.toBe(before[0]);
  const turned = await pixels(0);
  const typed = page.getByRole('textbox', { name: 'Parameters of another question' });
  await typed.fill('points=9');
  await page.waitForTimeout(300); // what changes with every key is kept once it has paused
  await page.reload();
  await surfaces.first().waitFor();
  await expect.poll(() => pixels(0), { message: 'after a reload it is seen from where it was' }).toBe(turned);
  expect(await typed.inputValue()).toBe('points=9');
  const map = page.locator('lif-heatmap').first();
  await map.focus();
  const reading = (): Promise<string | null> => page.locator('.reading').first().textContent();
  await map.press('ArrowUp');
  await expect.poll(reading).toBe('(-1, -1): the loss is not finite');
  await map.press('ArrowUp');
  await expect.poll(reading).toMatch(/^\(-1, -0\.9\): loss 1\.6/);
  await picture(host, 'analyses-landscape');
  expect(await violations(host)).toEqual([]);
  await page.getByText('accuracy', { exact: true }).click();
  await expect.poll(() => page.locator('.colour-scale').textContent()).toMatch(/^\s*accuracy/);
  await page.getByRole('button', { name: 'Table' }).click();
  const row = page.locator('.values').first().locator('tbody tr').first();
  expect((await row.textContent())!.replace(/\s+/g, ' ')).toMatch(
    /baseline ?1 ?0\.05 ?0\.05 ?0\.01 ?0\.005 ?10 ?10 ?0\.2/,
  );
  expect(host.complaints).toEqual([]);
  await page.context().close();
});

test('a landscape in the making is a whole picture, and says how far it is', async () => {
  const host = await opened('landscape', (variant) => bowl(variant, 25), 'running');
  await host.page.getByText('25 of 441 points').first().waitFor();
  await expect.poll(() => host.page.locator('lif-surface').first().getAttribute('data-quads')).toBe('400');
  await picture(host, 'analyses-landscape-coarse');
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

const resolution = (variant: number): AnalysisResults['resolution'] => ({
  split: 'test',
  trainedAt: 3,
  values: 'counts',
  rescaling: 'changes leaks',
  rows: [1, 3, 10].map((dt, i) => {
    const score = { accuracy: 0.95 - 0.1 * Math.abs(i - 1) * variant, loss: 0.4, rates: [0.1] };
    const about = { dt, steps: Math.ceil(315 / dt), window: Math.ceil(315 / dt), covered: 315, samples: 1000 };
    return { ...about, inputSpikes: 4000, occupied: 3000, asIs: score, rescaled: { ...score, accuracy: 0.9 } };
  }),
});

test('resolution is curves and a table of colours in which every number can be read', async () => {
  const host = await opened('resolution', resolution);
  await expect.poll(() => host.page.locator('svg .line').count()).toBe(2 * 5);
  const heat = host.page.locator('table.heat').first();
  const cells = async () =>
    (await heat.locator('tbody tr').nth(4).locator('td').allTextContents()).map((text) => text.trim());
  await expect.poll(cells).toEqual(['55.0\u202f%', '95.0\u202f%', '55.0\u202f%']);
  // Both tables share a scale: .9 has the same colour in one as it would have in the other, .95 another.
  const colour = (table: number, row: number): Promise<string> =>
    host.page
      .locator('table.heat')
      .nth(table)
      .locator('tbody tr')
      .nth(row)
      .locator('td')
      .nth(1)
      .evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await colour(1, 0)).not.toBe(await colour(0, 0));
  expect(await colour(1, 0)).toBe(await colour(1, 4));
  const ratios = await heat.locator('tbody td[style]').evaluateAll((elements) => {
    const light = (text: string): number => {
      const [r, g, b] = text.match(/[\d.]+/g)!.map((part) => {
        const x = Number(part) / 255;
        return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    return elements.map((element) => {
      const style = getComputedStyle(element);
      const [a, b] = [light(style.color), light(style.backgroundColor)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
  });
  expect(Math.min(...ratios)).toBeGreaterThan(4.5);
  await picture(host, 'analyses-resolution');
  expect(await violations(host)).toEqual([]);
  await host.page.getByRole('button', { name: 'Table' }).click();
  await expect.poll(() => host.page.locator('.values tbody tr').count()).toBe(15);
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

const robust = (variant: number): AnalysisResults['robustness'] => ({
  split: 'test',
  samples: 500,
  seed: 1,
  draws: 3,
  clean: 0.95,
  events: 4000,
  curves: (['drop', 'weights', 'quantisation'] as const).map((disturbance) => ({
    disturbance,
    points: (disturbance === 'quantisation' ? [8, 4, 2] : [0.1, 0.3, 0.5]).map((strength, i) => {
      const mean = 0.95 - 0.05 * i * (1 + variant);
      return { strength, accuracies: [mean - 0.01, mean, mean + 0.01], mean, deviation: 0.01, events: 3000 };
    }),
  })),
  left: ['Event times jittered: not asked, since the input is a constant current and has no events.'],
});

test('robustness is a curve for each disturbance, the undisturbed network first; what is left out is said', async () => {
  const host = await opened('robustness', robust);
  await expect.poll(() => host.page.locator('figure.xy').count()).toBe(3);
  await expect.poll(() => host.page.locator('figure.xy').first().locator('circle').count()).toBe(5 * 4);
  await host.page.getByText('Event times jittered: not asked').waitFor();
  await picture(host, 'analyses-robustness');
  await host.page.getByRole('button', { name: 'Table' }).click();
  await expect.poll(() => host.page.locator('.values tbody tr').count()).toBe(5 * 10);
  expect(host.complaints).toEqual([]);
  await host.page.context().close();
});

function cloud(variant: number): AnalysisResults['embedding'] {
  const random = noise(variant + 1);
  const n = 300;
  const labels = Array.from({ length: n }, (_, i) => i % 10);
  const apart = { silhouette: 0.2, silhouettes: labels.slice(0, 10).map(() => 0.2), kNearest: 0.9, k: 10 };
  return {
    ...{ split: 'test', samples: n, seed: 1, features: 512, varying: 400, perplexity: 30, learningRate: 300 },
    ...{ iterations: 750, total: 750, divergence: 1.2, duplicates: 0, accuracy: 0.9, original: apart, picture: apart },
    indices: Array.from({ length: n }, (_, i) => 3 * i),
    labels,
    predicted: labels.map((label, i) => (i % 13 === 0 ? (label + 1) % 10 : label)),
    x: labels.map((label) => 20 * Math.cos(label) + 5 * random()),
    y: labels.map((label) => 20 * Math.sin(label) + 5 * random()),
  };
}

test('features are points by class; keys and pointer name a sample, in all pictures at once', async () => {
  const host = await opened('embedding', cloud);
  const { page } = host;
  const pictures = page.locator('lif-scatter');
  await expect.poll(() => pictures.first().getAttribute('data-points')).toBe('300');
  await pictures.first().focus();
  await pictures.first().press('ArrowRight');
  for (const i of [0, 4])
    await expect
      .poll(() => page.locator('.scatter .reading').nth(i).textContent())
      .toBe('test sample 0: class 0, taken for 1');
  await pictures.first().press('ArrowRight');
  await expect
    .poll(() => page.locator('.scatter .reading').first().textContent())
    .toBe('test sample 3: class 1, taken for it');
  await picture(host, 'analyses-features');
  expect(await violations(host)).toEqual([]);
  await pictures.first().press('Escape');
  await expect.poll(() => page.locator('.scatter .reading').first().textContent()).toBe('');
  const box = (await pictures.first().boundingBox())!;
  for (let x = 5; x < box.width; x += 10) {
    await page.mouse.move(box.x + x, box.y + box.height / 4);
    if (await page.locator('.scatter .reading').first().textContent()) break;
  }
  await expect
    .poll(() => page.locator('.scatter .reading').first().textContent())
    .toMatch(/^test sample \d+: class \d/);
  expect(host.complaints).toEqual([]);
  await page.context().close();
});

test('a contour of a cone is a circle, stays clear of holes, and halves a saddle by its middle', () => {
  const size = 41;
  const coordinate = (i: number): number => (i + 0.5) / size - 0.5;
  const values = Array.from({ length: size ** 2 }, (_, cell) =>
    Math.hypot(coordinate(cell % size), coordinate(Math.floor(cell / size))),
  );
  const pieces = contour({ rows: size, columns: size, values }, 0.3);
  let length = 0;
  for (const [x1, y1, x2, y2] of pieces) {
    for (const [x, y] of [
      [x1, y1],
      [x2, y2],
    ] as const)
      expect(Math.abs(Math.hypot(x - 0.5, y - 0.5) - 0.3)).toBeLessThan(1e-3);
    length += Math.hypot(x2 - x1, y2 - y1);
  }
  expect(Math.abs(length / (2 * Math.PI * 0.3) - 1)).toBeLessThan(2e-3);
  expect(contour({ rows: 2, columns: 2, values: [0, 1, null, 1] }, 0.5)).toEqual([]);
  // 1 in two corners that face each other; the middle (.5) is at the level, so these two are joined.
  const saddle = contour({ rows: 2, columns: 2, values: [1, 0, 0, 1] }, 0.5);
  expect(saddle).toHaveLength(2);
  for (const [x1, y1, x2, y2] of saddle) expect(Math.sign((x1 + x2) / 2 - 0.5)).toBe(-Math.sign((y1 + y2) / 2 - 0.5));
});

test('a turn keeps lengths, what is far is drawn first, and one never looks from below', () => {
  const turn = { around: 1.1, above: 0.4 };
  for (const [x, y, h] of [
    [1, 0, 0.5],
    [0, 1, 0.5],
    [0.3, -0.8, 0.5],
  ] as const)
    expect(Math.hypot(...project(x, y, h, turn))).toBeCloseTo(Math.hypot(x, y), 10);
  const grid = {
    rows: 5,
    columns: 5,
    values: new Array(25).fill(0.5),
    range: [0, 1] as const,
    scheme: 'dark' as const,
  };
  const quads = quadsOf(grid, FIRST_TURN);
  const far = quads.map(({ corners }) => corners.reduce((sum, corner) => sum + corner[2], 0));
  expect(far).toEqual(far.toSorted((a, b) => b - a));
  expect(turnedBy({ around: 0, above: 0.1 }, { around: 0, above: -5 }).above).toBeGreaterThan(0);
});
