// Before any editor test: a Chromium, a code-server, and the extension as its users get it.
import { freshPackage } from '../../scripts/editor/fresh-package.mjs';
import { prepareEditor } from '../../scripts/editor/prepare.mjs';
import { versionUnderTest } from './harness/environment.ts';

export default async function setup(): Promise<void> {
  const log = (line: string) => process.stderr.write(`editor: ${line}\n`);
  await prepareEditor({ version: versionUnderTest(), log });
  freshPackage({ log });
}
