/** Settings and results against each other. */
import { describe, expect, test } from 'vitest';
import { violations } from '../axe.ts';
import { picture, settle } from '../harness.ts';
import { FakeStudy, XOR } from '../study.ts';
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

describe('no serious findings of axe in any theme', () => {
  test('both pictures, narrow', async () => {
    await open(new FakeStudy(), { width: 325, height: 800 });
    for (const name of ['Scatter', 'Parallel coordinates']) {
      await host.page.getByLabel('Picture').selectOption(name);
      expect(await violations(host)).toEqual([]);
      await host.page.locator('.relations').scrollIntoViewIfNeeded();
      await picture(host, `compare-${name.split(' ')[0]!.toLowerCase()}-325`);
    }
  });
});
