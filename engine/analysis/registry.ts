/** The analyses there are, by id. */
import * as z from 'zod';
import { UserError } from '../base/errors.ts';
import type { Analysis } from './analysis.ts';
import { attack } from './attack/attack.ts';
import { embedding } from './embedding/embedding.ts';
import { errors } from './errors/errors.ts';
import { evaluate } from './evaluate.ts';
import { landscape } from './landscape/landscape.ts';
import { resolution } from './resolution/resolution.ts';
import { robustness } from './robustness/robustness.ts';
import { spikes } from './spikes/spikes.ts';

/** Parameters come checked by the analysis' own schema, so what they are is its own business. */
// biome-ignore lint/suspicious/noExplicitAny: parameters and results differ from one to the next.
export const ANALYSES: readonly Analysis<any, unknown>[] = [
  evaluate,
  spikes,
  errors,
  landscape,
  resolution,
  robustness,
  embedding,
  attack,
];

/** Throws a UserError. */
export function analysisOf(id: string): Analysis<unknown, unknown> {
  const found = ANALYSES.find((analysis) => analysis.id === id);
  if (!found) throw new UserError(`There is no analysis "${id}"; there are ${ANALYSES.map((a) => a.id).join(', ')}.`);
  return found;
}

/** Complete parameters. Throws a UserError that names the one at fault. */
export function paramsOf({ id, params }: Analysis<unknown, unknown>, asked: Record<string, unknown>): unknown {
  const checked = params.safeParse(asked);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0]!;
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys' && path.length === 0 && params instanceof z.ZodObject)
    throw new UserError(`${id} has no parameter "${issue.keys[0]}"; it has ${Object.keys(params.shape).join(', ')}.`);
  throw new UserError(`${id} cannot be asked so: ${[...path.map(String), message].join(': ')}.`);
}
