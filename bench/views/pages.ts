/** The pages of the views in Chromium, with an extension that answers from memory: how long they take to draw. */
import type { Browser, Page } from 'playwright-core';
import type { RunSummary } from '../../protocol/runs.ts';
import { viewStateOf } from '../../protocol/views.ts';
import { type Bundles, type FakeHost, openView, settle } from '../../test/webview/harness.ts';
import { FakeStudy } from '../../test/webview/study.ts';
import { median } from '../statistics.ts';

/** CPU time that the page's own thread has used, in milliseconds: what it costs, however busy the machine is. */
async function workOf(
  page: Page,
): Promise<() => Promise<{ all: number; script: number; layout: number; style: number }>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name: string): number => 1000 * (metrics.find((metric) => metric.name === name)?.value ?? 0);
    return {
      all: of('TaskDuration'),
      script: of('ScriptDuration'),
      layout: of('LayoutDuration'),
      style: of('RecalcStyleDuration'),
    };
  };
}

/** Milliseconds between frames while the grid is scrolled, down and to the right, as fast as a wheel does. */
export async function matrixFrames(
  browser: Browser,
  bundles: Bundles,
  rows: number,
  columns: number,
): Promise<Record<string, number>> {
  const variants = Array.from({ length: rows }, (_, i) => ({
    name: `v${i}`,
    changes: { 'neuron.leak': String(i / rows) },
    accuracy: 0.9,
    climb: 8,
    rates: [0.1],
  }));
  const study = new FakeStudy({ variants, seeds: 3, epochs: 20 });
  const lines = variants.map(({ name }, i) => `  ${name}: { neuron: { leak: ${i / rows} } }`).join('\n');
  study.text = study.text.replace(/variants:\n[\s\S]*?\n\n/, `variants:\n${lines}\n\n`);
  const fields = study.matrix([]).more.map(({ field }) => field);
  const state = { ...viewStateOf('matrix', {}), asked: fields.slice(0, columns) };
  const target = { file: study.file, study: study.name, view: 'matrix' as const };
  const host = await openView(browser, bundles, study, {
    view: 'matrix',
    width: 1600,
    height: 900,
    saved: { version: 2, target, state },
  });
  await settle(host);
  const there = await host.page.locator('table.matrix').getAttribute('aria-colcount');
  const work = await workOf(host.page);
  const before = await work();
  const times = await host.page.evaluate(async () => {
    const grid = document.querySelector<HTMLElement>('.matrix-scroll')!;
    const gaps: number[] = [];
    let last = 0;
    for (let i = 0; i < 240; i++) {
      const now = await new Promise<number>((done) => requestAnimationFrame(done));
      if (i > 5) gaps.push(now - last);
      last = now;
      if (i < 180) grid.scrollTop += 130;
      else grid.scrollLeft += 30;
    }
    return gaps;
  });
  const after = await work();
  await host.page.context().close();
  const sorted = [...times].sort((a, b) => a - b);
  return {
    rows,
    columns: Number(there),
    frames: times.length,
    median: median(times),
    '99 %': sorted[Math.floor(0.99 * sorted.length)]!,
    longest: sorted.at(-1)!,
    'over 33 ms': times.filter((time) => time > 33.4).length,
    'CPU time of a frame': (after.all - before.all) / 240,
    'script of a frame': (after.script - before.script) / 240,
    'layout of a frame': (after.layout - before.layout) / 240,
    'styles of a frame': (after.style - before.style) / 240,
  };
}

