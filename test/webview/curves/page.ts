/** A page with the view of curves for each test, and what tests do and read there. */
import type { StateOf } from '../../../protocol/views.ts';
import { type FakeHost, settle } from '../harness.ts';
import { exportedFile, host, open } from '../page.ts';

export { host, open };

export function plot(kind: 'Accuracy' | 'Loss'): ReturnType<FakeHost['page']['locator']> {
  return host.page.getByRole('application', { name: `${kind} over epochs` });
}

export async function box(kind: 'Accuracy' | 'Loss'): Promise<{ x: number; y: number; width: number; height: number }> {
  return (await plot(kind).locator('.u-over').boundingBox())!;
}

export async function dragAcross(kind: 'Accuracy' | 'Loss', from: number, to: number): Promise<void> {
  const b = await box(kind);
  await host.page.mouse.move(b.x + b.width * from, b.y + b.height / 2);
  await host.page.mouse.down();
  await host.page.mouse.move(b.x + b.width * ((from + to) / 2), b.y + b.height / 2 + 2, { steps: 4 });
  await host.page.mouse.move(b.x + b.width * to, b.y + b.height / 2 + 3, { steps: 4 });
  await host.page.mouse.up();
  await settle(host);
}

/** The state that the view keeps in the editor. */
export async function kept(): Promise<StateOf<'curves'>> {
  return host.page.evaluate(() => JSON.parse(sessionStorage.getItem('state')!).state);
}

/** What is drawn, read back from the export, which shows the same model and zoom. */
export async function drawnSvg(): Promise<string> {
  return (await exportedFile('SVG')).text;
}

export function tickLabels(svg: string, chart: number): string[] {
  const group = svg.split('<g class="chart">')[chart + 1]!;
  return [...group.matchAll(/text-anchor="middle">([^<]+)</g)].map((m) => m[1]!);
}
