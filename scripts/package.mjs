// Packs the extension: everything minified, then the VSIX that every VS Code installs.
//
//   node scripts/package.mjs [--out dist/lif-lab.vsix] [--target linux-x64]
//
// Without a target it carries the kernels for this machine, and runs everywhere: where they do not load, those in
// WebAssembly give the same results. With one it is for that platform alone; `universal` leaves compiled kernels out.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';
import { HERE } from '../engine/backends/event/kernels/native/targets.mjs';
import { build } from './build.mjs';
import { isMain } from './editor/cli.mjs';

const root = join(fileURLToPath(import.meta.url), '../..');
const KERNELS = '!dist/*.node';

/**
 * What goes into a package, as patterns of .vscodeignore.
 * @param {string} [target] `universal`, or a platform and processor
 * @returns {string}
 */
export function patterns(target) {
  const lines = readFileSync(join(root, '.vscodeignore'), 'utf8');
  return lines.replace(KERNELS, target === 'universal' ? '' : `!dist/kernels-${target ?? HERE}.node`);
}

/**
 * Calls `use` with a file of these patterns.
 * @template T
 * @param {string | undefined} target
 * @param {(ignoreFile: string) => Promise<T>} use
 */
async function withPatterns(target, use) {
  const folder = mkdtempSync(join(tmpdir(), 'lif-package-'));
  try {
    const ignoreFile = join(folder, 'ignore');
    writeFileSync(ignoreFile, patterns(target));
    return await use(ignoreFile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Paths of all that is packed, of what is built.
 * @returns {Promise<string[]>}
 */
export function packedFiles() {
  return withPatterns(undefined, (ignoreFile) =>
    listFiles({ cwd: root, packageManager: PackageManager.None, ignoreFile }),
  );
}

/**
 * Packs what is built.
 * @param {string} packagePath of the VSIX
 * @param {string} [target]
 */
export async function packBuilt(packagePath, target) {
  rmSync(packagePath, { force: true });
  // Everything that runs is bundled, so no package goes along.
  // The page of the extension is a text of its own, without links and pictures: the repository has no public address yet.
  await withPatterns(target, (ignoreFile) =>
    createVSIX({
      cwd: root,
      packagePath,
      ignoreFile,
      ...(target !== undefined && target !== 'universal' && { target }),
      dependencies: false,
      allowMissingRepository: true,
      readmePath: 'docs/extension-page.md',
      rewriteRelativeLinks: false,
    }),
  );
}

/**
 * @param {string} [file] path of the VSIX
 * @param {string} [target]
 * @returns {Promise<string>} its absolute path
 */
export async function packageExtension(file = join(root, 'dist/lif-lab.vsix'), target) {
  const packagePath = resolve(file);
  rmSync(packagePath, { force: true });
  await build({ minify: true });
  await packBuilt(packagePath, target);
  return packagePath;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, target: { type: 'string' } } });
  const file = await packageExtension(values.out, values.target);
  console.log(`${relative(process.cwd(), file)}: ${(statSync(file).size / 1024).toFixed(0)} KB`);
}
