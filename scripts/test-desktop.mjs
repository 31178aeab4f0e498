// The in-host suites of test/editor/in-host in a desktop VS Code, which is downloaded once by @vscode/test-electron.
//
//   npm run test:desktop [-- --version 1.100.0]
//
// That package is no dependency, since nothing else needs it: it is fetched by npm when this is run, into build/. Where it or the
// editor cannot be downloaded, or no display is there to show it on, one sentence says so.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build as bundle } from 'esbuild';
import { build } from './build.mjs';

/** Looked at, pinned, and asked for by its hash. */
const PACKAGE = '@vscode/test-electron@2.5.2';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = parseArgs({ options: { version: { type: 'string', default: 'stable' } } }).values;

/**
 * @param {string} sentence
 * @returns {never}
 */
function without(sentence) {
  console.log(`The suites were not run in a desktop VS Code: ${sentence}.`);
  process.exit(0);
}

/** @param {unknown} error */
const firstLine = (error) => String(error instanceof Error ? error.message : error).split('\n')[0];

if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
  without('there is no display here (xvfb-run -a npm run test:desktop makes one)');

const folder = join(root, 'build/desktop');
mkdirSync(folder, { recursive: true });
if (!existsSync(join(folder, 'node_modules/@vscode/test-electron'))) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  try {
    execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', PACKAGE], {
      cwd: folder,
      stdio: 'pipe',
      shell: process.platform === 'win32',
    });
  } catch (error) {
    without(`${PACKAGE} could not be installed (${firstLine(error)})`);
  }
}
const { downloadAndUnzipVSCode, runTests } = createRequire(join(folder, 'package.json'))('@vscode/test-electron');
/** @type {string} */
const editor = await downloadAndUnzipVSCode({ version, cachePath: join(folder, 'editor') }).catch(
  (/** @type {unknown} */ error) => without(`it could not be downloaded (${firstLine(error)})`),
);

await build();
const suites = join(root, 'test/editor/in-host');
const outdir = join(folder, 'suites');
rmSync(outdir, { recursive: true, force: true });
await bundle({
  entryPoints: [join(suites, 'run.ts'), ...(await suitesIn(suites))],
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  external: ['vscode', 'mocha'],
  logLevel: 'warning',
});
const workspace = mkdtempSync(join(tmpdir(), 'lif-desktop-'));
try {
  await runTests({
    vscodeExecutablePath: editor,
    extensionDevelopmentPath: root,
    extensionTestsPath: join(outdir, 'run.cjs'),
    launchArgs: [workspace, '--disable-extensions', '--skip-welcome', '--disable-workspace-trust'],
    extensionTestsEnv: { LIF_TEST: '1', NODE_PATH: join(root, 'node_modules') },
  });
} finally {
  rmSync(workspace, { recursive: true, force: true });
}

/** @param {string} folder */
async function suitesIn(folder) {
  const { readdir } = await import('node:fs/promises');
  return (await readdir(folder)).filter((name) => name.endsWith('.host.ts')).map((name) => join(folder, name));
}
