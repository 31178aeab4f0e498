/** A page with the comparison for each test, and what tests do and read there. */
import type { StateOf } from '../../../protocol/views.ts';
import type { FakeHost, OpenOptions } from '../harness.ts';
import { exportedFile, host, open as openPage } from '../page.ts';
import { FakeStudy } from '../study.ts';

export { host };

export function open(study = new FakeStudy(), options: OpenOptions = {}): Promise<FakeHost> {
  return openPage(study, { view: 'compare', ...options });
}

/** Keys of the rows, in their order. */
export function names(): Promise<(string | null)[]> {
  return host.page.locator('tr[data-variant]').evaluateAll((rows) => rows.map((r) => r.getAttribute('data-variant')));
}

/** Ids of the columns, in their order. */
export function columns(): Promise<(string | null)[]> {
  return host.page.locator('th[data-column]').evaluateAll((heads) => heads.map((h) => h.getAttribute('data-column')));
}

export function head(id: string): ReturnType<FakeHost['page']['locator']> {
  return host.page.locator(`th[data-column="${id}"] button`);
}

export async function exported(item: string): Promise<string> {
  return (await exportedFile(item)).text;
}

/** The state that the view keeps in the editor. */
export async function kept(): Promise<StateOf<'compare'>> {
  return host.page.evaluate(() => JSON.parse(sessionStorage.getItem('state')!).state);
}
