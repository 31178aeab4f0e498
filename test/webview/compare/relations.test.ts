/** Settings and results against each other. */
import { describe, expect, test } from 'vitest';
import { violations } from '../axe.ts';
import { picture, settle } from '../harness.ts';
import { FakeStudy, type VariantPlan, XOR } from '../study.ts';
import { host, kept, open } from './page.ts';

const scatter = () => host.page.getByRole('region', { name: 'Scatter' });

test('one dot for each seed of the rows shown, read with the keys, kept over a reload, saved as SVG and PNG', async () => {
  await open();
  await host.page.getByLabel('Picture').selectOption('Scatter');
  await expect.poll(() => scatter().locator('.dot').count()).toBe(3 * XOR.length);
  await scatter().getByRole('combobox', { name: 'Over' }).selectOption('neuron.reset');
  const texts = () => scatter().locator('text').allTextContents();
  await expect.poll(texts).toEqual(expect.arrayContaining(['hard', 'none', 'neuron.reset', 'Accuracy (%)']));
  await scatter().locator('.relation').press('ArrowRight');
  await expect
    .poll(() => scatter().locator('.relation-reading').textContent())
    .toMatch(/^baseline, seed 1: neuron\.reset hard, Accuracy 7\d\.\d+ %\.$/);
  await picture(host, 'compare-scatter');
  await host.page.getByRole('combobox', { name: 'Filter of the rows' }).fill('reset = none');
  await expect.poll(() => scatter().locator('.dot').count(), { message: 'of the rows shown' }).toBe(3);
  await host.page.reload();
  await settle(host);
  await expect.poll(() => scatter().locator('.dot').count()).toBe(3);
  expect(await kept()).toMatchObject({ picture: 'scatter', pictureX: 'neuron.reset' });
  await scatter().getByRole('button', { name: 'SVG' }).click();
  await expect.poll(() => host.exports().length).toBe(1);
  const { suggestedName, text } = host.exports()[0]!;
  expect(suggestedName).toBe('delayed-spiking-xor-scatter.svg');
  expect(text).toMatch(
    /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]*><title>Delayed spiking XOR: Accuracy \(%\) over neuron\.reset/,
  );
  expect(text.match(/class="dot"/g)?.length).toBe(3);
  expect(text, 'with its key').toContain('>without reset</text>');
  await scatter().getByRole('button', { name: 'PNG' }).click();
  await expect.poll(() => host.exports().length).toBe(2);
  expect(Buffer.from(host.exports()[1]!.text, 'base64').readUInt32BE(16)).toBe(1280);
});

test('parallel coordinates: a line for each variant over the settings that differ and a result', async () => {
  const study = new FakeStudy();
  study.runs = study.runs.filter(({ plan }) => plan.name !== 'baseline');
  await open(study);
  await host.page.getByLabel('Picture').selectOption('Parallel coordinates');
  const part = host.page.getByRole('region', { name: 'Parallel coordinates' });
  await expect.poll(() => part.locator('.line').count()).toBe(XOR.length - 1);
  await expect.poll(() => part.textContent()).toContain('1 row without a result left out');
  await expect
    .poll(() => part.locator('text').allTextContents())
    .toEqual(expect.arrayContaining(['leak', 'reset', 'recurrent', 'Accuracy (%)']));
  await part.locator('.relation').press('ArrowDown');
  await expect
    .poll(() => part.locator('.relation-reading').textContent())
    .toContain('without leakage: neuron.leak 1, neuron.reset hard, neuron.recurrent false, Accuracy');
  await picture(host, 'compare-parallel');
});

test('two settings across each other: a cell for each pair, the mean where rows share one; read with the keys, saved', async () => {
  const plan = (leak: string, reset: string, accuracy: number): VariantPlan => ({
    name: `${leak} ${reset}`,
    changes: { 'neuron.leak': leak, 'neuron.reset': reset },
    ...{ accuracy, climb: 5 },
  });
  const variants = [plan('0.5', 'hard', 0.6), plan('0.5', 'none', 0.7), plan('0.9', 'hard', 0.9)];
  const again = { ...plan('0.9', 'hard', 0.8), name: 'again' };
  await open(new FakeStudy({ variants: [...variants, again], seeds: 2 }));
  await host.page.getByLabel('Picture').selectOption('Heat map');
  const part = host.page.getByRole('region', { name: 'Heat map' });
  await expect.poll(() => part.locator('.cell').count()).toBe(3);
  await expect
    .poll(() => part.textContent())
    .toContain('cells of several rows are the mean of these; 1 pair without a row');
  for (let i = 0; i < 2; i++) await part.locator('.relation').press('ArrowRight');
  const means = await host.page.locator('tr[data-variant] .col-accuracy .figure').allTextContents();
  const [, , third, fourth] = means.map((text) => Number.parseFloat(text));
  const reading = (await part.locator('.relation-reading').textContent())!;
  const [, told] = /^neuron\.leak 0\.9, neuron\.reset hard: Accuracy ([\d.]+) %, 0\.9 hard, again\.$/.exec(reading)!;
  expect(Number(told)).toBeCloseTo((third! + fourth!) / 2, 1);
  await picture(host, 'compare-heat-map');
  // By pointer: a cell that it is on, and nothing where no row has both values.
  await part.locator('.cell').nth(2).hover();
  await expect.poll(() => part.locator('.relation-reading').textContent()).toContain('reset none: Accuracy');
  const box = (await part.locator('.cell').nth(2).boundingBox())!;
  await host.page.mouse.move(box.x + 1.5 * box.width, box.y + 0.5 * box.height, { steps: 3 });
  await expect.poll(() => part.locator('.relation-reading').textContent()).toBe('');
  await part.getByRole('button', { name: 'SVG' }).click();
  await expect.poll(() => host.exports().length).toBe(1);
  expect(host.exports()[0]).toMatchObject({ suggestedName: 'delayed-spiking-xor-cross.svg' });
  expect(host.exports()[0]!.text).toContain('>Accuracy (%)</text>');
  await host.page.getByRole('combobox', { name: 'Filter of the rows' }).fill('reset = hard');
  await expect.poll(() => part.locator('.cell').count()).toBe(2);
});

describe('no serious findings of axe in any theme', () => {
  test('both pictures, narrow', async () => {
    await open(new FakeStudy(), { width: 325, height: 800 });
    for (const name of ['Scatter', 'Parallel coordinates', 'Heat map']) {
      await host.page.getByLabel('Picture').selectOption(name);
      expect(await violations(host)).toEqual([]);
      await host.page.locator('.relations').scrollIntoViewIfNeeded();
      await picture(host, `compare-${name.split(' ')[0]!.toLowerCase()}-325`);
    }
  });
});
