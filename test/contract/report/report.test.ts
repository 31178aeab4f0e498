/** `lif report` with the built command: a study with hostile names, everything asked of it, as a page and as Markdown. */
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtFile } from '../../../engine/base/paths.ts';
import { Lab } from '../fake/lab.ts';

const HOSTILE = '<img src=x onerror=alert(1)>|`';
const ESCAPED = '&lt;img src=x onerror=alert(1)&gt;|`';
let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open(builtFile('lif.mjs'));
  const sizes = 'trainSamples: 400, testSamples: 150, validationSamples: 60';
  lab.file(
    'study.lif.yaml',
    `name: "A </title><script>alert(2)</script> study"
dataset: { name: delayed-xor, steps: 20, ${sizes} }
network: { hidden: [8] }
training: { epochs: 2 }
variants: { baseline: {}, '${HOSTILE}': { neuron: { reset: none } }, never trained: { neuron: { leak: 1 } } }
seeds: [1, 2]
expect: [never trained.accuracy < baseline.accuracy]
analyses: { evaluate: {}, spikes: {}, errors: { samples: 20 }, landscape: { points: 5, samples: 40, directions: 2 }, robustness: { samples: 40, draws: 2 } }
`,
  );
  const chosen = ['--variant', 'baseline', '--variant', HOSTILE, '--threads', '1'];
  expect(await lab.lif('run', 'study.lif.yaml', ...chosen)).toMatchObject({ code: 0 });
});
afterAll(() => lab?.close());

const read = (name: string): string => readFileSync(join(lab.folder, name), 'utf8');

test('the page is whole in itself, says what there is and what there is not, and no name gets out of its place', async () => {
  const written = await lab.lif('report', 'study.lif.yaml', '-o', 'report.html');
  expect(written).toMatchObject({ code: 0, stdout: 'report.html written.\n' });
  const page = read('report.html');
  expect(page).toMatch(/^<!DOCTYPE html>/);
  expect(page).toContain(`default-src 'none'`);
  // Nothing is loaded: addresses are the namespace of drawings and links in the text.
  expect(page.match(/<script|<link|<iframe|<img|@import|url\(|\son\w+=(?!alert)/g)).toEqual(null);
  expect(page).toContain(ESCAPED);
  expect(page).not.toContain(HOSTILE);
  expect(page).toContain('<title>A &lt;/title&gt;&lt;script&gt;');
  for (const title of ['Classes', 'Spikes and what they cost', 'Errors through time', 'Loss landscape', 'Robustness'])
    expect(page, title).toMatch(new RegExp(`<h4[^>]*>${title}`));
  expect(page).toContain('Not asked of these networks: </strong>resolution, embedding, attack.');
  expect(page).toContain('never trained: 2 of 2 seeds have no result');
  // The paper beside it: Table 6 has the delayed XOR.
  expect(page).toMatch(/<th scope="row" class="words">baseline<\/th>.*?<td>77\.50<\/td><td>2 of 2<\/td>/s);
  expect(page).toContain('2 seeds cannot decide at 5 % among 2 variants; 7 could');
  for (const part of ['Methods', 'Statistics', 'Definitions', 'Provenance', 'How to cite', '@misc{liflab_'])
    expect(page, part).toContain(part);
  const drawings = page.match(/<svg [\s\S]*?<\/svg>/g)!;
  expect(drawings.length).toBeGreaterThan(12);
  for (const drawing of drawings) expect(drawing).not.toMatch(/NaN|undefined|Infinity/);
});

test('the numbers of the page are those of lif compare', async () => {
  const { rows } = JSON.parse((await lab.lif('compare', 'study.lif.yaml', '--test', '--json')).stdout);
  const { mean, deviation } = rows[0].accuracy;
  expect(read('report.html')).toContain(`>${(100 * mean).toFixed(2)} ± ${(100 * deviation).toFixed(2)}<`);
});

test('Markdown has its figures beside it, each a drawing of its own', async () => {
  expect(await lab.lif('report', 'study.lif.yaml', '-o', 'out.md')).toMatchObject({ code: 0 });
  const text = read('out.md');
  const named = [...text.matchAll(/\]\((out-figures\/figure-\d+\.svg)\)/g)].map(([, file]) => file!);
  expect(named.length).toBeGreaterThan(12);
  expect(readdirSync(join(lab.folder, 'out-figures'))).toHaveLength(named.length);
  for (const file of named)
    expect(read(file)).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [\s\S]*<\/svg>\n$/);
  expect(text).toContain('\\<img src=x onerror=alert(1)\\>\\|\\`');
  expect(text).not.toMatch(/[^\\]<(img|script)/);
});

test('settings for once, another ending, no place to go, a link in the way', async () => {
  expect((await lab.lif('report', 'study.lif.yaml', '--set', 'training.epochs=7', '-o', 'other.html')).code).toBe(0);
  expect(read('other.html')).toContain('No run of this study has finished with these settings.');
  for (const [args, sentence] of [
    [['-o', 'report.pdf'], 'Say where the report goes: -o report.html, or -o report.md.\n'],
    [[], 'Say where the report goes: -o report.html, or -o report.md.\n'],
  ] as const)
    expect(await lab.lif('report', 'study.lif.yaml', ...args)).toMatchObject({ code: 2, stderr: sentence });
  const nowhere = await lab.lif('report', 'study.lif.yaml', '-o', 'not/there/report.html');
  expect(nowhere.code).toBe(2);
  expect(nowhere.stderr).toMatch(/^The report cannot be written to .*report\.html: .*\.\n$/);
  symlinkSync(join(lab.folder, 'elsewhere.html'), join(lab.folder, 'link.html'));
  expect((await lab.lif('report', 'study.lif.yaml', '-o', 'link.html')).code).toBe(0);
  expect(existsSync(join(lab.folder, 'elsewhere.html')), 'a link is replaced, not followed').toBe(false);
});
