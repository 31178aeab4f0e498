import { expect, test } from 'vitest';
import type { StateOf } from '../../protocol/views.ts';
import { type FakeHost, settle } from './harness.ts';
import { host, open } from './page.ts';
import { FakeStudy } from './study.ts';

/** A study whose runs have all got as far as `done`. */
function running(done: number, epochs = 200): FakeStudy {
  const study = new FakeStudy({ seeds: 1, epochs });
  for (const run of study.runs) Object.assign(run, { state: 'running', done });
  return study;
}

async function advance(done: number): Promise<void> {
  for (const run of host.study.runs) run.done = done;
  await host.changed(...host.study.runs.map((r) => r.id));
  await settle(host);
}

const plot = (): ReturnType<FakeHost['page']['locator']> => host.page.locator('.u-over').first();
const points = async (): Promise<number> =>
  Number(await host.page.locator('.canvas').first().getAttribute('data-points'));

test('new epochs, also the first and the second, are drawn into the chart that is there', async () => {
  await open(running(1));
  await plot().evaluate((element) => element.setAttribute('data-seen', 'before'));
  for (const done of [2, 3, 90]) {
    await advance(done);
    await expect.poll(() => points(), { message: `numbers drawn after ${done} epochs` }).toBe(5 * done);
    await expect.poll(() => plot().getAttribute('data-seen'), { message: 'the same chart' }).toBe('before');
  }
});

test('epochs that arrive during a drag wait for its end: the zoom is what was selected', async () => {
  await open(running(60));
  const box = (await plot().boundingBox())!;
  await host.page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2);
  await host.page.mouse.down();
  await host.page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2 + 2, { steps: 4 });
  await advance(180);
  await expect.poll(() => points(), { message: 'numbers drawn while the button is down' }).toBe(5 * 60);
  await host.page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2 + 2, { steps: 4 });
  await host.page.mouse.up();
  await settle(host);
  const state: StateOf<'curves'> = await host.page.evaluate(() => JSON.parse(sessionStorage.getItem('state')!).state);
  expect(state.zoom?.[0], 'start of the zoom in epochs').toBeCloseTo(15, 0);
  expect(state.zoom?.[1], 'end of the zoom in epochs').toBeCloseTo(30, 0);
  await expect.poll(() => points(), { message: 'numbers drawn afterwards' }).toBe(5 * 180);
});

test('a curve that begins under the pointer leaves crosshair and values where they are', async () => {
  const study = running(60);
  const late = study.find('with recurrence');
  Object.assign(late, { state: 'queued', done: 0 });
  await open(study);
  const box = (await plot().boundingBox())!;
  await host.page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
  await host.page.locator('.tooltip').getByText('baseline').waitFor();
  const crosshair = async (): Promise<number> =>
    host.page
      .locator('.u-cursor-x')
      .first()
      .evaluate((line) => line.getBoundingClientRect().x);
  const before = await crosshair();
  late.state = 'running';
  await advance(60);
  await host.page.locator('.tooltip').getByText('with recurrence').waitFor();
  expect(await crosshair(), 'place of the crosshair').toBeCloseTo(before, 0);
});
