/** Settings that are allowed and probably not meant. */
import { thousands } from '../../../protocol/format.ts';
import { pathText } from '../../base/errors.ts';
import { shapeOf } from '../../datasets/describe.ts';
import { definitionOf } from '../../datasets/sets/registry.ts';
import { own, type Path, valueAt } from '../assist/describe.ts';
import type { Settings, Variant } from '../schema.ts';
import { flowText } from '../text/flow-text.ts';
import { numbersIn } from './float32.ts';
import type { Problem } from './problems.ts';

/** Values of the paper's Table 5 where they differ from the defaults, which are those for temporal data. */
const TABLE_5: [Path, number][] = [
  [['neuron', 'threshold'], 0.3],
  [['neuron', 'surrogate', 'width'], 0.25],
  [['training', 'learningRate'], 1e-4],
];

/** A file that leaves it to the defaults how a data set of pictures is trained. `raw`: what is written. */
export function tableProblems(raw: unknown, { dataset, model }: Settings): Problem[] {
  const { domain } = definitionOf(dataset);
  if (domain === 'temporal' || model !== 'lif') return [];
  const left = TABLE_5.filter(([path]) => valueAt(raw, path) === undefined);
  if (left.length === 0) return [];
  const values = left.map(([path, value]) => `\`${pathText(path)}: ${flowText(value)}\``).join(', ');
  const message = `The defaults are those for temporal data; for ${domain} data such as ${dataset.name} the paper's Table 5 has ${values}: write what you want.`;
  return [warning(['dataset', 'name'], message)];
}

/** What holds for the settings of the file as for those of a variant. */
export function hints(settings: Settings): Problem[] {
  return [
    ...fewSamples(settings),
    ...longWarmup(settings),
    ...risingCosine(settings),
    ...silenced(settings),
    ...roundedLeaks(settings),
    ...singleStep(settings),
  ];
}

function fewSamples({ dataset, training }: Settings): Problem[] {
  const { train } = shapeOf(dataset).sizes;
  if (train === undefined || train === 0 || train >= training.batchSize) return [];
  const message = `There are ${thousands(train)} training samples, fewer than \`training.batchSize\` (${training.batchSize}): an epoch is one weight update with all of them.`;
  return [warning(['dataset', 'trainSamples'], message)];
}

/** A leak of 1 leaves nothing of an input that counts 1 − k times. */
function silenced({ model, neuron: { leak, scaleInput } }: Settings): Problem[] {
  if (model !== 'lif' || leak !== 1 || !scaleInput) return [];
  const message =
    'With `neuron.scaleInput` what a neuron receives counts 1 − k times, which is nothing with a leak of 1: nothing can be learned; switch `neuron.scaleInput` off, or lower the leak.';
  return [warning(['neuron', 'leak'], message)];
}

/** What is learned and never used: it acts from one step to the next. */
function singleStep({ model, dataset, neuron: { leak, recurrent, scaleInput, initialState } }: Settings): Problem[] {
  if (model !== 'lif' || shapeOf(dataset).steps !== 1 || initialState === 'random') return [];
  const found: [string, boolean][] = [
    ['recurrent', recurrent],
    ['leak', typeof leak === 'object' && !scaleInput],
  ];
  return found
    .filter(([, is]) => is)
    .map(([name]) =>
      warning(
        ['neuron', name],
        `\`neuron.${name}\` acts from one step to the next, and samples are a single step: nothing of it is learned; take more steps, or leave it out.`,
      ),
    );
}

/** A leak that is almost 0 or 1 and all of it in 32-bit numbers. */
function roundedLeaks(settings: Settings): Problem[] {
  if (settings.model !== 'lif' || settings.backend === 'reference') return [];
  return numbersIn({ neuron: settings.neuron, network: settings.network }, []).flatMap(({ path, value }) => {
    const rounded = Math.fround(value);
    if (path.at(-1) !== 'leak' || rounded === value || (rounded !== 0 && rounded !== 1)) return [];
    const message = `\`${pathText(path)}\` is ${value}, which is ${rounded} in the 32-bit numbers that networks are trained in; write ${rounded}, or a leak farther from it.`;
    return [warning(path, message)];
  });
}

function longWarmup({ training: { warmup, epochs } }: Settings): Problem[] {
  if (warmup <= epochs) return [];
  const message = `\`training.warmup\` is ${warmup} epochs, but training ends after ${epochs}, before the learning rate has reached its value.`;
  return [warning(['training', 'warmup'], message)];
}

function risingCosine({ training: { schedule, learningRate } }: Settings): Problem[] {
  if (schedule?.kind !== 'cosine' || schedule.minimum <= learningRate) return [];
  const message = `\`training.schedule.minimum\` is ${schedule.minimum}, above \`training.learningRate\` (${learningRate}): the learning rate rises over the epochs instead of falling; lower the minimum.`;
  return [warning(['training', 'schedule', 'minimum'], message)];
}

/**
 * The integrators of a readout without a leak of its own have that of the neurons: a variant that changes the leak
 * changes two things at once. `base`: the settings of the file.
 */
export function readoutProblems({ name, override, settings }: Variant, base: unknown): Problem[] {
  const { network, neuron, model } = settings;
  if (model !== 'lif' || network.readout.kind !== 'leaky-integrator' || network.readout.leak !== undefined) return [];
  const changed = flowText(neuron.leak) !== flowText(valueAt(base, ['neuron', 'leak']));
  if (!changed || valueAt(override, ['neuron', 'leak']) === undefined) return [];
  const message =
    'This changes the leak of the readout along with that of the neurons; to change the neurons alone, give the readout a leak of its own at the top of the file, e.g. `network: { readout: { leak: { learnable: true } } }`.';
  return [{ ...warning(['neuron', 'leak'], message), variant: name }];
}

/** Fields that ask for more samples than the published data set has. */
export function sampleProblems({ dataset }: Settings): Problem[] {
  const { published } = definitionOf(dataset);
  if (!published) return [];
  const asked = (name: string): number => {
    const value = own(dataset, name);
    return typeof value === 'number' ? value : 0;
  };
  const problems: Problem[] = [];
  const add = (name: string, rest: string) =>
    problems.push(warning(['dataset', name], `\`dataset.${name}\` is ${thousands(asked(name))}, but ${rest}`));
  const held = asked('validationSamples');
  const { train, test } = published;
  const all = `${dataset.name} has ${thousands(train)} training samples`;
  if (held >= train) add('validationSamples', `${all}; hold out fewer.`);
  else if (asked('trainSamples') > train - held)
    add(
      'trainSamples',
      held > 0 ? `${all}, of which ${thousands(held)} are held out: the others are used.` : `${all}: all are used.`,
    );
  if (asked('testSamples') > test)
    add('testSamples', `${dataset.name} has ${thousands(test)} test samples: all are used.`);
  return problems;
}

const warning = (path: Path, message: string): Problem => ({ path, place: 'value', severity: 'warning', message });
