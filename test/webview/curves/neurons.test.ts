// Rates of neurons over epochs, beside the curves and while runs go on.
import { expect, test } from 'vitest';
import type { AnalysisAnswer } from '../../../protocol/analyses/analyses.ts';
import { preferences } from '../../../webview/views/curves/neurons/preferences.ts';
import { picture, settle } from '../harness.ts';
import { FakeStudy, XOR } from '../study.ts';
import { host, kept, open } from './page.ts';

/** Four neurons that drift apart: neuron n ends at n/10 after `epochs`. */
function ratesOf(epochs: number[], last: number) {
  const rates = epochs.flatMap((epoch) => [0, 1, 2, 3].map((n) => 0.2 + ((n / 10 - 0.2) * epoch) / last));
  return { epochs, layers: [{ neurons: 4, groups: 4, rates }, null] };
}

/** @param neuronByClass rates of four neurons in two classes [4, 2] */
function spikesAnswer(runId: string, neuronByClass: number[]): AnalysisAnswer {
  const layers = [{ layer: 0, name: 'layers.0', neurons: 4, neuronByClass }];
  const about = { runId, name: 'spikes-0123456789abcdef', analysis: 'spikes', checkpoint: 10, params: {}, changed: 1 };
  return { ...about, state: 'finished', progress: 1, result: { layers } };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test('a map for each variant, live, sorted, read by keys, as a table and a file', async () => {
  const study = new FakeStudy({ variants: XOR.slice(0, 2), seeds: 2 });
  const running = study.find('without leakage');
  running.state = 'running';
  running.done = 20;
  study.neurons = (runId) => ({ runId, ...ratesOf(runId === running.id ? upTo(running.done) : upTo(60), 60) });
  await open(study);
  expect(host.requests('runs/neurons'), 'nobody asked yet').toEqual([]);
  await host.page.getByLabel('Also').selectOption('neurons');
  await settle(host);
  const maps = host.page.getByRole('application', { name: /Rates of the 4 neurons of layer 1 over epochs/ });
  await expect.poll(() => maps.count()).toBe(2);
  expect(host.requests('runs/neurons').length, 'one seed of each variant').toBe(2);
  await picture(host, 'neurons');

  await maps.nth(1).focus();
  for (const key of ['ArrowUp', 'Shift+ArrowRight']) await host.page.keyboard.press(key);
  const readings = host.page.locator('.reading');
  await expect
    .poll(() => readings.allTextContents())
    .toEqual([
      expect.stringMatching(/^neuron 0, epoch 11: 16\.3.%$/),
      expect.stringMatching(/^neuron 0, epoch 11: 16\.3.%$/),
    ]);
  for (let i = 0; i < 3; i++) await host.page.keyboard.press('Shift+ArrowRight');
  await expect.poll(() => readings.nth(1).textContent()).toBe('neuron 0, epoch 41: not trained so far');

  running.done = 45;
  await host.changed(running.id);
  await expect.poll(() => readings.nth(1).textContent(), { message: 'live' }).toMatch(/^neuron 0, epoch 41: 6\.3.%$/);
  expect(host.requests('runs/neurons').length, 'only the run that went on is asked again').toBe(3);

  await host.page.getByLabel('Sort by').selectOption('rate');
  expect((await kept()).neuronOrder).toBe('rate');
  await host.page.getByRole('button', { name: 'View as table' }).click();
  const table = host.page.getByRole('region', { name: 'Rates of the neurons of layer 1' });
  await expect.poll(() => table.locator('tbody tr').count()).toBe(8);
  await expect.poll(() => table.locator('thead th').last().textContent()).toBe('epoch 60');
  await expect.poll(() => table.locator('tbody tr').nth(3).locator('td').last().textContent()).toBe('0.3');
  await expect
    .poll(() => table.locator('tbody tr').nth(7).locator('td').last().textContent(), { message: 'not there yet' })
    .toBe('–');

  await host.page.getByRole('button', { name: 'Export' }).click();
  await host.page.getByRole('menuitem', { name: 'Neurons as CSV' }).click();
  await expect.poll(() => host.exports().length).toBe(1);
  const lines = host.exports()[0]!.text.trim().split('\n');
  expect(lines.length).toBe(1 + 4 * 60 + 4 * 45);
  expect(lines[240]).toMatch(/^baseline,1,[^,]+,1,3,3,60,0\.3/);
});

test('sorted by the learned leak, and by the class that `spikes` found them to prefer; where a run does not know, its place says so', async () => {
  const study = new FakeStudy({ variants: XOR.slice(0, 2), seeds: 1 });
  const [first] = study.runs;
  study.neurons = (runId) => {
    const rates = ratesOf(upTo(60), 60);
    if (runId === first!.id) Object.assign(rates.layers[0]!, { leaks: [0.9, 0.2, 0.5, 0.2] });
    return { runId, ...rates };
  };
  study.analyses = [spikesAnswer(first!.id, [0.1, 0.3, 0.4, 0.1, 0, 0, 0.2, 0.2])];
  await open(study);
  await host.page.getByLabel('Also').selectOption('neurons');
  await settle(host);
  const maps = host.page.getByRole('application', { name: /Rates of the 4 neurons/ });
  const readings = host.page.locator('.reading');
  const fromBelow = async (): Promise<string[]> => {
    const said: string[] = [];
    await maps.first().focus();
    await host.page.keyboard.press('Escape');
    for (const key of ['ArrowRight', 'ArrowUp', 'ArrowUp', 'ArrowUp']) {
      await host.page.keyboard.press(key);
      await settle(host);
      said.push((await readings.first().textContent())!.split(',')[0]!);
    }
    return said;
  };
  await host.page.getByLabel('Sort by').selectOption('leak');
  await settle(host);
  expect(await fromBelow()).toEqual(['neuron 1', 'neuron 3', 'neuron 2', 'neuron 0']);
  await host.page.getByText('seed 1, by place: its neurons learn no leak of their own').waitFor();
  await expect.poll(() => readings.first().textContent()).toMatch(/; k 0\.90 after the newest epoch$/);
  expect(host.requests('analyses/list')).toEqual([]);
  await host.page.getByLabel('Sort by').selectOption('class');
  await host.page.getByText('seed 1, by place: ask Analyses for its spikes').waitFor();
  await settle(host);
  // Silent; class 0; class 1, as much as class 0 and more than that.
  expect(await fromBelow()).toEqual(['neuron 2', 'neuron 3', 'neuron 1', 'neuron 0']);
  await picture(host, 'neurons-by-class');
  expect(host.complaints).toEqual([]);
});

test('groups of neighbours prefer the class in which they fire most together', () => {
  const byClass = [0.1, 0.3, 0.4, 0.1, 0, 0, 0.2, 0.2];
  expect(preferences(byClass, 4, 4)).toEqual([1.25, expect.closeTo(0.3), -1, 0]);
  expect(preferences(byClass, 4, 2)).toEqual([expect.closeTo(0 + 1 / 18), 0]);
});

test('without a layer that spikes a sentence says why there is nothing to see', async () => {
  await open(new FakeStudy({ variants: XOR.slice(0, 1), seeds: 1 }));
  await host.page.getByLabel('Also').selectOption('neurons');
  await host.page.getByText('The rates of single neurons were not logged').waitFor();
});
