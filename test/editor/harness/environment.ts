import fs from 'node:fs';
import { PACKAGE, REPOSITORY } from '../../../scripts/editor/fresh-package.mjs';
import { DEFAULT_VERSION } from '../../../scripts/editor/prepare.mjs';

export { PACKAGE, REPOSITORY };

export function versionUnderTest(): string {
  return process.env.LIF_EDITOR_VERSION || DEFAULT_VERSION;
}

export function extensionUnderTest(extension = PACKAGE): { vsix: string } | { extensionDir: string } {
  if (!fs.existsSync(extension)) throw new Error(`${extension} is missing: run "npm run package" first.`);
  return extension.endsWith('.vsix') ? { vsix: extension } : { extensionDir: extension };
}

/** Asks again and again until there is something; a failure on the way is as good as nothing. */
export async function until<T>(what: string, timeout: number, look: () => Promise<T | undefined>): Promise<T> {
  let last: unknown;
  for (const giveUp = Date.now() + timeout; ; ) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= giveUp) {
      throw new Error(`No ${what} within ${timeout / 1000} s${last ? `; last: ${last}` : ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
