/** What no field tells by itself: settings that are right one by one and impossible together. */

import { pathText, SettingError } from '../../base/errors.ts';
import { shapeOf } from '../../datasets/describe.ts';
import { definitionOf } from '../../datasets/sets/registry.ts';
import { planNetwork } from '../../models/build/network.ts';
import { countOf } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import type { Settings } from '../schema.ts';
import { roundingProblems, surrogateProblems } from './float32.ts';
import { hints, sampleProblems } from './hints.ts';
import type { Problem } from './problems.ts';

/** With gradients and the optimizer's moments, 4 GiB. */
const MAX_WEIGHTS = 2 ** 28;

/** The network of complete settings, planned for the shape of their data set, or what stands against it. */
export function checkSettings(settings: Settings): { problems: Problem[]; plan?: NetworkPlan } {
  const rounding = roundingProblems(settings);
  let plan: NetworkPlan | undefined;
  const problems = [
    ...rounding,
    ...refusals(() => {
      plan = plannedNetwork(settings);
    }),
    ...refusals(() => checkBackend(settings)),
    ...refusals(() => checkEarlyStopping(settings)),
    ...datasetProblems(settings),
    ...sampleProblems(settings),
    ...hints(settings),
  ];
  if (plan && rounding.length === 0) problems.push(...surrogateProblems(plan));
  return plan ? { problems, plan } : { problems };
}

/** The same seed twice would be the same run twice. */
export function seedProblems(seeds: readonly number[]): Problem[] {
  return seeds.flatMap((seed, i) =>
    seeds.indexOf(seed) < i
      ? [
          {
            path: ['seeds', i],
            place: 'value',
            severity: 'error',
            message: `The seed ${seed} is given twice, which would be the same run twice; remove one of the two.`,
          },
        ]
      : [],
  );
}

function datasetProblems({ dataset }: Settings): Problem[] {
  const found = definitionOf(dataset).problems?.(dataset) ?? [];
  return found.map(({ path, severity, complaint }) => problem(['dataset', ...path], severity, complaint));
}

/** The test set chooses nothing, so without a validation set there is nothing that could tell when to stop. */
function checkEarlyStopping({ dataset, training }: Settings): void {
  // How many samples there are may be known from the files alone; that there are none is known without.
  if (!training.earlyStopping || shapeOf(dataset).sizes.validation !== 0) return;
  const remedy =
    'validationSamples' in dataset
      ? 'set dataset.validationSamples above 0'
      : dataset.name === 'events'
        ? 'give dataset.split a validation share or group'
        : 'set dataset.validation to true';
  throw new SettingError(['training', 'earlyStopping'], `needs a validation set: ${remedy}.`);
}

/** In words of settings; whoever runs the network asks the backend itself. */
function checkBackend({ backend, network }: Settings): void {
  const placed = network.conv ? 'conv' : network.resnet ? 'resnet' : undefined;
  if (placed && backend === 'event')
    throw new SettingError(
      ['network', placed],
      'needs `backend: tfjs` or `reference`; the event backend has dense layers only.',
    );
}

function plannedNetwork(settings: Settings): NetworkPlan {
  const plan = planNetwork(settings, shapeOf(settings.dataset));
  const weights = countOf(plan);
  if (weights > MAX_WEIGHTS)
    throw new SettingError(
      ['network', 'hidden'],
      `makes ${weights.toLocaleString('en')} weights; at most ${MAX_WEIGHTS.toLocaleString('en')} fit, so take fewer neurons.`,
    );
  return plan;
}

function refusals(check: () => void): Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return [problem(error.path, 'error', error.complaint)];
  }
}

const problem = (path: Problem['path'], severity: Problem['severity'], complaint: string): Problem => ({
  path,
  place: 'value',
  severity,
  message: `\`${pathText(path)}\` ${complaint}`,
});
