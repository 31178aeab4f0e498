// The licences of everything that is bundled: what a bundle was made from tells which packages those are.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice|thirdparty)/i.test(file));
    if (files.length === 0) throw new Error(`${name} ${version} comes without its licence.`);
    const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return `${'='.repeat(78)}\n${name} ${version} (${license})\n${'='.repeat(78)}\n\n${texts.join('\n\n')}`;
  });
  return `LIF Lab is distributed with the following software, under the terms given for each.\n\n${parts.join('\n\n')}\n`;
}
