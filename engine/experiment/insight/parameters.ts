import { UserError } from '../../base/errors.ts';
import { shapeOf } from '../../datasets/describe.ts';
import { planNetwork } from '../../models/build/network.ts';
import { countOf } from '../../models/parameters.ts';
import type { Settings } from '../schema.ts';

/** Numbers that are trained; null where the files of the data alone tell, or where there is no such network. */
export function parametersOf(settings: Settings): number | null {
  const shape = shapeOf(settings.dataset);
  if (!Number.isInteger(shape.inputs) || !Number.isInteger(shape.classes)) return null;
  try {
    return countOf(planNetwork(settings, shape));
  } catch (error) {
    // Said with line and column by the checks of the file, or when the data are opened.
    if (error instanceof UserError) return null;
    throw error;
  }
}
