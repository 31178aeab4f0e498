// The harness on an extension that has something of everything: what fails here is not the product's fault.
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepEvidence } from './harness/evidence.ts';
import { runInHost } from './harness/in-host.ts';
import { launchWorkbench, type Workbench } from './harness/workbench.ts';

const extension = path.join(import.meta.dirname, 'fixture');
const files = { 'a.probe': 'one\ntwo\nthree\n', 'notes.txt': 'nothing here\n' };

describe('in a trusted workspace', () => {
  let lab: Workbench;
  beforeAll(async () => {
    lab = await launchWorkbench({ extension, files });
  });
  afterAll(() => lab?.close());
  keepEvidence(() => lab);

  test('a file in the workspace wakes the extension', async () => {
    await lab.statusItem('fixture awake').waitFor();
  });

  test('a CodeLens can be clicked and the webview be read', async () => {
    await lab.openFile('a.probe');
    expect(await lab.codeLens('More', { above: 'two' }).text()).toMatch(/^Run 1\s*\|\s*More$/);
    await lab.codeLens('More', { above: 'three' }).click();
    const view = await lab.webview('#answer');
    await view.getByText('hello, said the host').waitFor();
    expect(await view.locator('#from').textContent()).toBe('shown from three, 1, trusted');
    await lab.screenshot('harness-dark');
    await lab.setTheme('light');
    await lab.screenshot('harness-light');
  });

  test('the palette lists the commands of the extension', async () => {
    expect(await lab.commandsMatching('Fixture:')).toEqual(['Fixture: Show']);
    await lab.openFile('a.probe');
    await lab.goToLine(3);
    await lab.statusItem('Ln 3, Col 1').waitFor();
  });

  test('what is wrong in a file is listed with its place', async () => {
    expect(await lab.problems()).toEqual([expect.stringMatching(/not a good name.*\[Ln 2, Col 1\]/)]);
  });

  test('after a reload commands run from the palette', async () => {
    await lab.closeTab('Fixture View');
    await lab.reload();
    await lab.runCommand('Fixture: Show');
    const view = await lab.webview('#from');
    expect(await view.locator('#from').textContent()).toBe('shown from the palette, 1, trusted');
  });
});

describe('in a restricted workspace', () => {
  let lab: Workbench;
  beforeAll(async () => {
    lab = await launchWorkbench({ extension, files, trust: 'restricted', theme: 'light' });
  });
  afterAll(() => lab?.close());
  keepEvidence(() => lab);

  test('the extension knows, and learns when trust is granted', async () => {
    await lab.runCommand('Fixture: Show');
    expect(await (await lab.webview('#from')).locator('#from').textContent()).toMatch(/restricted$/);
    await lab.screenshot('harness-restricted');
    await lab.closeTab('Fixture View');
    await lab.grantTrust();
    await lab.runCommand('Fixture: Show');
    expect(await (await lab.webview('#from')).locator('#from').textContent()).toMatch(/, trusted$/);
  });
});

test('suites run inside the extension host, and their failures come back', async () => {
  const suites = path.join(extension, 'in-host');
  const { passed, failed, skipped } = await runInHost({ extension, files, suites });
  expect(passed).toEqual([
    'inside the extension host the API is the real one, and so is Node',
    'inside the extension host the extension answers',
  ]);
  expect(failed.map(({ title }) => title)).toEqual(['inside the extension host a failure is told']);
  expect(failed[0]?.error).toContain('one is not two');
  expect(skipped).toEqual([]);
});
