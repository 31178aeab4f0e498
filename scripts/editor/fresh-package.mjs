// The packaged extension, packaged anew when a source is younger than the package.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
export const PACKAGE = path.join(REPOSITORY, 'dist', 'lif-lab.vsix');

const SOURCES = ['extension', 'webview', 'engine', 'protocol', 'schemas', 'media', 'l10n'];
const FILES = ['package.json', 'package-lock.json', '.vscodeignore', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/**
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {string} the path of the VSIX
 */
export function freshPackage({ log = () => {} } = {}) {
  if (fs.existsSync(PACKAGE) && fs.statSync(PACKAGE).mtimeMs >= newestSource()) return PACKAGE;
  log('packaging the extension (npm run package)');
  const { status, error, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'package'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (error || status !== 0 || !fs.existsSync(PACKAGE)) {
    const why = error?.message ?? `${stdout}${stderr}`.trim().slice(-4000);
    throw new Error(`"npm run package" left no ${path.relative(REPOSITORY, PACKAGE)} behind:\n${why}`);
  }
  return PACKAGE;
}

function newestSource() {
  const folders = SOURCES.map((name) => path.join(REPOSITORY, name)).filter((folder) => fs.existsSync(folder));
  const inside = folders.flatMap((folder) =>
    fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  const files = inside.map((entry) => path.join(entry.parentPath, entry.name));
  files.push(...FILES.map((name) => path.join(REPOSITORY, name)).filter((file) => fs.existsSync(file)));
  return Math.max(0, ...files.map((file) => fs.statSync(file).mtimeMs));
}
