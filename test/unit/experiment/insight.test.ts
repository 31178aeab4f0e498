import { expect, test } from 'vitest';
import { complete } from '../../../engine/experiment/assist/assist.ts';
import { insightOf } from '../../../engine/experiment/insight/insight.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import type { FilePart } from '../../../protocol/experiment.ts';
import { BASE, cursor } from './marked.ts';

const NMNIST = `name: Saccades
dataset: { name: nmnist, dt: 5, steps: 30 } # half a recording
network:
  hidden: [20]
  readout: { kind: leaky-integrator, leak: 0.9 }
neuron: { leak: 0.5 }
training: { epochs: 3 }
variants:
  base: {}
  learned:
    neuron: { leak: { learnable: true, init: 0.8 } }
    dataset: { dt: 10 }
  # a comment that belongs to nobody

seeds: [1]
`;

test('values say what they come to, behind them: time constants in ms where the data have any', () => {
  const lines = NMNIST.split('\n');
  const found = insightOf(NMNIST, 'f').hints.map(({ position, ...hint }) => [
    lines[position.line]!.slice(0, position.column).trim(),
    hint,
  ]);
  const constant = (k: number, dt: number) => ({
    kind: 'constant',
    steps: expect.closeTo(-1 / Math.log(k), 10),
    milliseconds: expect.closeTo(-dt / Math.log(k), 9),
  });
  // 34 × 34 pixels of two polarities; the learned leaks are two more layers' numbers: one for each neuron that has it.
  const weights = 2312 * 20 + 20 + 20 * 10 + 10;
  expect(found).toEqual([
    ['dataset: { name: nmnist, dt: 5, steps: 30', { kind: 'duration', steps: 30, milliseconds: 150 }],
    ['network:', { kind: 'parameters', parameters: weights }],
    ['readout: { kind: leaky-integrator, leak: 0.9', constant(0.9, 5)],
    ['neuron: { leak: 0.5', constant(0.5, 5)],
    ['training: { epochs: 3', { kind: 'epochs', epochs: 3 }],
    ['learned:', { kind: 'parameters', parameters: weights + 20, variant: 'learned' }],
    ['neuron: { leak: { learnable: true, init: 0.8', constant(0.8, 10)],
    ['dataset: { dt: 10', { kind: 'duration', steps: 30, milliseconds: 300 }],
  ]);
});

test('nothing is said of the ends of the range, of steps without a length, and of files with mistakes', () => {
  const hints = (text: string) => insightOf(text, 'f').hints.map(({ kind }) => kind);
  expect(hints(`${BASE}  none: { neuron: { leak: 1 } }\n  all: { neuron: { leak: 0 } }\n`)).toEqual(['parameters']);
  expect(hints(`${BASE}neuron: { leak: 0.5, lek: 1 }\n`)).toEqual([]);
  expect(insightOf('- a list', 'f')).toEqual({ parts: [], hints: [] });
});

test('the outline has fields with what is in them, and no more of the text than belongs to them', () => {
  const told = (parts: FilePart[]): unknown[] =>
    parts.map(({ name, detail, kind, whole, parts: inner }) => [
      `${kind} ${name}${detail && ` ${detail}`}`,
      whole.start.line,
      whole.end.line,
      ...(inner.length > 0 ? [told(inner)] : []),
    ]);
  expect(told(insightOf(NMNIST, 'f').parts).slice(-3)).toEqual([
    ['section training', 6, 6, [['value epochs 3', 6, 6]]],
    [
      'section variants',
      7,
      11,
      [
        ['variant base', 8, 8],
        [
          'variant learned',
          9,
          11,
          [
            [
              'section neuron',
              10,
              10,
              [
                [
                  'section leak',
                  10,
                  10,
                  [
                    ['value learnable true', 10, 10],
                    ['value init 0.8', 10, 10],
                  ],
                ],
              ],
            ],
            ['section dataset', 11, 11, [['value dt 10', 11, 11]]],
          ],
        ],
      ],
    ],
    ['section seeds [1]', 14, 14],
  ]);
});

test('snippets make variants and analyses that are valid, and are not offered twice', () => {
  const snippets = (text: string) => {
    const at = cursor(text);
    return complete(at.text, 'f.lif.yaml', at.position).filter(({ kind }) => kind === 'snippet');
  };
  const filled = (insert: string) => insert.replace(/\$\{\d+:([^}]*)\}/g, '$1');
  const variants = snippets(`${BASE}  ¦`);
  expect(variants.length).toBeGreaterThan(5);
  for (const { insert, label } of variants.filter(({ insert }) => !insert.startsWith('LSTM'))) {
    const text = `${BASE}  ${filled(insert)}\n`;
    const errors = checkExperiment(text, 'f').diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors, label).toEqual([]);
  }
  for (const { insert, label } of snippets(`${BASE}analyses:\n  ¦`)) {
    const text = `${BASE}analyses:\n  ${filled(insert).replaceAll('\n', '\n  ')}\n`;
    expect(checkExperiment(text, 'f').diagnostics, label).toEqual([]);
  }
  expect(snippets(`${BASE}  baseline: {}\n  ¦`).map(({ label }) => label)).not.toContain('baseline');
  expect(snippets(`${BASE}neuron:\n  ¦`)).toEqual([]);
});

test('values of the wrong type are converted: quotes put or taken, a list or a mapping made', () => {
  const converted = (line: string, file = 'f.lif.yaml') => {
    const text = `${BASE}${line}\n`;
    return checkExperiment(text, file)
      .diagnostics.filter(({ whole }) => whole)
      .map(({ range, replacement }) => {
        const shown = text.split('\n')[range.start.line]!;
        return shown.slice(0, range.start.column) + replacement + shown.slice(range.end.column);
      });
  };
  expect(converted('training: { epochs: "20" }')).toEqual(['training: { epochs: 20 }']);
  expect(converted('neuron: { recurrent: "yes" }')).toEqual(['neuron: { recurrent: true }']);
  expect(converted('seeds: 3')).toEqual(['seeds: [3]']);
  expect(converted('training: { schedule: cosine }')).toEqual(['training: { schedule: { kind: cosine } }']);
  expect(converted('description: 2024')).toEqual(['description: "2024"']);
  expect(converted('neuron: { threshold: none }')).toEqual([]);
});
