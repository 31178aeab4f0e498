// Runs mocha suites inside the extension host of a code-server, where `require('vscode')` is the real thing.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { startEditor } from '../../../scripts/editor/server.mjs';
import { extensionUnderTest, REPOSITORY, until, versionUnderTest } from './environment.ts';
import { launchBrowser, scratchWorkspace, type WorkbenchOptions } from './workbench.ts';

export interface HostResult {
  passed: string[];
  failed: { title: string; error: string }[];
  skipped: string[];
}

export interface HostOptions
  extends Pick<WorkbenchOptions, 'workspace' | 'files' | 'extension' | 'version' | 'settings' | 'env' | 'trust'> {
  /** The folder with the suites, `*.host.ts`; by default `test/editor/in-host`. */
  suites?: string;
  /** How long the suites may take together, in milliseconds. */
  timeout?: number;
}

const SUITES = path.join(REPOSITORY, 'test', 'editor', 'in-host');

/** Bundles the suites and their runner; returns the path of the runner, for `extensionTestsPath`. */
export async function buildSuites(suites = SUITES): Promise<string> {
  const outdir = path.join(REPOSITORY, 'build', 'in-host', path.relative(REPOSITORY, suites).replace(/\W+/g, '-'));
  fs.rmSync(outdir, { recursive: true, force: true });
  const names = fs.readdirSync(suites).filter((name) => name.endsWith('.host.ts'));
  if (names.length === 0) throw new Error(`No *.host.ts in ${suites}.`);
  await build({
    entryPoints: { run: path.join(SUITES, 'run.ts'), ...entries(suites, names) },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return path.join(outdir, 'run.cjs');
}

function entries(folder: string, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name.replace(/\.ts$/, ''), path.join(folder, name)]));
}

export async function runInHost(options: HostOptions = {}): Promise<HostResult> {
  const runner = await buildSuites(options.suites);
  const scratch = scratchWorkspace(options);
  const resultFile = path.join(path.dirname(scratch.folder), 'result.json');
  const editor = await startEditor({
    folder: scratch.folder,
    version: options.version ?? versionUnderTest(),
    ...extensionUnderTest(options.extension),
    trust: options.trust === 'restricted' ? 'ask' : 'all',
    settings: { 'security.workspace.trust.startupPrompt': 'never', ...options.settings },
    env: { LIF_TEST: '1', LIF_HOST_RESULT: resultFile, ...options.env },
  });
  try {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      const remote = (file: string | undefined) => `vscode-remote://localhost:${editor.port}${file}`;
      const payload = [
        ['extensionDevelopmentPath', remote(editor.extensionFolder)],
        ['extensionTestsPath', remote(runner)],
        ['skipWelcome', 'true'],
      ];
      await page.goto(`${editor.url}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
      await until('result of the suites in the extension host', options.timeout ?? 180_000, async () =>
        fs.existsSync(resultFile) ? true : undefined,
      ).catch((error) => {
        throw new Error(`${error.message}. The workbench said:\n${said.slice(-30).join('\n')}`);
      });
      return JSON.parse(fs.readFileSync(resultFile, 'utf8'));
    } finally {
      await browser.close();
    }
  } finally {
    await editor.stop();
    scratch.remove();
  }
}
