import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SampleAnswer, SampleQuestion } from '../../../protocol/analyses/sample.ts';
import { neuronsNote, neuronsOf } from '../../../webview/views/sample/neurons.ts';
import { stepOf } from '../../../webview/views/sample/shown.ts';
import { violations } from '../axe.ts';
import { type Bundles, bundleWebview, type FakeHost, launchBrowser, openView, picture, settle } from '../harness.ts';
import { FakeStudy } from '../study.ts';

let browser: Browser;
let bundle: Bundles;

beforeAll(async () => {
  [browser, bundle] = await Promise.all([launchBrowser(), bundleWebview()]);
});
afterAll(() => browser?.close());

/** A recording as large as those of N-MNIST, and a network of 100 neurons; the same for everybody. */
const CHANNELS = 2 * 34 * 34;
const STEPS = 315;
const PER_STEP = 64;

function answerTo(question: SampleQuestion, steps = STEPS): SampleAnswer {
  const input = listOf(steps, (t) => Array.from({ length: PER_STEP }, (_, i) => (t * 7 + i * 37) % CHANNELS));
  const spikes = listOf(steps, (t) => (t % 3 === 0 ? [t % 100, (t * 13) % 100] : []));
  const wave = (f: number): number[] => Array.from({ length: steps }, (_, t) => 0.4 * Math.sin(t * f) + 0.2);
  const { split, index, traces } = question;
  return {
    ...{ split, index, of: 5000, label: 3, classes: 10, steps, checkpoint: 900, checkpoints: [900, 800] },
    scores: [0, 0.1, 0.2, 0.9, 0.3, 0, 0, 0, 0.1, 0.2],
    ...{ decision: 3, loss: 0.31 },
    input: { channels: CHANNELS, picture: { planes: 2, height: 34, width: 34 }, events: input },
    layers: [
      {
        ...{
          layer: 0,
          name: 'layers.0',
          neurons: 100,
          kind: 'lif',
          threshold: 0.5,
          reset: 'hard',
          window: 0.3,
          spikes,
        },
        traces: traces
          .flatMap(({ neurons }) => neurons)
          .map((neuron) => ({ neuron, values: wave(0.05 * (neuron + 1)) })),
      },
      {
        ...{ layer: 1, name: 'readout', neurons: 10, kind: 'integrator' },
        traces: Array.from({ length: 10 }, (_, neuron) => ({ neuron, values: wave(0.01 * (neuron + 1)) })),
      },
    ],
  };
}

function listOf(steps: number, itemsAt: (t: number) => number[]): { offsets: number[]; items: number[] } {
  const offsets = [0];
  const items: number[] = [];
  for (let t = 0; t < steps; t++) {
    items.push(...itemsAt(t));
    offsets.push(items.length);
  }
  return { offsets, items };
}

async function opened(steps = STEPS, width = 1100): Promise<FakeHost> {
  const study = new FakeStudy({ seeds: 2 });
  study.sample = (_, question) => answerTo(question, steps);
  const host = await openView(browser, bundle, study, { view: 'sample', width, height: 1300 });
  await settle(host);
  return host;
}

test('the sample with its rasters, potentials and decision; two variants side by side; time is gone through', async () => {
  const host = await opened();
  const { page } = host;
  await expect.poll(() => page.locator('.network').count()).toBe(1);
  await expect.poll(() => page.locator('.trace').count()).toBe(4);
  await page.getByText('Class 3, taken for 3: right').waitFor();
  const rasters = page.locator('lif-raster');
  await expect.poll(() => rasters.first().getAttribute('data-dots')).toBe(String(STEPS * PER_STEP));
  await page.getByLabel('beside').selectOption('without reset');
  await expect.poll(() => page.locator('.network').count()).toBe(2);
  const asked = host.requests('samples/probe').map(({ params }) => params as { runId: string });
  expect(new Set(asked.map(({ runId }) => runId)).size).toBe(2);
  const slider = page.getByLabel('Time step', { exact: true });
  await slider.focus();
  for (let i = 0; i < 3; i++) await slider.press('ArrowRight');
  await page.getByText('step 4 of 315').waitFor();
  await page.waitForTimeout(300); // what changes with every key is kept once it has paused
  await page.reload();
  await page.getByText('step 4 of 315').waitFor();
  await page.getByRole('button', { name: 'Play' }).click();
  await page.getByText(/step (?!4 )\d+ of 315/).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await picture(host, 'sample-two');
  expect(host.complaints).toEqual([]);
  await page.context().close();
});

