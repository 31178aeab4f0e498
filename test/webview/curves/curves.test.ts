/** The view of curves: what it draws, keeps and exports, by mouse, keyboard and screen reader. */
import { describe, expect, test } from 'vitest';
import { type ViewState, viewStateOf } from '../../../protocol/views.ts';
import { picture, settle, switchTheme } from '../harness.ts';
import { exportedFile } from '../page.ts';
import { FakeStudy, XOR } from '../study.ts';
import { box, dragAcross, drawnSvg, host, kept, open, plot, tickLabels } from './page.ts';

describe('live curves', () => {
  test('a zoom stays while runs go on; the other chart axis follows; double-click follows the data again', async () => {
    const study = new FakeStudy({ seeds: 1, epochs: 200 });
    for (const run of study.runs) {
      run.state = 'running';
      run.done = 60;
    }
    await open(study);
    await dragAcross('Accuracy', 0.25, 0.5);
    const zoom = (await kept()).zoom!;
    expect(zoom[0], 'start of the zoom in epochs').toBeCloseTo(15, 0);
    expect(zoom[1], 'end of the zoom in epochs').toBeCloseTo(30, 0);

    for (const run of study.runs) run.done = 180;
    await host.changed(...study.runs.map((r) => r.id));
    await settle(host);
    expect((await kept()).zoom, 'the zoom after new epochs').toEqual(zoom);
    const zoomed = tickLabels(await drawnSvg(), 0)
      .map(Number)
      .filter(Number.isFinite);
    expect(Math.min(...zoomed), 'first epoch on the axis').toBeGreaterThanOrEqual(14);
    expect(Math.max(...zoomed), 'last epoch on the axis').toBeLessThanOrEqual(31);

    await plot('Accuracy').locator('.u-over').dblclick();
    await settle(host);
    expect((await kept()).zoom, 'the zoom after a double-click').toBeNull();
    const free = tickLabels(await drawnSvg(), 0)
      .map(Number)
      .filter(Number.isFinite);
    expect(Math.max(...free), 'last epoch on the axis').toBeGreaterThanOrEqual(150);
  });

  test('without a zoom the axis follows the newest epoch', async () => {
    const study = new FakeStudy({ seeds: 1, epochs: 100 });
    const [run] = study.runs;
    study.runs = [run!];
    run!.state = 'running';
    run!.done = 10;
    await open(study);
    run!.done = 90;
    await host.changed(run!.id);
    await settle(host);
    const labels = tickLabels(await drawnSvg(), 0)
      .map(Number)
      .filter(Number.isFinite);
    expect(Math.max(...labels), 'last epoch on the axis').toBeGreaterThanOrEqual(80);
  });

  test('a vertical drag freezes that axis alone', async () => {
    await open();
    const b = await box('Loss');
    await host.page.mouse.move(b.x + b.width / 2, b.y + b.height * 0.2);
    await host.page.mouse.down();
    await host.page.mouse.move(b.x + b.width / 2 + 2, b.y + b.height * 0.6, { steps: 6 });
    await host.page.mouse.up();
    await settle(host);
    const state = await kept();
    expect(state.zoomY.loss?.[0], 'the loss axis is frozen').toBeGreaterThan(0);
    expect(state.zoom, 'the epochs still follow').toBeNull();
    expect(state.zoomY.accuracy ?? null, 'the accuracy still follows').toBeNull();
  });

  test('hidden variants are left out, not asked for, and stay hidden after a reload', async () => {
    await open();
    const toggle = host.page.getByRole('button', { name: /^baseline/ });
    await toggle.click();
    await settle(host);
    await expect.poll(() => toggle.getAttribute('aria-pressed')).toBe('false');
    await expect.poll(() => drawnSvg(), { message: 'the legend of the drawing' }).not.toContain('>baseline<');

    await host.page.reload();
    await host.page.locator('.legend').waitFor();
    host.sent.length = 0;
    await settle(host);
    await expect.poll(() => toggle.getAttribute('aria-pressed'), { message: 'after a reload' }).toBe('false');
    await host.changed('baseline-1', 'without-reset-1');
    await settle(host);
    const asked = host.requests('runs/series').flatMap((r) => (r.method === 'runs/series' ? r.params.runIds : []));
    expect(asked, 'runs asked for').toContain('without-reset-1');
    expect(asked, 'runs asked for').not.toContain('baseline-1');
  });

  test('Alt+click shows one variant alone, and all again', async () => {
    await open();
    const toggle = host.page.getByRole('button', { name: /^without reset/ });
    await toggle.click({ modifiers: ['Alt'] });
    expect((await kept()).hiddenVariants).toEqual(XOR.map((v) => v.name).filter((n) => n !== 'without reset'));
    await toggle.click({ modifiers: ['Alt'] });
    expect((await kept()).hiddenVariants).toEqual([]);
  });

  test('a curve that stops being a number is marked, told in the legend and read out', async () => {
    const variants = XOR.map((v) => (v.name === 'with recurrence' ? { ...v, nanFrom: 31 } : v));
    await open(new FakeStudy({ variants, seeds: 1 }));
    const row = host.page.locator('li[data-variant="with recurrence"]');
    await expect.poll(() => row.textContent(), { message: 'the row of the legend' }).toContain('NaN at epoch 31');
    const svg = await drawnSvg();
    expect(svg.match(/class="nan"/g)?.length, 'crosses in the drawing: one per chart').toBe(2);
    await plot('Accuracy').focus();
    await host.page.keyboard.press('End');
    await expect.poll(() => host.page.locator('#announcement').textContent()).toContain('with recurrence not a number');
    await picture(host, 'nan');
  });

  test('several seeds give a mean with a band; each seed on request', async () => {
    await open();
    const svg = await drawnSvg();
    expect(svg.match(/fill-opacity="0.15"/g)?.length, 'bands: five variants in two charts').toBe(10);
    const points = async (): Promise<number> =>
      Number(await plot('Accuracy').locator('.canvas').getAttribute('data-points'));
    const before = await points();
    await host.page.locator('vscode-checkbox[label="Each seed"]').click();
    await settle(host);
    await expect
      .poll(() => points(), { message: 'numbers drawn with 15 more lines of 60 epochs' })
      .toBe(before + 15 * 60);
    await picture(host, 'seeds');
  });

  test('smoothing keeps the raw line behind and is remembered', async () => {
    await open(new FakeStudy({ seeds: 1 }));
    await host.page.getByLabel('Smoothing').fill('0.8');
    await settle(host);
    expect((await kept()).smoothing).toBe(0.8);
    expect((await drawnSvg()).match(/stroke-opacity="0.35"/g)?.length, 'raw lines: five in two charts').toBe(10);
    await picture(host, 'smoothed');
  });

  test('the other scores are pulled when they are chosen, and their absence is said', async () => {
    await open();
    await host.page.getByText('Train', { exact: true }).click();
    await settle(host);
    const metrics = host.requests('runs/series').flatMap((r) => (r.method === 'runs/series' ? r.params.metrics : []));
    expect(metrics).toContain('train.accuracy');
    expect((await kept()).split).toBe('train');
  });
});

