/** A button above a line of the experiment file. */
import type { Locator, Page } from 'playwright-core';
import { until } from './environment.ts';

/** CodeLenses are redrawn whenever the text or their provider changes, so one is looked up at each use. */
export class CodeLens {
  readonly #page: Page;
  readonly #text: string | RegExp;
  readonly #above: string | undefined;

  constructor(page: Page, text: string | RegExp, above: string | undefined) {
    this.#page = page;
    this.#text = text;
    this.#above = above;
  }

  /** Waits until it is drawn and stands still: each lens that appears pushes the lines below it down. */
  async find(timeout = 30_000): Promise<Locator> {
    const where = this.#above === undefined ? '' : ` above "${this.#above}"`;
    return until(`a CodeLens "${this.#text}"${where}`, timeout, async () => {
      const before = await this.#now();
      const box = await before?.boundingBox();
      await this.#page.waitForTimeout(400);
      const after = await this.#now();
      return box && JSON.stringify(await after?.boundingBox()) === JSON.stringify(box) ? after : undefined;
    });
  }

  /** Clicks it, but not while it is being redrawn under the mouse: such a click is lost. */
  async click(): Promise<void> {
    await until(`a CodeLens "${this.#text}" to click`, 30_000, async () => {
      const lens = await (await this.find()).elementHandle({ timeout: 2000 });
      await lens?.hover({ timeout: 2000 });
      await this.#page.waitForTimeout(300);
      if (!(await lens?.boundingBox())) return undefined; // it has left the page
      await lens?.click({ timeout: 2000 });
      return true;
    });
  }

  /** The whole line of lenses that this one stands in. */
  async text(): Promise<string> {
    const lens = await this.find();
    return (
      (await lens.locator('xpath=ancestor::*[contains(@class,"codelens-decoration")]').textContent()) ?? ''
    ).trim();
  }

  async #now(): Promise<Locator | undefined> {
    const rows = this.#page.locator('.monaco-editor .codelens-decoration').filter({ visible: true });
    const lens = (row: Locator) => row.locator('a').filter({ hasText: this.#text }).last();
    if (this.#above === undefined) {
      const found = rows.filter({ hasText: this.#text }).first();
      return (await found.count()) > 0 ? lens(found) : undefined;
    }
    const line = this.#page.locator('.monaco-editor .view-line').filter({ hasText: this.#above }).first();
    const top = (await line.count()) > 0 ? (await line.boundingBox())?.y : undefined;
    if (top === undefined) return undefined;
    let best: { row: Locator; gap: number } | undefined;
    for (const row of await rows.filter({ hasText: this.#text }).all()) {
      const box = await row.boundingBox();
      if (!box) continue;
      const gap = top - (box.y + box.height / 2);
      if (gap > 0 && gap < 40 && gap < (best?.gap ?? Number.POSITIVE_INFINITY)) best = { row, gap };
    }
    return best && lens(best.row);
  }
}

/** Whether something comes true. */
export async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}
