import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { printedAtResolution } from '../../../engine/claims/table7.ts';
import { experimentSchema, settingsSchema } from '../../../engine/experiment/schema.ts';
import definitions from '../../../engine/report/definitions.json' with { type: 'json' };
import type { Report } from '../../../engine/report/document.ts';
import { planeDrawing } from '../../../engine/report/drawings/maps.ts';
import { htmlOf } from '../../../engine/report/html.ts';
import { markdownOf } from '../../../engine/report/markdown.ts';
import { blocksOf } from '../../../engine/report/prose.ts';

test('the definitions that a report quotes are those of docs/analyses.md (npm run generate)', () => {
  const text = readFileSync(new URL('../../../docs/analyses.md', import.meta.url), 'utf8');
  expect(Object.keys(definitions).sort()).toEqual(Object.keys(experimentSchema.shape.analyses.unwrap().shape).sort());
  for (const [id, { title, text: own }] of Object.entries(definitions))
    expect(text, id).toContain(`## ${id}: ${title}\n${own}`);
});

test('prose: what is set apart, lists, tables and code; links within the documentation are words', () => {
  expect(blocksOf('**What.** `a_b` and _so_ on, [here](x.md), [there](https://a.b)\ngoes on.')).toEqual([
    {
      kind: 'paragraph',
      words: [
        { strong: 'What.' },
        ' ',
        { code: 'a_b' },
        ' and ',
        { emphasis: 'so' },
        ' on, ',
        'here',
        ', ',
        { text: 'there', link: 'https://a.b' },
        ' goes on.',
      ],
    },
  ]);
  expect(blocksOf('| a | b |\n|---|---|\n| `x` | \\|u\\| |')).toEqual([
    { kind: 'table', caption: 'Definitions', head: ['a', 'b'], rows: [['x', '|u|']], words: [0, 1] },
  ]);
  expect(blocksOf('- one\n  more\n- two\n\n```\ncode *\n```')).toEqual([
    { kind: 'list', items: [['one more'], ['two']] },
    { kind: 'code', text: 'code *' },
  ]);
});

test('a text is text in HTML and in Markdown, wherever it stands', () => {
  const bad = '<b>&"\' | `x` *y* [z](javascript:1) http://a.b $m$ \u001b[0m';
  const report: Report = {
    title: bad,
    about: bad,
    blocks: [
      { kind: 'heading', level: 2, text: bad },
      { kind: 'paragraph', words: [bad, { strong: bad }, { emphasis: bad }] },
      { kind: 'table', caption: bad, head: [bad], rows: [[bad]], words: [0] },
    ],
  };
  const page = htmlOf(report);
  expect(page.match(/<b>/g)).toBeNull();
  expect(page).not.toContain('\u001b');
  const { text } = markdownOf(report, 'figures');
  expect(text).not.toContain('\u001b');
  // Nothing that could begin markup is left without its backslash.
  const bare = text.replace(/\\./g, '').match(/[<>[\]`$]|https?:\/\//g);
  expect(bare).toBeNull();
});

test('a plane without a finite value is grey, and a picture', () => {
  const { svg } = planeDrawing({ title: 't', note: '', extent: 1 }, 3, new Array(9).fill(Number.NaN), [0, 1]);
  expect(svg).toContain('fill="#bbbbbb"');
  expect(svg).not.toContain('NaN');
});

test('Table 7 is found by what a network has, whatever its name', () => {
  const of = (neuron: object, model = 'lif', name = 'nmnist') =>
    settingsSchema.parse({ dataset: { name }, model, network: { hidden: [512] }, neuron });
  expect(printedAtResolution(of({ leak: 0.3 }), 3)).toBe(0.9476);
  expect(printedAtResolution(of({ leak: 1, reset: 'none', recurrent: true }), 1)).toBe(0.3692);
  expect(printedAtResolution(of({}, 'lstm'), 10)).toBe(0.0984);
  expect(printedAtResolution(of({ leak: 0.5 }), 3)).toBeUndefined();
  expect(printedAtResolution(of({ leak: 0, recurrent: true }), 3)).toBeUndefined();
  expect(printedAtResolution(of({ leak: 0.3 }), 4)).toBeUndefined();
  expect(printedAtResolution(of({ leak: 0.3 }, 'lif', 'shd'), 3)).toBeUndefined();
});