describe('keyboard and screen reader', () => {
  test('arrow keys move a cursor that is read out, shared and leaves with Escape', async () => {
    await open(new FakeStudy({ seeds: 1 }));
    await plot('Loss').focus();
    await host.page.keyboard.press('ArrowRight');
    const said = host.page.locator('#announcement');
    await expect.poll(() => said.textContent()).toMatch(/^Epoch 1\. Loss: .*baseline/);
    await host.page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => said.textContent()).toMatch(/^Epoch 11\. Loss: /);
    const values = [...((await said.textContent()) ?? '').matchAll(/([\d.]+)[,.]/g)].slice(1).map((m) => Number(m[1]));
    expect(values, 'lowest loss first').toEqual([...values].sort((a, b) => a - b));
    await expect.poll(() => host.page.locator('.legend-head .when').textContent()).toBe('Epoch 11');
    const lines = await host.page
      .locator('.u-cursor-x')
      .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().x));
    expect(Math.abs(lines[0]! - lines[1]!), 'distance between the crosshairs of the two charts').toBeLessThan(2);
    await host.page.keyboard.press('Escape');
    await expect.poll(() => host.page.locator('.legend-head .when').textContent()).toBe('Latest');
  });

  test('the same numbers as a table', async () => {
    await open(new FakeStudy({ seeds: 1, epochs: 500 }));
    await host.page.getByRole('button', { name: 'View as table' }).click();
    const table = host.page.getByRole('table', { name: 'Accuracy in %' });
    await expect.poll(() => table.locator('thead th').allTextContents()).toEqual(['Epoch', ...XOR.map((v) => v.name)]);
    const rows = await table.locator('tbody tr').count();
    expect(rows, 'rows of 500 epochs').toBeLessThanOrEqual(200);
    await expect.poll(() => table.locator('tbody tr').last().locator('th').textContent()).toBe('500');
    expect((await kept()).asTable).toBe(true);
    await picture(host, 'table');
  });
});