test('dots are named under the pointer and by keys, in both networks at once; what is pointed at is left with Escape', async () => {
  const host = await opened();
  const { page } = host;
  await page.getByLabel('beside').selectOption('without reset');
  await expect.poll(() => page.locator('.network').count()).toBe(2);
  const spikes = page.locator('.network lif-raster').first();
  await spikes.focus();
  // Step 1 has the spikes of neuron 0 alone, step 4 those of 3 and 39.
  for (let i = 0; i < 3; i++) await spikes.press('ArrowRight');
  await page.getByText('step 4 of 315').waitFor();
  await spikes.press('ArrowUp');
  await spikes.press('ArrowUp');
  const reading = page.getByText('step 4, neuron 39 fires; 2 of 100 fire in this step');
  await expect.poll(() => reading.count()).toBe(2);
  await picture(host, 'sample-pointed');
  await spikes.press('Escape');
  await expect.poll(() => reading.count()).toBe(0);
  const input = page.locator('.input lif-raster');
  const box = (await input.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.getByText(/^step 158, x \d+, y \d+, plane \d: 1 event of 64 in this step$/).waitFor();
  await page.locator('.pixels lif-heatmap').hover();
  await page.getByText(/^x 17, y 16: -?\d+ \(on minus off\)$/).waitFor();
  expect(host.complaints).toEqual([]);
  await page.context().close();
});

test('every picture has its numbers: tables of both networks, and a file of them', async () => {
  const host = await opened();
  const { page } = host;
  await page.getByLabel('beside').selectOption('without reset');
  await expect.poll(() => page.locator('.network').count()).toBe(2);
  await page.getByRole('button', { name: 'Table' }).click();
  const titles = () => page.locator('.values caption').allInnerTexts();
  await expect.poll(async () => (await titles()).length).toBe(6);
  expect((await titles()).map((title) => title.trim().split(/ {2}|\n/)[0])).toEqual([
    expect.stringMatching(/^Decision/),
    expect.stringMatching(/^Readout over time/),
    expect.stringMatching(/^Potentials/),
    'Spikes of layer 1, baseline, seed 1, 900 updates',
    'Spikes of layer 1, without reset, seed 1, 900 updates',
    'Input of baseline, seed 1, 900 updates',
  ]);
  const rowsOf = (title: string) => page.getByRole('region', { name: title }).locator('tbody tr');
  expect(await rowsOf('Spikes of layer 1, baseline, seed 1, 900 updates').nth(3).allInnerTexts()).toEqual([
    '4\t2\t3 39',
  ]);
  // Four neurons of each network beside the step.
  expect(await rowsOf('Potentials').first().locator('td').count()).toBe(8);
  await picture(host, 'sample-table');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: /CSV/ }).click();
  await expect.poll(() => host.exports().length).toBe(1);
  expect(host.exports()[0]!.text).toContain('without reset,1,900,test,0,3,3,0.31,0,0.1,0.2,0.9');
  expect(host.complaints).toEqual([]);
  await page.context().close();
});

test('two checkpoints of one run stand beside each other; another variant begins at the one that counts', async () => {
  const host = await opened();
  const { page } = host;
  await page.getByLabel('beside').selectOption('baseline');
  await expect.poll(() => page.locator('.network').count()).toBe(2);
  await page.getByLabel('Checkpoint right').selectOption('800');
  const asked = () =>
    host
      .requests('samples/probe')
      .slice(-2)
      .map(({ params }) => (params as { question: SampleQuestion }).question.checkpoint);
  await expect.poll(asked).toEqual([undefined, 800]);
  await page.getByLabel('beside').selectOption('without reset');
  await expect.poll(asked).toEqual([undefined, undefined]);
  await page.context().close();
});

test('steps of another length: the other network is looked at where time is the same', () => {
  expect(stepOf({ step: 7, steps: 10 }, 10)).toBe(7);
  expect([0, 4, 9].map((step) => stepOf({ step, steps: 10 }, 100))).toEqual([5, 45, 95]);
  expect([0, 55, 99].map((step) => stepOf({ step, steps: 100 }, 10))).toEqual([0, 5, 9]);
});

