import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { printedAtResolution } from '../../../engine/claims/table7.ts';
import { experimentSchema, settingsSchema } from '../../../engine/experiment/schema.ts';
import definitions from '../../../engine/report/definitions.json' with { type: 'json' };
import type { Report } from '../../../engine/report/document.ts';
import { planeDrawing } from '../../../engine/report/drawings/maps.ts';
import type { Reported } from '../../../engine/report/gather.ts';
import { htmlOf } from '../../../engine/report/html.ts';
import { markdownOf } from '../../../engine/report/markdown.ts';
import { attackBlocks } from '../../../engine/report/parts/attack.ts';
import { differencesBlocks } from '../../../engine/report/parts/differences.ts';
import { strongest, withstoodAll } from '../../../engine/report/parts/quantities.ts';
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

/** Eight seeds of two variants under attack; every sample of the second costs one event more. */
function attacked(): Reported {
  const names = ['baseline', 'other'];
  const rows = names.map((variant, index) => ({
    variant,
    results: seedsOf().map((seed) => ({ seed, result: { accuracy: 0.5 + index / 10, epoch: 1 } })),
    ...(index > 0 && { verdict: { kind: 'better' } }),
  }));
  const answers = names.flatMap((name, index) =>
    seedsOf().map((seed) => {
      const costs = (list: (number | null)[]) => list.map((cost) => (cost === null ? null : cost + index));
      const of = (method: string, width: number, list: (number | null)[]) => ({
        ...{ method, width, costs: costs(list), success: [0, 0.5], successInterval: [0, 1], successByShare: [] },
        ...{
          median: costs(list)[1],
          mean: null,
          added: 1,
          removed: 0,
          zeroAtStart: method === 'gradient' ? 0.25 : null,
        },
      });
      const attacks = [of('gradient', 1, [2, 4, null, 3]), of('search', 1, [5, 1, null, 9])];
      const own = { kind: 'flips', budgets: [2, 4], shares: [], attacks, verdict: { state: 'sound', words: 'w' } };
      return { index, name, run: { seed }, result: { kinds: [own], attacked: [1, 2, 3, 4], right: 4, samples: 4 } };
    }),
  );
  return {
    comparison: { rows, seeds: seedsOf() },
    groups: { attack: [{ params: {}, answers }] },
  } as unknown as Reported;
}
const seedsOf = (): number[] => [1, 2, 3, 4, 5, 6, 7, 8];

test('the best of all attacks: the smallest cost of each sample, whoever found it; infinite where nobody did', () => {
  const [first] = attacked().groups.attack![0]!.answers;
  const [own] = first!.result.kinds;
  expect(strongest(own!)).toEqual([2, 1, Number.POSITIVE_INFINITY, 3]);
  // Of four samples two are left within a budget of 2, and one within 4.
  expect(withstoodAll(own!)).toBe((2 / 4 + 1 / 4) / 2);
  const [table] = attackBlocks(attacked().groups.attack![0]!).filter((block) => block.kind === 'table');
  expect(table!.rows.map((row) => row.slice(0, 6))).toEqual([
    ['baseline', 'gradient, surrogate ×1', '4 ± 0', '50.0 ± 0.0', '4', '25.0 ± 0.0'],
    ['baseline', 'search', '4 ± 0', '50.0 ± 0.0', '1', '–'],
    ['baseline', 'the best of all', '4 ± 0', '75.0 ± 0.0', '2.5', '–'],
    ['other', 'gradient, surrogate ×1', '4 ± 0', '50.0 ± 0.0', '5', '25.0 ± 0.0'],
    ['other', 'search', '4 ± 0', '50.0 ± 0.0', '2', '–'],
    ['other', 'the best of all', '4 ± 0', '75.0 ± 0.0', '3.5', '–'],
  ]);
});

test('differences of what was asked are paired by seed, and set apart where eight seeds decide', () => {
  const [, table] = differencesBlocks(attacked(), ['attack']);
  expect(table).toMatchObject({
    head: ['quantity', 'variant', 'difference', '95 % interval', 'p', 'seeds'],
    rows: [
      ['accuracy (pp)', 'other', { text: '+10.0', strong: true }, '+10.0 to +10.0', '.0078', '8'],
      ['withstood the strongest attack by flips (pp)', 'other', { text: '+12.5' }, '+12.5 to +12.5', '.0078', '8'],
    ],
  });
  const few = attacked();
  few.groups.attack![0]!.answers.splice(3, 5);
  expect(differencesBlocks(few, ['attack'])[1]).toHaveProperty(
    ['rows', 1],
    ['withstood the strongest attack by flips (pp)', 'other', '+12.5', '+12.5 to +12.5', 'too few seeds', '3'],
  );
  expect(differencesBlocks({ ...few, groups: {} }, ['attack'])).toEqual([]);
});
