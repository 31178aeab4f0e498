/** What curves are drawn over, what is drawn around and on them, and how far the value axes reach. */
import { describe, expect, test } from 'vitest';
import { violations } from '../axe.ts';
import { picture, settle } from '../harness.ts';
import { FakeStudy, type VariantPlan, XOR } from '../study.ts';
import { drawnSvg, host, kept, open, tickLabels } from './page.ts';

describe('on the page', () => {
  test('over weight updates and over training time, named everywhere, and still so after a reload', async () => {
    await open();
    await host.page.getByRole('button', { name: 'Axes' }).click();
    await host.page.getByRole('radio', { name: 'Weight updates' }).check();
    await settle(host);
    await expect
      .poll(() => host.page.getByRole('application', { name: 'Accuracy over weight updates' }).count())
      .toBe(1);
    const byUpdate = await drawnSvg();
    expect(byUpdate).toContain('>Weight update (mean of the seeds; band: min to max)<');
    expect(tickLabels(byUpdate, 0)).toContain('1,000');
    await host.page.getByRole('button', { name: 'Axes' }).click();
    await host.page.getByRole('radio', { name: 'Training time' }).check();
    await settle(host);
    const byTime = await drawnSvg();
    expect(tickLabels(byTime, 0).join(' ')).toMatch(/20\u202fs/);
    await host.page.reload();
    await settle(host);
    expect((await kept()).axis).toBe('time');
    const plot = host.page.getByRole('application', { name: 'Loss over training time' });
    await plot.press('ArrowRight');
    await expect
      .poll(() => host.page.locator('#announcement').textContent())
      .toMatch(/^Training time 0\.\d\u202fs\. Loss:/);
    await picture(host, 'curves-time');
  });

  test('a logarithmic axis from left to right, a typed range, and zoom by keys and wheel; kept, and in the picture', async () => {
    await open();
    await host.page.getByRole('button', { name: 'Axes' }).press('Enter');
    await host.page.getByRole('checkbox', { name: 'Logarithmic' }).press('Space');
    await settle(host);
    const labels = async () => tickLabels(await drawnSvg(), 0);
    expect(await labels()).toEqual(expect.arrayContaining(['1', '2', '5', '10', '20', '50']));
    const plot = host.page.getByRole('application', { name: 'Accuracy over epochs' });
    await plot.press('End');
    await plot.press('+');
    // From 1 to 60, half of it around its end, and nothing is beyond the end.
    await expect.poll(async () => (await kept()).zoom).toEqual([expect.closeTo(Math.sqrt(60), 6), 60]);
    await expect.poll(() => host.page.locator('#announcement').textContent()).toBe('Epoch 7.75 to 60.');
    await plot.hover();
    await host.page.keyboard.down('Shift');
    await host.page.mouse.wheel(0, -100);
    await host.page.keyboard.up('Shift');
    const span = Math.log(60 / Math.sqrt(60));
    await expect
      .poll(async () => (await kept()).zoom)
      .toEqual([
        expect.closeTo(Math.sqrt(60) * Math.exp(-0.1 * span), 6),
        expect.closeTo(60 * Math.exp(-0.1 * span), 6),
      ]);
    await plot.press('Home');
    await host.page.getByRole('button', { name: 'Axes' }).press('Enter');
    await host.page.getByLabel('Epoch: from').fill('10');
    await host.page.getByLabel('Epoch: up to').fill('30');
    await host.page.getByLabel('Epoch: up to').press('Tab');
    await expect.poll(async () => (await kept()).zoom).toEqual([10, 30]);
    expect((await labels()).slice(0, 4)).toEqual(['10', '15', '20', '30']);
    await picture(host, 'curves-log-x');
  });

  test('learning rate and samples per second have charts', async () => {
    await open();
    await host.page.getByLabel('Also').selectOption('Learning rate');
    await settle(host);
    await expect.poll(() => host.page.getByRole('application', { name: /^Learning rate/ }).count()).toBe(1);
    await host.page.getByLabel('Also').selectOption('Samples per second');
    await settle(host);
    const svg = await drawnSvg();
    expect(svg).toContain('Samples per second');
    expect(svg.split('<g class="chart">')[3]!.match(/class="mean"/g)?.length).toBe(XOR.length);
  });

  test('the band is chosen and named; a range is typed, kept, and let go again', async () => {
    await open();
    await host.page.getByRole('button', { name: 'Axes' }).click();
    await host.page.getByRole('radio', { name: '95 % interval of the mean' }).check();
    await expect
      .poll(() => host.page.locator('.panel .band').first().textContent())
      .toContain('95 % interval of the mean, t');
    await host.page.getByLabel('Accuracy: from').fill('40');
    await host.page.getByLabel('Accuracy: up to').fill('80');
    await host.page.getByLabel('Accuracy: up to').press('Tab');
    await expect.poll(async () => (await kept()).zoomY).toEqual({ accuracy: [0.4, 0.8] });
    await picture(host, 'curves-axes');
    await host.page.getByLabel('Accuracy: from').fill('');
    await host.page.getByLabel('Accuracy: from').press('Tab');
    await expect.poll(async () => (await kept()).zoomY).toEqual({});
    await host.page.getByRole('checkbox', { name: 'Without the outermost hundredths' }).check();
    await expect.poll(() => host.page.locator('.panel').first().textContent()).toMatch(/\d+ values of \d+ outside/);
  });

  test('stopped, resumed and failed runs are marked, and the marks explained', async () => {
    const study = new FakeStudy({ seeds: 1 });
    Object.assign(study.find('baseline'), { state: 'stopped', done: 30, resumed: [12] });
    Object.assign(study.find('without reset'), { state: 'failed', done: 20, message: 'The disk is full.' });
    await open(study);
    const key = host.page.getByRole('list', { name: 'Signs on the curves' });
    await expect
      .poll(() => key.allInnerTexts().then((t) => t.join(' ')))
      .toMatch(/▷\s+resumed\s+‖\s+stopped\s+■\s+failed/);
    const svg = await drawnSvg();
    for (const [mark, n] of [['resumed', 2], ['stopped', 2], ['failed', 2]] as const) // biome-ignore format: pairs
      expect(svg.match(new RegExp(`class="${mark}"`, 'g'))?.length, mark).toBe(n);
    await picture(host, 'curves-marks');
  });

  test('the charts leave as a PNG, too', async () => {
    await open();
    await host.page.getByRole('button', { name: 'Export' }).click();
    await host.page.getByRole('menuitem', { name: 'PNG' }).click();
    await expect.poll(() => host.exports().length, { message: 'files exported' }).toBe(1);
    const { suggestedName, text } = host.exports()[0]!;
    expect(suggestedName).toBe('delayed-spiking-xor-curves.png');
    const bytes = Buffer.from(text, 'base64');
    expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    expect(width, 'two dots for each unit').toBe(2 * Number(/width="(\d+)"/.exec(await drawnSvg())![1]));
    expect(height).toBeGreaterThan(600);
  });
});

const MANY: VariantPlan[] = Array.from({ length: 24 }, (_, i) => ({
  name: `variant ${i + 1} with leak 0.${i}`,
  accuracy: 0.6 + 0.015 * i,
  climb: 10 + i,
}));

test('24 variants in a narrow panel: names are read whole, and axe has nothing to say', async () => {
  const study = new FakeStudy({ variants: MANY, seeds: 2 });
  Object.assign(study.runs[2]!, { state: 'running', done: 20 });
  await open(study, { width: 325, height: 800 });
  const cut = await host.page
    .locator('.legend .name')
    .evaluateAll((all) => all.filter((name) => name.scrollWidth > name.clientWidth).length);
  expect(cut, 'names that are cut').toBe(0);
  await host.page.getByRole('button', { name: 'Axes' }).click();
  expect(await violations(host)).toEqual([]);
  await picture(host, 'curves-narrow-axes');
  await host.page.keyboard.press('Escape');
  await picture(host, 'curves-narrow');
});
