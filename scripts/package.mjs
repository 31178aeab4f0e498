// Packs the extension: everything minified, then the VSIX that every VS Code installs.
//
//   node scripts/package.mjs [--out dist/lif-lab.vsix]
import { rmSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { build } from './build.mjs';
import { isMain } from './editor/cli.mjs';

const root = join(fileURLToPath(import.meta.url), '../..');

/**
 * @param {string} [file] path of the VSIX
 * @returns {Promise<string>} its absolute path
 */
export async function packageExtension(file = join(root, 'dist/lif-lab.vsix')) {
  const packagePath = resolve(file);
  rmSync(packagePath, { force: true });
  await build({ minify: true });
  // Everything that runs is bundled, so no package goes along.
  // The page of the extension is a text of its own, without links and pictures: the repository has no public address yet.
  await createVSIX({
    cwd: root,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    readmePath: 'docs/extension-page.md',
    rewriteRelativeLinks: false,
  });
  return packagePath;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const file = await packageExtension(values.out);
  console.log(`${relative(process.cwd(), file)}: ${(statSync(file).size / 1024).toFixed(0)} KB`);
}
