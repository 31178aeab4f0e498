/** Curves by a setting: colours, means, small charts; and other studies beside the one of the view. */
import { expect, test } from 'vitest';
import { lineStyle, valueStyle } from '../../../protocol/drawing/palette.ts';
import { violations } from '../axe.ts';
import { picture, settle } from '../harness.ts';
import { FakeStudy, type VariantPlan } from '../study.ts';
import { drawnSvg, host, kept, open } from './page.ts';

const GRID = ['0', '0.5', '0.9', '1'].flatMap((leak) =>
  ['hard', 'none'].map(
    (reset): VariantPlan => ({
      name: `leak ${leak}, reset ${reset}`,
      changes: { 'neuron.leak': leak, 'neuron.reset': reset },
      accuracy: 0.55 + 0.4 * Number(leak) * (reset === 'none' ? 1 : 0.8),
      climb: 12,
      rates: [0.1, 0.2],
    }),
  ),
);

const arrange = () => host.page.getByRole('button', { name: 'Arrange' });
const titles = () => host.page.locator('.panel h2').allTextContents();
const legendNames = () => host.page.locator('.legend li .name').allTextContents();

/** Scales that the chart of this title has, by its axis labels in the drawing. */
async function valueLabels(chart: number): Promise<string[]> {
  const group = (await drawnSvg()).split('<g class="chart">')[chart + 1]!;
  return [...group.matchAll(/text-anchor="end">([^<]+)</g)].map((m) => m[1]!);
}

test('a setting gives colours, one curve for each of its values, and a small chart for each value of another', async () => {
  await open(new FakeStudy({ variants: GRID, seeds: 2 }), { width: 1300, height: 800 });
  expect(host.requests('runs/settings'), 'settings are asked for by whoever arranges').toHaveLength(0);
  await arrange().click();
  await host.page.getByLabel('Colour by').selectOption('neuron.leak');
  await settle(host);
  const values = () => host.page.getByRole('list', { name: 'Values of the colours' }).getByRole('listitem');
  await expect.poll(() => values().allInnerTexts()).toEqual(['leak 0', 'leak 0.5', 'leak 0.9', 'leak 1']);
  const colours = new Set([...(await drawnSvg()).matchAll(/class="mean"[^>]*stroke="(#\w+)"/g)].map((m) => m[1]));
  expect(colours.size, 'colours of eight curves with four values').toBe(4);
  await host.page.keyboard.press('Escape');
  await picture(host, 'curves-colour-by');

  await arrange().click();
  await host.page.getByLabel('One curve for each value').check();
  await settle(host);
  await expect.poll(legendNames).toEqual(['leak 0', 'leak 0.5', 'leak 0.9', 'leak 1']);
  await expect
    .poll(() => host.page.locator('.legend .had').first().textContent())
    .toMatch(/^2 variants: leak 0, reset/);
  await expect.poll(() => host.page.locator('.panel .band').first().textContent()).toContain('all variants with that');

  await host.page.getByLabel('One small chart for each').selectOption('neuron.reset');
  await settle(host);
  await expect
    .poll(titles)
    .toEqual(['Accuracy reset hard', 'Accuracy reset none', 'Loss reset hard', 'Loss reset none']);
  expect(await valueLabels(0), 'small charts share the axis of their values').toEqual(await valueLabels(1));
  await host.page.keyboard.press('Escape');
  await picture(host, 'curves-small');
  expect(await violations(host)).toEqual([]);

  await host.page.reload();
  await settle(host);
  await expect.poll(titles, { message: 'after a reload' }).toHaveLength(4);
  const { colourBy, pooled, chartsBy } = await kept();
  expect([colourBy, pooled, chartsBy]).toEqual(['neuron.leak', true, 'neuron.reset']);
  await host.page.getByRole('button', { name: /^leak 0\.5, reset none/ }).click();
  await settle(host);
  expect((await drawnSvg()).match(/class="mean"/g), 'curves of seven in two metrics').toHaveLength(14);
});