describe('exports', () => {
  test('CSV has every value of every split', async () => {
    await open(new FakeStudy({ seeds: 2, epochs: 30 }));
    await host.page.getByRole('button', { name: 'Export' }).click();
    await host.page.getByRole('menuitem', { name: 'CSV' }).click();
    await expect.poll(() => host.exports().length, { message: 'files exported' }).toBe(1);
    const { suggestedName, text } = host.exports()[0]!;
    const lines = text.trimEnd().split('\n');
    expect(suggestedName).toBe('delayed-spiking-xor-curves.csv');
    expect(lines[0]).toBe('variant,seed,run,split,layer,quantity,epoch,value,counts');
    expect(lines.length - 1, 'rows: 5 variants × 2 seeds × 11 quantities × 30 epochs').toBe(5 * 2 * 11 * 30);
    expect(lines[1]).toMatch(/^baseline,1,baseline-1,train,,accuracy,1,0\.\d+,0$/);
    expect(
      lines.filter((line) => line.startsWith('baseline,1,baseline-1,train,,loss,30,') && line.endsWith(',1')),
    ).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('baseline,1,baseline-1,,1,spikes,'))).toHaveLength(30);
    const { runs } = JSON.parse((await exportedFile('JSON')).text);
    expect(runs).toHaveLength(10);
    expect(runs[0]).toMatchObject({ run: 'baseline-1', variant: 'baseline', seed: 1, epochThatCounts: 30 });
    const { epochs, values } = runs[0].metrics['train.loss'];
    expect(lines).toContain(`baseline,1,baseline-1,train,,loss,30,${values[29]},1`);
    expect(epochs).toHaveLength(30);
  });

  test('SVG is well-formed and has a legend with every visible variant', async () => {
    const variants = [{ ...XOR[0]!, name: 'a < b & "c"' }, ...XOR.slice(1)];
    await open(new FakeStudy({ variants, seeds: 2 }));
    const svg = await drawnSvg();
    const problem = await host.page.evaluate(
      (text) =>
        new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent ?? null,
      svg,
    );
    expect(problem, 'parser error').toBeNull();
    expect(svg.match(/<g class="legend">/g)?.length).toBe(5);
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
  });
});

test('losses, rates and gradients go onto logarithmic axes, each kind by itself; a rate of 0 is said to lie below', async () => {
  const variants = XOR.map((v, i) => ({ ...v, rates: [i === 0 ? 0 : 0.1], gradients: [0.02, 0.4] }));
  await open(new FakeStudy({ variants, seeds: 2 }));
  const toggle = (label: string) => host.page.getByRole('button', { name: `${label} on a logarithmic axis` });
  const labels = async (n: number) => {
    // What is on a canvas is read from the export, which shows the same axes.
    const svg = await drawnSvg();
    const chart = svg.split('<g class="chart">')[n]!;
    return [...chart.matchAll(/text-anchor="end">([^<]+)</g)].map(([, text]) => Number(text));
  };
  await expect.poll(() => toggle('Accuracy').count(), { message: 'an accuracy has no use for one' }).toBe(0);
  await host.page.getByLabel('Also').selectOption('gradient');
  await settle(host);
  await toggle('Gradient norm, layer 2').press('Enter');
  await settle(host);
  expect((await kept()).logAxes).toEqual(['gradient']);
  await expect
    .poll(() => toggle('Gradient norm, layer 1').getAttribute('aria-pressed'), { message: 'all layers alike' })
    .toBe('true');
  await expect.poll(() => toggle('Loss').getAttribute('aria-pressed')).toBe('false');
  const ticks = await labels(3);
  const steps = ticks.slice(1).map((tick, i) => tick - ticks[i]!);
  expect(Math.max(...steps), `${ticks}`).toBeGreaterThan(1.5 * Math.min(...steps));
  await picture(host, 'log-gradient');
  await host.page.getByLabel('Also').selectOption('spikes');
  await settle(host);
  await expect.poll(() => host.page.getByText('0 lies below the axis').count()).toBe(0);
  await toggle('Spike rate, layer 1').click();
  await settle(host);
  await expect.poll(() => host.page.getByText('0 lies below the axis').count()).toBe(1);
  await toggle('Spike rate, layer 1').click();
  expect((await kept()).logAxes).toEqual(['gradient']);
});

