/** Whole variants and analyses to begin with, as VS Code writes snippets: `${1:text}` is a place to fill in. */
import type { Completion } from '../../../protocol/experiment.ts';
import type { Path } from './describe.ts';

interface Snippet {
  label: string;
  insert: string;
  documentation: string;
}

/** A place to fill in, with what stands there first; the same number stands for the same text. */
const place = (number: number, text: string): string => `\${${number}:${text}}`;

/** What each component of the neuron does is asked with one variant of these. */
const VARIANTS: readonly Snippet[] = [
  {
    label: 'baseline',
    insert: 'baseline: {}',
    documentation: 'The settings of the file: what others are compared with.',
  },
  {
    label: 'without leakage',
    insert: 'without leakage: { neuron: { leak: 1 } }',
    documentation: 'k = 1: the potential keeps all that it had.',
  },
  {
    label: 'complete leakage',
    insert: 'complete leakage: { neuron: { leak: 0 } }',
    documentation: 'k = 0: the potential forgets at once.',
  },
  {
    label: 'leak of a value',
    insert: `leak ${place(1, '0.9')}: { neuron: { leak: ${place(1, '0.9')} } }`,
    documentation: 'The same k for every neuron; its time constant is −1 / ln k steps.',
  },
  {
    label: 'learnable leak',
    insert: 'learnable leak: { neuron: { leak: { learnable: true } } }',
    documentation: 'Each neuron learns its own k.',
  },
  {
    label: 'without reset',
    insert: 'without reset: { neuron: { reset: none } }',
    documentation: 'A spike leaves the potential as it is.',
  },
  {
    label: 'soft reset',
    insert: 'soft reset: { neuron: { reset: soft } }',
    documentation: 'A spike takes the threshold away from the potential.',
  },
  {
    label: 'with recurrence',
    insert: 'with recurrence: { neuron: { recurrent: true } }',
    documentation: 'Neurons of a layer hear each other’s spikes of the step before.',
  },
  {
    label: 'another surrogate',
    insert: `${place(1, 'triangular')} surrogate: { neuron: { surrogate: { shape: ${place(1, 'triangular')}, width: ${place(2, '0.5')} } } }`,
    documentation: 'Another derivative in place of that of the spike.',
  },
  {
    label: 'as an LSTM',
    insert: 'LSTM: { model: lstm }',
    documentation: 'Gated units in place of spiking neurons, as a measure of what there is to reach.',
  },
];

const ANALYSES: readonly Snippet[] = [
  {
    label: 'what a reviewer asks',
    insert: 'evaluate: { split: test }\nerrors: {}\nspikes: {}',
    documentation: 'Scores of the test set, which classes are mistaken for which, and what the neurons do.',
  },
  {
    label: 'robustness under attack',
    insert: `attack: { split: ${place(1, 'test')}, samples: ${place(2, '100')} }`,
    documentation: 'Accuracy under inputs that are changed so that they are mistaken.',
  },
];

/** @param taken names that are there already */
export function snippetsFor(path: Path, taken: readonly string[]): Omit<Completion, 'range'>[] {
  const [section, ...below] = path;
  const found = below.length > 0 ? [] : section === 'variants' ? VARIANTS : section === 'analyses' ? ANALYSES : [];
  return found
    .filter(({ label }) => !taken.includes(label))
    .map((snippet) => ({ ...snippet, kind: 'snippet', detail: section === 'variants' ? 'variant' : 'analyses' }));
}
