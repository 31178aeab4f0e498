/** How the numbers came about, so that somebody else can write it down or do it again. */
import type { AnalysisId } from '../../../protocol/analyses/analyses.ts';
import { changesText } from '../../../protocol/comparison/table.ts';
import { thousands } from '../../../protocol/format.ts';
import { shapeOf } from '../../datasets/describe.ts';
import { definitionOf } from '../../datasets/sets/registry.ts';
import { describeChanges } from '../../experiment/expand.ts';
import type { Settings } from '../../experiment/schema.ts';
import { flowText } from '../../experiment/text/flow-text.ts';
import definitions from '../definitions.json' with { type: 'json' };
import { type Block, heading, paragraph } from '../document.ts';
import type { Reported } from '../gather.ts';
import { blocksOf } from '../prose.ts';

/** Of the paper that the equations are of. */
export const PAPER =
  'Yin, Zheng, Mao, Ding, Liu, Xu, Hu, Pei, Deng: Understanding the Functional Roles of Modelling Components in Spiking Neural Networks. Neuromorphic Computing and Engineering, 2024, arXiv 2403.16674.';

const EQUATIONS = [
  'u[t] = k · u[t−1] · (1 − o[t−1]) + W x[t] + V o[t−1]        (equation 4; V only with recurrence)',
  'o[t] = H(u[t] − θ)                                          (a spike where u ≥ θ)',
  'without leakage k = 1 · complete leakage k = 0 · without reset: no factor (1 − o[t−1])',
].join('\n');

export function methodsBlocks(studies: readonly Reported[], asked: readonly AnalysisId[]): Block[] {
  return [
    heading(2, 'Methods'),
    heading(3, 'Neurons and training'),
    paragraph('Spiking neurons follow the paper’s equations:'),
    { kind: 'code', text: EQUATIONS },
    paragraph(
      'Networks are trained by backpropagation through time; in the backward pass a surrogate stands for the derivative of H. The gradients are exact for that surrogate: the event-driven engine leaves out products with zero, and nothing else. Runs of one seed see the same batches and, where shapes agree, start from the same weights; the same seed gives the same bits. The epoch that counts is the one with the best validation accuracy, or the last one without a validation set; the test set chooses nothing.',
    ),
    heading(3, 'Statistics'),
    paragraph(
      'Spreads are sample standard deviations over seeds, each a network trained anew. Variants are compared with the first one, seed by seed: the mean paired difference with its 95 % interval by Student’s t, and the two-sided exact sign-flip test (above 20 seeds, 100,000 random flips), Holm-corrected over the variants of a study. Below the number of seeds at which any outcome could reach 5 % the verdict is “undecided”. The interval of the test set is Wilson’s at 95 %. Over several studies: interquartile mean and probability of improvement by the definitions of rliable (Agarwal et al., 2021), intervals by the stratified bootstrap.',
    ),
    heading(3, 'Data and settings'),
    ...studies.flatMap(settingsOf),
    ...(asked.length > 0 ? [heading(3, 'Definitions')] : []),
    ...asked.map((id): Block => {
      const { title, text } = definitions[id];
      return { kind: 'details', summary: `${id}: ${title}`, blocks: blocksOf(text) };
    }),
    heading(3, 'References'),
    { kind: 'list', items: [...new Set([PAPER, ...studies.map(citationOf)])].map((text) => [text]) },
  ];
}

const baselineOf = ({ experiment }: Reported): Settings => experiment.variants[0]!.settings;

function citationOf(study: Reported): string {
  const { title, citation } = definitionOf(baselineOf(study).dataset).source;
  return citation === '' ? title : citation;
}

function settingsOf(study: Reported): Block[] {
  const { experiment, comparison } = study;
  const { dataset, model, network, neuron, training } = baselineOf(study);
  const { title, licence } = definitionOf(dataset).source;
  const shape = shapeOf(dataset);
  const sizes = Object.entries(shape.sizes).map(([split, samples]) => `${thousands(samples)} ${split}`);
  const rows = experiment.variants.map(({ name }) => [name, changesText(describeChanges(experiment, name)) || '–']);
  return [
    heading(4, experiment.name),
    paragraph(
      `${title} (licence: ${licence}): ${sizes.length > 0 ? `${sizes.join(', ')} samples; ` : ''}${shape.inputs} inputs, ${shape.steps} steps, ${shape.classes} classes. ` +
        `Seeds ${comparison.seeds.slice(0, 50).join(', ')}${comparison.seeds.length > 50 ? ', …' : ''}; every variant with every seed.`,
    ),
    {
      kind: 'table',
      caption: 'Settings of the first variant, defaults included',
      head: ['part', 'settings'],
      rows: [
        ['dataset', flowText({ ...dataset, path: undefined })],
        ...(model === 'lif' ? [['neuron', flowText(neuron)]] : [['model', model]]),
        ['network', flowText(network)],
        ['training', flowText(training)],
      ],
      words: [0, 1],
    },
    {
      kind: 'details',
      summary: 'What each variant changes',
      blocks: [
        {
          kind: 'table',
          caption: 'Against the settings of the file',
          head: ['variant', 'changes'],
          rows,
          words: [0, 1],
        },
      ],
    },
  ];
}
