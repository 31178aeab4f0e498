/** From settings to a network plan. */
import { SettingError } from '../../base/errors.ts';
import type { Settings } from '../../experiment/schema.ts';
import { type NetworkPlan, unreachable } from '../plan.ts';
import { gatedNetwork } from './gated.ts';
import type { DataShape } from './layer.ts';
import { lifNetwork } from './lif.ts';

/** The network of a run over a data set of this shape. Throws a SettingError when it cannot be built. */
export function planNetwork(settings: Settings, shape: DataShape): NetworkPlan {
  const { model, training } = settings;
  const { classWeights } = training;
  if (classWeights && classWeights.length !== shape.classes)
    throw new SettingError(
      ['training', 'classWeights'],
      `has ${classWeights.length} entries, but the data set has ${shape.classes} classes.`,
    );
  switch (model) {
    case 'lif':
      return lifNetwork(settings, shape);
    case 'rnn':
    case 'lstm':
    case 'gru':
      return gatedNetwork(settings, model, shape);
    default:
      return unreachable(model);
  }
}
