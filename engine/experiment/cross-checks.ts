/** What no field tells by itself: settings that are right one by one and impossible together. */

import { UserError } from '../base/errors.ts';
import { checkDelayedXor } from '../datasets/sets/delayed-xor/read.ts';
import { parametersOf, planNetwork } from '../models/network.ts';
import type { Path } from './assist/describe.ts';
import type { Problem } from './problems.ts';
import type { Settings } from './schema.ts';

/** With gradients and the optimizer's moments, 4 GiB. */
const MAX_WEIGHTS = 2 ** 28;

export function crossProblems(settings: Settings): Problem[] {
  const { dataset } = settings;
  const problems = [...refusals(() => checkNetwork(settings)), ...refusals(() => checkEarlyStopping(settings))];
  if (dataset.name === 'delayed-xor') {
    problems.push(...refusals(() => checkDelayedXor(dataset)));
    const { lowRate, highRate } = dataset;
    if (lowRate >= highRate)
      problems.push({
        path: ['dataset', 'lowRate'],
        place: 'value',
        severity: 'warning',
        message: `\`dataset.lowRate\` (${lowRate}) should be below \`dataset.highRate\` (${highRate}); ${
          lowRate === highRate ? 'with equal rates there is nothing to tell apart' : 'the pulses would swap their names'
        }.`,
      });
  }
  return problems;
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

/** The test set chooses nothing, so without a validation set there is nothing that could tell when to stop. */
function checkEarlyStopping({ dataset, training }: Settings): void {
  if (!training.earlyStopping) return;
  const held =
    dataset.name === 'ssc'
      ? dataset.validation
      : dataset.validationSamples > 0 || (dataset.name === 'shd' && dataset.validationSpeakers.length > 0);
  const remedy = dataset.name === 'ssc' ? 'set dataset.validation to true' : 'set dataset.validationSamples above 0';
  if (!held) throw new RangeError(`training.earlyStopping needs a validation set: ${remedy}.`);
}

function checkNetwork(settings: Settings): void {
  const { dataset } = settings;
  // Recordings whose length only the files tell are checked when they are read.
  const steps = 'steps' in dataset && typeof dataset.steps === 'number' ? dataset.steps : Number.MAX_SAFE_INTEGER;
  const plan = planNetwork(settings, { inputs: 1, classes: 2, steps, encoding: 'events' });
  const weights = parametersOf(plan).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (weights > MAX_WEIGHTS)
    throw new RangeError(
      `network.hidden makes more than ${weights.toLocaleString('en')} weights; at most ${MAX_WEIGHTS.toLocaleString('en')} fit, so take fewer neurons.`,
    );
}

/** Messages of RangeErrors and UserErrors begin with the path of the field at fault. */
function refusals(check: () => void): Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof UserError)) throw error;
    const name = /^[a-z]\w*(?:\.\w+)+/i.exec(error.message)?.[0];
    const path: Path = name === undefined ? ['network'] : name.split('.');
    const message = name === undefined ? error.message : `\`${name}\`${error.message.slice(name.length)}`;
    return [{ path, place: 'value', severity: 'error', message }];
  }
}
