// Many variants, small windows, curves that leave the chart, and pointers that stay where they are while runs go on.
import { describe, expect, test } from 'vitest';
import { picture, settle } from './harness.ts';
import { host, open } from './page.ts';
import { FakeStudy, type VariantPlan, XOR } from './study.ts';

type Box = { x: number; y: number; width: number; height: number };

async function box(selector: string): Promise<Box> {
  return (await host.page.locator(selector).first().boundingBox())!;
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

function many(n: number): FakeStudy {
  const variants = Array.from(
    { length: n },
    (_, i): VariantPlan => ({ ...XOR[i % XOR.length]!, name: `variant ${i + 1}` }),
  );
  return new FakeStudy({ variants, seeds: 1, epochs: 20 });
}

describe('legend and charts', () => {
  const windows = [
    [1400, 900],
    [1000, 500],
    [700, 700],
    [420, 600],
    // What is left beside a file in a window of 1000 × 620.
    [325, 540],
  ] as const;
  for (const n of [10, 24, 100]) {
    for (const [width, height] of windows) {
      test(`${n} variants in ${width} × ${height}: nothing lies on the charts, and a curve is in sight`, async () => {
        await open(many(n), { width, height });
        const [legend, charts, plot] = [await box('.legend'), await box('.charts'), await box('.plot')];
        expect(overlap(legend, charts), 'pixels that legend and charts share').toBe(0);
        const seen = Math.min(height, plot.y + plot.height) - plot.y;
        expect(seen, 'pixels of the first chart above the fold').toBeGreaterThan(60);
        const last = host.page.locator('.legend li').last();
        await last.scrollIntoViewIfNeeded();
        await expect.poll(() => last.isVisible(), { message: 'the last variant can be reached' }).toBe(true);
        await picture(host, `many-${n}-${width}`);
      });
    }
  }
});

describe('the tooltip', () => {
  test('stays in the chart that the pointer is in while epochs arrive', async () => {
    const study = new FakeStudy({ seeds: 1, epochs: 200 });
    for (const run of study.runs) Object.assign(run, { state: 'running', done: 60 });
    await open(study);
    const plot = await box('.u-over');
    await host.page.mouse.move(plot.x + plot.width * 0.4, plot.y + plot.height * 0.5);
    await host.page.mouse.move(plot.x + plot.width * 0.42, plot.y + plot.height * 0.5);
    await host.page.locator('.tooltip').waitFor();
    for (let i = 1; i <= 10; i++) {
      for (const run of study.runs) run.done = 60 + 5 * i;
      await host.changed(...study.runs.map((run) => run.id));
      await settle(host);
      const titles = await host.page.locator('.panel:has(.tooltip) h2').allTextContents();
      expect(titles, `charts with a tooltip after ${60 + 5 * i} epochs`).toEqual(['Accuracy']);
    }
  });

  test('is whole wherever the pointer is, in a narrow panel too', async () => {
    const variants = XOR.map((v, i) => ({ ...v, name: `a rather long name of a variant, number ${i + 1}` }));
    await open(new FakeStudy({ variants }), { width: 460, height: 800 });
    const chart = await box('.canvas');
    const plot = await box('.u-over');
    for (const share of [0.05, 0.35, 0.55, 0.75, 0.95]) {
      await host.page.mouse.move(plot.x + plot.width * share, plot.y + plot.height * 0.5);
      await settle(host);
      const tip = await box('.tooltip');
      expect(tip.x, `left edge with the pointer at ${share}`).toBeGreaterThanOrEqual(chart.x);
      expect(tip.x + tip.width, `right edge with the pointer at ${share}`).toBeLessThanOrEqual(chart.x + chart.width);
    }
  });
});

describe('a variant that diverges', () => {
  const variants = XOR.map((v) => (v.name === 'without reset' ? { ...v, divergesFrom: 20 } : v));

  test('does not flatten the others: it leaves the chart, which says so and can show all of it', async () => {
    await open(new FakeStudy({ variants, seeds: 2 }));
    const note = host.page.locator('.panel .beyond');
    expect((await note.textContent())!.replace(/\s+/g, ' ')).toContain('without reset up to 1.8e+7');
    await picture(host, 'diverged');
    await note.getByRole('button').click();
    await settle(host);
    await expect.poll(() => note.count(), { message: 'notes when everything is shown' }).toBe(0);
    await expect.poll(() => host.page.getByRole('button', { name: 'Reset zoom' }).count()).toBe(1);
    await picture(host, 'diverged-all');
  });
});

describe('what went wrong', () => {
  test('a failed run says why in the legend and in the table', async () => {
    const study = new FakeStudy({ seeds: 1 });
    const why = 'The loss became NaN in epoch 13 at layer 1: lower the learning rate.';
    Object.assign(study.find('without reset'), { state: 'failed', done: 12, message: why });
    await open(study);
    await expect.poll(() => host.page.locator('li[data-variant="without reset"]').textContent()).toContain(why);
    await picture(host, 'failed');
    await host.page.context().close();
    await open(study, { view: 'compare' });
    await expect.poll(() => host.page.locator('tr[data-variant="without reset"]').textContent()).toContain(why);
  });
});

test('missing data can be downloaded or taken over from where the sentence is', async () => {
  await open(new FakeStudy());
  host.refuse.set('runs/start', null);
  const message = 'train-images-idx3-ubyte: there is no such file.';
  for (const [i, button] of ['Download mnist and run', 'Choose folder…'].entries()) {
    await host.page.locator('.actions vscode-button').last().click();
    await expect.poll(() => host.requests('runs/start').length).toBe(i + 1);
    await host.post({ type: 'refusal', id: host.requests('runs/start')[i]!.id, message, dataset: 'mnist' });
    const offered = host.page.getByRole('button', { name: button });
    await offered.waitFor();
    if (i === 0) await picture(host, 'missing-data');
    await offered.click();
  }
  await expect
    .poll(() => host.sent.filter((m) => m.type === 'getData'))
    .toEqual(['download', 'import'].map((how) => ({ type: 'getData', dataset: 'mnist', how })));
});

describe('narrow panels', () => {
  test.each([360, 460, 560, 700])('at %i pixels no button covers another', async (width) => {
    const study = new FakeStudy({ seeds: 2 });
    for (const run of study.runs.slice(0, 12)) Object.assign(run, { state: 'stopped', done: 10 });
    await open(study, { width, height: 700, view: 'compare' });
    const buttons = host.page.locator('.top button, .top vscode-button');
    const boxes = await Promise.all((await buttons.all()).map((button) => button.boundingBox()));
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1)) expect(overlap(a!, b!), 'pixels that two buttons share').toBe(0);
    });
    await picture(host, `narrow-${width}`);
    const hint = await host.page
      .locator('.narrow-hint')
      .evaluate((element) => getComputedStyle(element, '::before').content);
    expect(hint).toContain(width < 640 ? 'Spike rate and time' : 'Time is left out');
  });
});

