/**
 * Writes what is generated: schemas/lif.schema.json and docs/experiment-file.md from the schema of the experiment file,
 * schemas/answers.schema.json from what `lif --json` prints, and
 * engine/report/definitions.json, which a report quotes, from docs/analyses.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = `${root}build/generate.mjs`;

await build({
  stdin: {
    contents: [
      `export { jsonSchemaText } from './experiment/json-schema.ts';`,
      `export { referenceText } from './experiment/assist/reference.ts';`,
      `export { answersSchemaText } from './cli/answers/json-schema.ts';`,
    ].join('\n'),
    resolveDir: `${root}engine`,
    loader: 'ts',
  },
  outfile: bundle,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { answersSchemaText, jsonSchemaText, referenceText } = await import(pathToFileURL(bundle).href);

/** Sections `## id: title` of docs/analyses.md, as they are. */
function definitions() {
  const sections = readFileSync(`${root}docs/analyses.md`, 'utf8').split(/^## /m).slice(1);
  return Object.fromEntries(
    sections.map((section) => {
      const [, id, title, text] = /^([\w-]+): (.*)\n([\s\S]*)$/.exec(section);
      return [id, { title, text: text.trim() }];
    }),
  );
}

for (const [folder, file, text] of [
  ['schemas', 'lif.schema.json', jsonSchemaText()],
  ['schemas', 'answers.schema.json', answersSchemaText()],
  ['docs', 'experiment-file.md', referenceText()],
  ['engine/report', 'definitions.json', `${JSON.stringify(definitions(), null, 2)}\n`],
]) {
  mkdirSync(root + folder, { recursive: true });
  writeFileSync(`${root}${folder}/${file}`, text);
  console.log(`${folder}/${file}`);
}