test('everything that was logged, in small charts; a cursor in one is in all', async () => {
  await open(new FakeStudy({ variants: GRID.slice(0, 3), seeds: 2 }), { width: 1300, height: 800 });
  await host.page.getByLabel('Also').selectOption('all');
  await settle(host);
  const all = ['Accuracy', 'Loss', 'Spike rate, layer 1', 'Spike rate, layer 2', 'Learning rate', 'Samples per second'];
  await expect.poll(titles).toEqual(all);
  await host.page.getByRole('application', { name: 'Loss over epochs' }).focus();
  await host.page.keyboard.press('End');
  await expect.poll(() => host.page.locator('#announcement').textContent()).toContain('Epoch 60. Loss');
  await picture(host, 'curves-everything');
});

test('other studies lie beside the one of the view, live, and what cannot be read is told', async () => {
  const study = new FakeStudy({ seeds: 2 });
  const variants = [{ name: 'two layers', accuracy: 0.97, climb: 6, changes: { 'network.hidden': '[64, 64]' } }];
  const other = new FakeStudy({ variants, seeds: 2, name: 'Deep', file: '/home/ada/snn/deep.lif.yaml' });
  other.runs[0]!.done = 20;
  other.runs[0]!.state = 'running';
  study.others = [other];
  await open(study, { width: 1300, height: 800 });
  await arrange().click();
  await host.page.getByRole('checkbox', { name: 'Deep' }).check();
  await settle(host);
  await expect.poll(legendNames).toContain('two layers · Deep');
  // As where a control was drawn anew.
  await host.page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await host.page.keyboard.press('Escape');
  await expect.poll(() => arrange().getAttribute('aria-expanded')).toBe('false');
  expect(await arrange().evaluate((button) => button === document.activeElement)).toBe(true);
  await picture(host, 'curves-studies');
  const row = host.page.locator('.legend li', { hasText: 'two layers' });
  await expect.poll(() => row.textContent()).toMatch(/67.% of 2 seeds/);
  expect(await row.getByRole('button', { name: /Run / }).count(), 'nothing of it can be started here').toBe(0);
  Object.assign(other.runs[0]!, { done: 60, state: 'finished' });
  await host.changed(other.runs[0]!.id);
  await settle(host);
  await expect.poll(() => row.textContent()).toContain('2 seeds');

  await arrange().click();
  await host.page.getByLabel('One small chart for each').selectOption('study');
  await settle(host);
  await expect
    .poll(titles)
    .toEqual(['Accuracy Delayed spiking XOR', 'Accuracy Deep', 'Loss Delayed spiking XOR', 'Loss Deep']);
  study.others = [];
  await host.changed();
  await expect.poll(() => host.page.locator('.banner').textContent()).toContain('deep.lif.yaml is not shown: ');
});

test('colours of values stand out against their background at 3 : 1, and get lighter or darker with the value', () => {
  const light = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const x = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const [scheme, background] of [
    ['dark', '#1f1f1f'],
    ['light', '#ffffff'],
  ] as const) {
    const of = (place: number) => valueStyle(place, 9, { numbers: true, nth: 0, scheme, allDashed: false }).colour;
    const all = Array.from({ length: 9 }, (_, i) => light(of(i)));
    for (const one of all) {
      const [a, b] = [one, light(background)].sort((x, y) => y - x) as [number, number];
      expect((a + 0.05) / (b + 0.05)).toBeGreaterThan(3);
    }
    const sorted = [...all].sort((a, b) => (scheme === 'dark' ? a - b : b - a));
    expect(all).toEqual(sorted);
  }
  const words = valueStyle(1, 2, { numbers: false, nth: 0, scheme: 'dark', allDashed: false });
  expect(words).toEqual(lineStyle(1, 'dark'));
  const second = valueStyle(1, 2, { numbers: false, nth: 1, scheme: 'dark', allDashed: false });
  expect(second.colour).toBe(words.colour);
  expect(second.dash, 'lines of one colour differ in dash').not.toEqual(words.dash);
});
