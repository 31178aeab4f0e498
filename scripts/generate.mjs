/** Writes what is generated from the schema of the experiment file: schemas/lif.schema.json and docs/experiment-file.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = `${root}build/generate.mjs`;

await build({
  stdin: {
    contents: `export { jsonSchemaText } from './json-schema.ts'; export { referenceText } from './assist/reference.ts';`,
    resolveDir: `${root}engine/experiment`,
    loader: 'ts',
  },
  outfile: bundle,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { jsonSchemaText, referenceText } = await import(pathToFileURL(bundle).href);

for (const [folder, file, text] of [
  ['schemas', 'lif.schema.json', jsonSchemaText()],
  ['docs', 'experiment-file.md', referenceText()],
]) {
  mkdirSync(root + folder, { recursive: true });
  writeFileSync(`${root}${folder}/${file}`, text);
  console.log(`${folder}/${file}`);
}
