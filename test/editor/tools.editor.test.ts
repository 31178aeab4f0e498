// The suites of test/editor/in-host inside the extension host of a code-server; `npm run test:desktop` runs the same in a desktop.
import { expect, test } from 'vitest';
import { runInHost } from './harness/in-host.ts';

test('the suites of the product pass inside the extension host', async () => {
  const { passed, failed, skipped } = await runInHost();
  expect({ failed, skipped }).toEqual({ failed: [], skipped: [] });
  expect(passed).toContain('the tools for language models answer with the JSON of lif, from the files of the folder');
});