test('what is chosen is asked: sample, class, split, neurons, seed, checkpoint', async () => {
  const host = await opened();
  const { page } = host;
  const last = () => host.requests('samples/probe').at(-1)!.params as { runId: string; question: SampleQuestion };
  await page.getByRole('button', { name: 'Next sample' }).click();
  await expect.poll(() => last().question.index).toBe(1);
  await page.getByLabel('Class', { exact: true }).selectOption('7');
  await expect.poll(() => last().question.label).toBe(7);
  await page.getByRole('textbox', { name: 'Neurons' }).fill('9 11-13');
  await page.getByRole('textbox', { name: 'Neurons' }).press('Enter');
  await expect.poll(() => last().question.traces).toEqual([{ layer: 0, neurons: [9, 11, 12, 13] }]);
  await page.getByRole('textbox', { name: 'Neurons' }).fill('9 abc');
  await page.getByRole('textbox', { name: 'Neurons' }).press('Enter');
  await page.getByText('“abc” names no neuron; layer 1 has 0 to 99, written as numbers').waitFor();
  const checkpoints = page.getByLabel('Checkpoint').locator('option');
  expect(await checkpoints.allTextContents()).toEqual(['900 updates (last)', '800 updates']);
  await page.getByLabel('Checkpoint').selectOption('800');
  await expect.poll(() => last().question.checkpoint).toBe(800);
  await page.getByLabel('Split').selectOption('train');
  await expect.poll(() => [last().question.split, last().question.index]).toEqual(['train', 0]);
  await page.getByLabel('Seed').selectOption('2');
  await expect.poll(() => last().runId).toBe(host.study.find('baseline', 2).id);
  await settle(host);
  await picture(host, 'sample-chosen');
  expect(host.complaints).toEqual([]);
  await page.context().close();
});

test('a raster of 2,312 channels and 315 steps says how long it takes to draw', async () => {
  const host = await opened();
  await picture(host, 'sample-large');
  const ms = await host.page.locator('lif-raster').first().getAttribute('data-ms');
  console.log(`drawn in ${ms} ms`);
  // An absent number would pass for 0.
  expect(ms).toMatch(/^\d+\.\d$/);
  await host.page.context().close();
});

test('why a network cannot be looked into is said in its place', async () => {
  const host = await opened();
  host.refuse.set('samples/probe', 'There is no sample 9: the test split has 5, the first one is 0.');
  await host.post({ type: 'changed', runIds: [] });
  await host.page.getByText('There is no sample 9').waitFor();
  await host.page.context().close();
});

test('neurons are typed as numbers and ranges', () => {
  expect(neuronsOf('0 5, 7-9')).toEqual([0, 5, 7, 8, 9]);
  expect(neuronsOf('3 3 x -1 2-1')).toEqual([3]);
  expect(neuronsOf('0-1000')).toHaveLength(64);
  expect(neuronsNote('0 5-7', 'layer 1', 5)).toBe('');
  expect(neuronsNote(' ', 'layer 1', 5)).toBe('No neuron is named, so no potentials are drawn; layer 1 has 0 to 4.');
});

test('axe finds nothing serious in a sample in any theme', async () => {
  // Axe looks at each cell of the tables: of a few steps. One decision is right and the other one wrong.
  const host = await opened(12);
  const { id } = host.study.find('without reset');
  host.study.sample = (run, question) => ({ ...answerTo(question, 12), decision: run === id ? 2 : 3 });
  await host.page.getByLabel('beside').selectOption('without reset');
  await host.page.getByText('Class 3, taken for 2: wrong').waitFor();
  expect(await violations(host)).toEqual([]);
  await host.page.getByRole('button', { name: 'Table' }).click();
  expect(await violations(host), 'as tables').toEqual([]);
  await host.page.context().close();
});

test('in a narrow column nothing is wider than the page', async () => {
  const host = await opened(STEPS, 260);
  const { page } = host;
  await page.getByLabel('beside').selectOption('without reset');
  await expect.poll(() => page.locator('.network').count()).toBe(2);
  for (const name of ['sample', 'sample-numbers']) {
    if (name === 'sample-numbers') await page.getByRole('button', { name: 'Table' }).click();
    await picture(host, `${name}-narrow`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBeLessThanOrEqual(0);
  }
  await page.context().close();
});