/** Milliseconds from the end of a drag over a chart to the frame that shows what was selected, and to what was asked for it. */
export async function zoomRedraws(browser: Browser, bundles: Bundles, curves: number): Promise<Record<string, number>> {
  const variants = Array.from({ length: curves }, (_, i) => ({
    name: `variant ${i}`,
    accuracy: 0.6 + 0.018 * i,
    climb: 10 + i,
  }));
  const study = new FakeStudy({ variants, seeds: 1, epochs: 100 });
  // As the engine answers for 100,000 logged steps: as many points as are asked for.
  study.series = ({ runIds, metrics, from = 0, to = 100, maxPoints }) =>
    runIds.flatMap((runId, r) =>
      metrics.map((metric) => {
        const x = Array.from({ length: maxPoints }, (_, i) => from + ((Math.min(100, to) - from) * i) / maxPoints);
        return { runId, metric, x, y: x.map((at, i) => 0.5 + 0.004 * at + 0.01 * r + (i % 2) * 0.01), total: 100_000 };
      }),
    );
  const host = await openView(browser, bundles, study, { width: 1400, height: 900 });
  await settle(host);
  const ticks = await workOf(host.page);
  const used: number[] = [];
  const work: number[] = [];
  const drawn: number[] = [];
  const complete: number[] = [];
  for (let i = 0; i < 10; i++) {
    const box = (await host.page.locator('.u-over').first().boundingBox())!;
    const y = box.y + box.height / 2;
    await host.page.mouse.move(box.x + box.width * 0.3, y);
    await host.page.mouse.down();
    await host.page.mouse.move(box.x + box.width * 0.6, y + 2, { steps: 3 });
    await host.page.evaluate(() => {
      const w = window as unknown as { zoomed?: Promise<[number, number]> };
      w.zoomed = new Promise((done) => {
        const up = (): void => {
          const began = performance.now();
          requestAnimationFrame((frame) => {
            const channel = new MessageChannel();
            // The frame is drawn, laid out and painted before the next message is taken.
            channel.port1.onmessage = () => done([performance.now() - frame, performance.now() - began]);
            channel.port2.postMessage(0);
          });
        };
        window.addEventListener('pointerup', up, { once: true, capture: true });
      });
    });
    const before = await ticks();
    const began = performance.now();
    await host.page.mouse.up();
    const [own, whole] = await host.page.evaluate(
      () => (window as unknown as { zoomed: Promise<[number, number]> }).zoomed,
    );
    used.push((await ticks()).all - before.all);
    work.push(own);
    drawn.push(whole);
    await settle(host);
    complete.push(performance.now() - began);
    await host.page.keyboard.press('Escape');
    await host.page.locator('.u-over').first().dblclick();
    await settle(host);
  }
  const points = Number(await host.page.locator('.canvas').first().getAttribute('data-points'));
  await host.page.context().close();
  return {
    curves,
    'numbers in a chart': points,
    'CPU time of a zoom, median': median(used),
    'work of the frame, median': median(work),
    'work of the frame, longest': Math.max(...work),
    'frame, median': median(drawn),
    'frame, longest': Math.max(...drawn),
    'finer points there, median': median(complete),
  };
}

/** Milliseconds from the answer of a comparison with many runs to its first rows on screen; and what a hidden page sends. */
export async function comparisonOf(
  browser: Browser,
  bundles: Bundles,
  variants: number,
  seeds: number,
): Promise<Record<string, number>> {
  const plans = Array.from({ length: variants }, (_, i) => ({
    name: `v${i}`,
    changes: { 'neuron.leak': String(i / variants) },
    accuracy: 0.9,
    climb: 8,
    rates: [0.1],
  }));
  const study = new FakeStudy({ variants: plans, seeds: 0 });
  const host = await openView(browser, bundles, study, { view: 'compare', width: 1300, height: 900 });
  await settle(host);
  study.runs = new FakeStudy({ variants: plans, seeds, epochs: 20 }).runs;
  await host.page.evaluate(() => {
    const w = window as unknown as { first?: number; answered?: number };
    window.addEventListener(
      'message',
      ({ data }) => {
        if (data?.result?.rows) w.answered ??= performance.now();
      },
      { capture: true },
    );
    const look = (): void => {
      if (document.querySelector('tr[data-variant]')) requestAnimationFrame(() => (w.first = performance.now()));
      else requestAnimationFrame(look);
    };
    look();
  });
  await host.changed();
  await host.page.waitForFunction(() => (window as unknown as { first?: number }).first !== undefined, undefined, {
    timeout: 60_000,
  });
  const { first, answered } = await host.page.evaluate(() => {
    const w = window as unknown as { first: number; answered: number };
    return { first: w.first, answered: w.answered };
  });
  const rows = await host.page.locator('tr[data-variant]').count();
  await settle(host);
  const hidden = await whileHidden(host, study.comparison().rows[0]!.runs);
  await host.page.context().close();
  return {
    runs: variants * seeds,
    rows,
    'first rows after the answer': first - answered,
    'messages while hidden': hidden,
  };
}

/** Messages that a hidden page sends while a hundred changes are told to it. */
async function whileHidden(host: FakeHost, runs: readonly RunSummary[]): Promise<number> {
  await host.page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  host.sent.length = 0;
  for (let i = 0; i < 100; i++) await host.changed(...runs.map(({ id }) => id));
  await host.page.waitForTimeout(1000);
  return host.sent.length;
}