describe('earlier settings', () => {
  test('a run that goes on with them stays in the legend and can be stopped, whatever the file says now', async () => {
    const study = new FakeStudy({ seeds: 1 });
    study.outdated = new FakeStudy({ seeds: 1 }).runs.slice(0, 2);
    Object.assign(study.outdated[1]!, { state: 'running', done: 30 });
    await open(study);
    const rows = await host.page
      .locator('.legend li')
      .evaluateAll((all) => all.map((row) => row.getAttribute('data-variant')));
    expect(rows).toEqual([...XOR.map(({ name }) => name), 'without leakage (earlier settings)']);
    await host.page.getByRole('button', { name: 'Stop without leakage' }).click();
    await expect
      .poll(() => host.requests('runs/stop').map((r) => r.params))
      .toEqual([{ runIds: ['old-without-leakage-1'] }]);
  });

  test('with nothing but them there is a button to run all', async () => {
    const study = new FakeStudy({ seeds: 0 });
    study.outdated = new FakeStudy({ seeds: 1 }).runs;
    await open(study);
    await host.page.locator('.actions vscode-button').click();
    await expect.poll(() => host.requests('runs/start').map((r) => r.params)).toEqual([{}]);
  });
});

test('what else was logged has charts of its own, one for each layer that has any', async () => {
  // A layer that spikes, and a readout that does not.
  const variants = XOR.map((v) => ({ ...v, rates: [0.1], leaks: [0.8, 0.95] }));
  await open(new FakeStudy({ variants, seeds: 2 }));
  await host.page.getByLabel('Also').selectOption('leak');
  await settle(host);
  const titles = await host.page.locator('.panel h2').allTextContents();
  expect(titles).toEqual(['Accuracy', 'Loss', 'Leak k, layer 1', 'Leak k, layer 2']);
  await picture(host, 'leak');
  await host.page.getByLabel('Also').selectOption('spikes');
  await settle(host);
  await expect
    .poll(() => host.page.locator('.panel h2').allTextContents())
    .toEqual(['Accuracy', 'Loss', 'Spike rate, layer 1']);
});

describe('what looks into networks see', () => {
  const sentence =
    'layer 1 of 2 fired 0 of 5,120,000 times (0.00 %), so that next to nothing passes it or is learned below it; lower neuron.threshold (1000) or raise network.weightGain (1).';
  const looks = { rates: [0.1], windows: [0.25, null], gradients: [0.02, 0.4] };
  const warning = {
    cause: 'silent' as const,
    since: 3,
    until: 40,
    lasts: true,
    layer: 1,
    field: 'neuron.threshold',
    sentence,
  };
  const variants = XOR.map((v, i) => ({
    ...v,
    ...looks,
    ...(i >= 2 && { warnings: [{ ...warning, since: i === 4 ? 0.08 : 3 }] }),
  }));

  test('shares and gradient norms have charts, the latter for layers that do not spike, too', async () => {
    await open(new FakeStudy({ variants, seeds: 2 }));
    const titlesOf = async (also: string) => {
      await host.page.getByLabel('Also').selectOption(also);
      await settle(host);
      return (await host.page.locator('.panel h2').allTextContents()).slice(2);
    };
    await expect.poll(() => titlesOf('window')).toEqual(['In the surrogate’s window, layer 1']);
    await expect.poll(() => titlesOf('gradient')).toEqual(['Gradient norm, layer 1', 'Gradient norm, layer 2']);
    const pulled = host.requests('runs/series').map(({ params }) => (params as { metrics: string[] }).metrics);
    expect(pulled.at(-1)).toEqual(expect.arrayContaining(['gradient.1', 'gradient.2']));
  });

  test('a warning stands beside its variant and on its curve', async () => {
    await open(new FakeStudy({ variants, seeds: 2 }));
    const row = host.page.locator('li[data-variant="complete leakage"]');
    await expect.poll(() => row.locator('.warned').textContent()).toBe(`△ since epoch 3: ${sentence}`);
    await expect.poll(() => host.page.locator('.legend .warned').count()).toBe(3);
    await host.page.getByLabel('Also').selectOption('gradient');
    await picture(host, 'warning');
  });
});
