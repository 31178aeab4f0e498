/** The view of curves when something is refused, gone, hidden, untrusted or too much at once. */
import { describe, expect, test } from 'vitest';
import { picture, settle } from '../harness.ts';
import { FakeStudy } from '../study.ts';
import { drawnSvg, host, open } from './page.ts';

describe('what can go wrong', () => {
  test('a refusal is shown as the sentence it is, with a way to try again', async () => {
    const study = new FakeStudy();
    await open(study);
    host.refuse.set('runs/compare', 'delayed-xor.lif.yaml:7: `neuron.leak` must be between 0 and 1.');
    await host.changed();
    const banner = host.page.locator('.banner.error');
    await expect.poll(() => banner.textContent()).toContain('`neuron.leak` must be between 0 and 1.');
    await expect
      .poll(() => host.page.locator('.legend li').count(), { message: 'what was known is still shown' })
      .toBe(5);
    await picture(host, 'refusal');
    host.refuse.delete('runs/compare');
    await host.page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => banner.count(), { message: 'banners once it works again' }).toBe(0);
  });

  test('a run that one side does not know yet is asked for again before anything is said', async () => {
    await open();
    host.refuse.set('runs/series', 'Run baseline-1 does not exist any more.');
    const before = host.requests('runs/series').length;
    await host.changed('baseline-1');
    await expect.poll(() => host.requests('runs/series').length, { message: 'requests' }).toBe(before + 1);
    host.refuse.delete('runs/series');
    await expect.poll(() => host.requests('runs/series').length, { message: 'requests' }).toBe(before + 2);
    await settle(host);
    await expect.poll(() => host.page.locator('.banner').count(), { message: 'banners' }).toBe(0);
  });

  test('a refused start can be tried again', async () => {
    const study = new FakeStudy({ seeds: 0 });
    await open(study);
    host.refuse.set(
      'runs/start',
      'Data set mnist: no file train-images-idx3-ubyte in data/mnist; run `lif data get mnist`.',
    );
    await host.page.getByText('Run all').click();
    await expect.poll(() => host.page.locator('.banner.error').textContent()).toContain('lif data get mnist');
    expect(host.requests('runs/start').length).toBe(1);
    await host.page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => host.requests('runs/start').length, { message: 'starts asked for' }).toBe(2);
  });

  test('an untrusted workspace shows results, starts and stops nothing and says why', async () => {
    const study = new FakeStudy();
    Object.assign(study.find('without reset'), { state: 'running', done: 5 });
    await open(study, { trusted: false });
    await expect
      .poll(() => host.page.getByRole('button', { name: 'Stop without reset' }).isDisabled(), { message: 'stopping' })
      .toBe(true);
    await expect
      .poll(() => host.page.locator('.actions vscode-button').first().getAttribute('disabled'), { message: 'Stop' })
      .not.toBeNull();
    study.find('without reset').state = 'finished';
    await host.changed('without-reset-1');
    await settle(host);
    await expect.poll(() => host.page.locator('.banner.info').textContent()).toContain('not trusted');
    await expect.poll(() => host.page.getByRole('button', { name: 'Run baseline' }).isDisabled()).toBe(true);
    await host.page.locator('vscode-button').first().click({ force: true });
    await settle(host);
    expect(host.requests('runs/start'), 'starts asked for').toEqual([]);
    await host.post({ type: 'trust', trusted: true });
    await expect.poll(() => host.page.getByRole('button', { name: 'Run baseline' }).isDisabled()).toBe(false);
  });

  test('an unhealthy extension is told, and pulled from again when it is well', async () => {
    await open();
    await host.post({ type: 'health', message: 'LIF Lab is starting its query process again.' });
    await expect.poll(() => host.page.locator('.banner.warning').textContent()).toContain('query process');
    const before = host.requests('runs/compare').length;
    await host.post({ type: 'health', message: '' });
    await expect.poll(() => host.page.locator('.banner.warning').count()).toBe(0);
    await expect.poll(() => host.requests('runs/compare').length, { message: 'pulls' }).toBeGreaterThan(before);
  });

  test('a hidden page asks for nothing; shown again it catches up', async () => {
    await open();
    const hide = (hidden: boolean): Promise<void> =>
      host.page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await hide(true);
    const before = host.requests('runs/compare').length;
    for (let i = 0; i < 5; i++) await host.changed('baseline-1');
    await settle(host);
    expect(host.requests('runs/compare').length, 'pulls while hidden').toBe(before);
    await hide(false);
    await expect.poll(() => host.requests('runs/compare').length, { message: 'pulls once shown' }).toBe(before + 1);
  });

  test('a storm of changes becomes a few pulls', async () => {
    await open();
    const before = host.requests('runs/compare').length;
    await host.page.evaluate(() => {
      for (let i = 0; i < 500; i++) window.postMessage({ type: 'changed', runIds: ['baseline-1'] }, '*');
    });
    await settle(host);
    const pulls = host.requests('runs/compare').length - before;
    expect(pulls, 'pulls for 500 changes at once').toBeGreaterThanOrEqual(1);
    expect(pulls, 'pulls for 500 changes at once').toBeLessThanOrEqual(4);
  });

  test('outdated runs are counted, and drawn on request', async () => {
    const study = new FakeStudy({ seeds: 1 });
    study.outdated = new FakeStudy({ seeds: 1, epochs: 40 }).runs.slice(0, 2);
    await open(study);
    await expect
      .poll(() => host.page.locator('.legend .outdated').textContent())
      .toContain('2 runs with earlier settings');
    await host.page.locator('.legend .outdated button').click();
    await settle(host);
    await expect.poll(() => host.page.locator('.legend li').count(), { message: 'rows of the legend' }).toBe(7);
    await expect.poll(() => drawnSvg()).toContain('>baseline (earlier settings)<');
  });
});
