// The licences of everything that is bundled: what a bundle was made from tells which packages those are.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Texts for packages that name their licence but come without it: by the package, or by the licence. */
const LICENCES = join(fileURLToPath(import.meta.url), '../licences');

/** Not in a bundle's list of sources, but in what is built: the runtime that the compiler of the kernels adds. */
const COMPILED_IN = ['assemblyscript'];

/**
 * Names of the packages that bundles were made from, in alphabetical order.
 * @param {string[]} inputs sources of the bundles, relative to the project
 */
export function bundledPackages(inputs) {
  const names = inputs.flatMap((path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set([...names, ...COMPILED_IN])].sort();
}

/**
 * One text with name, version, licence and the licence's text of each package, among it what the package itself says of
 * others whose code it carries. Throws when a package has no such text: then its code must not be shipped.
 * @param {string} root folder of the project
 * @param {string[]} names
 */
export function noticesOf(root, names) {
  const parts = names.map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const own = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice|thirdparty)/i.test(file));
    const files = own.length > 0 ? own.sort().map((file) => join(folder, file)) : ours(name, license);
    if (files.length === 0) throw new Error(`${name} ${version} comes without its licence.`);
    const texts = files.map((file) => readFileSync(file, 'utf8').trim());
    return `${'='.repeat(78)}\n${name} ${version} (${license})\n${'='.repeat(78)}\n\n${texts.join('\n\n')}`;
  });
  return `LIF Lab is distributed with the following software, under the terms given for each.\n\n${parts.join('\n\n')}\n`;
}

/**
 * @param {string} name
 * @param {string} license
 */
function ours(name, license) {
  const files = [name, license].map((which) => join(LICENCES, `${which}.txt`));
  return files.filter((file) => existsSync(file)).slice(0, 1);
}