test('what was shown before comes back from the extension when the editor kept nothing', async () => {
  const study = new FakeStudy();
  const saved: ViewState = {
    version: 2,
    target: { file: study.file, study: study.name, view: 'curves' },
    state: viewStateOf('curves', {
      hiddenVariants: ['complete leakage'],
      smoothing: 0.5,
      logAxes: ['loss'],
      split: 'train',
      zoom: [10, 40],
      showSeeds: true,
    }),
  };
  await open(study, { saved });
  expect(await kept()).toEqual(saved.state);
  await expect.poll(() => host.page.getByLabel('Smoothing').inputValue()).toBe('0.5');
  await expect.poll(() => host.page.getByRole('button', { name: 'Reset zoom' }).count()).toBe(1);
  await picture(host, 'restored');
});

test('canvases follow a change of theme', async () => {
  await open();
  await plot('Accuracy').focus();
  await host.page.keyboard.press('End');
  const colour = (): Promise<string> =>
    host.page
      .locator('.u-cursor-pt')
      .first()
      .evaluate((e) => (e as HTMLElement).style.background);
  const dark = await colour();
  await switchTheme(host, 'light');
  await settle(host);
  expect(await colour(), 'colour of the first variant on a light ground').not.toBe(dark);
  await expect
    .poll(() => host.page.locator('.tooltip').isVisible(), { message: 'the tooltip at the cursor' })
    .toBe(true);
  const plotBox = await box('Accuracy');
  const line = await host.page.locator('.u-cursor-x').first().boundingBox();
  expect(line!.x, 'the crosshair at the last epoch').toBeGreaterThan(plotBox.x + plotBox.width - 4);
});

test('a thousand runs of 100,000 points: what is asked for and drawn stays bounded', async () => {
  const variants = Array.from({ length: 20 }, (_, i) => ({
    name: `variant ${i + 1}`,
    accuracy: 0.6 + i * 0.019,
    climb: 10 + i,
  }));
  const study = new FakeStudy({ variants, seeds: 50, epochs: 60 });
  const { series } = study;
  // As the engine would answer for logs of 100,000 lines: as many points as were asked for.
  study.series = (params) =>
    series.call(study, params).map((s) => {
      const n = params.maxPoints;
      const x = Array.from({ length: n }, (_, i) => (i * 60) / n);
      return { ...s, x, y: x.map((v, i) => s.y[Math.floor(v)]! + (i % 2) * 0.01), total: 100_000 };
    });
  await open(study);
  const all = (): { runIds: string[]; metrics: string[]; maxPoints: number }[] =>
    host.requests('runs/series').flatMap((r) => (r.method === 'runs/series' ? [r.params] : []));
  const poll = { message: 'runs asked for', timeout: 30_000 };
  await expect.poll(() => new Set(all().flatMap((p) => p.runIds)).size, poll).toBe(1000);
  await settle(host);
  const asked = all();
  const points = asked.reduce((sum, p) => sum + p.runIds.length * p.metrics.length * p.maxPoints, 0);
  expect(points, 'points asked for').toBeLessThanOrEqual(500_000);
  for (const kind of ['Accuracy', 'Loss'] as const) {
    const drawn = Number(await plot(kind).locator('.canvas').getAttribute('data-points'));
    expect(drawn, `numbers drawn (${kind})`).toBeGreaterThan(1000);
    expect(drawn, `numbers drawn (${kind})`).toBeLessThanOrEqual(400_000);
  }
  await host.page.locator('vscode-checkbox[label="Each seed"]').click();
  await settle(host);
  const drawn = Number(await plot('Loss').locator('.canvas').getAttribute('data-points'));
  expect(drawn, 'numbers drawn with every seed').toBeLessThanOrEqual(400_000);
  await picture(host, 'thousand-runs');
});
