/** Networks are trained in 32-bit numbers: what the settings become there must be allowed, too. */
import { pathText } from '../../base/errors.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import { expected, forms, isMapping, nodeAt, type Path } from '../assist/describe.ts';
import { type SchemaNode, settingsNode } from '../json-schema.ts';
import type { Settings } from '../schema.ts';
import type { Problem } from './problems.ts';

/** The settings that reach the kernels. */
const TRAINED: Path[] = [['neuron'], ['network'], ['training'], ['dataset', 'coding']];

/** Numbers that leave their limits when they are rounded to 32 bits, such as an epsilon of 1e-46, which is 0. */
export function roundingProblems(settings: Settings): Problem[] {
  return numbersIn(settings, []).flatMap(({ path, value }) => {
    const rounded = Math.fround(value);
    if (!TRAINED.some((section) => section.every((name, i) => path[i] === name)) || rounded === value) return [];
    const node = nodeAt(settingsNode(), path, settings);
    if (!node || allows(node, rounded)) return [];
    const becomes = Number.isFinite(rounded) ? String(rounded) : 'infinite';
    const right = expected(forms(node).find(isNumber) ?? node);
    const message = `\`${pathText(path)}\` is ${value}, which is ${becomes} in the 32-bit numbers that networks are trained in; it must be ${right} there, too.`;
    return [{ path, place: 'value', severity: 'error', message }];
  });
}

/** What follows from the settings is infinite: the height of a surrogate of almost no width. */
export function surrogateProblems(plan: NetworkPlan): Problem[] {
  const infinite = numbersIn(plan, []).some(({ value }) => !Number.isFinite(Math.fround(value)));
  const message =
    '`neuron.surrogate.width` is so small that the height of the surrogate is infinite in the 32-bit numbers that networks are trained in; widen it, or give `neuron.surrogate.height`.';
  return infinite ? [{ path: ['neuron', 'surrogate', 'width'], place: 'value', severity: 'error', message }] : [];
}

const isNumber = ({ type }: SchemaNode): boolean => type === 'number' || type === 'integer';

function allows(node: SchemaNode, value: number): boolean {
  return forms(node).some(
    (form) =>
      isNumber(form) &&
      Number.isFinite(value) &&
      value >= (form.minimum ?? Number.NEGATIVE_INFINITY) &&
      value <= (form.maximum ?? Number.POSITIVE_INFINITY) &&
      value > (form.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
      value < (form.exclusiveMaximum ?? Number.POSITIVE_INFINITY),
  );
}

/** Every number in plain data, with its path. */
export function numbersIn(value: unknown, path: Path): { path: Path; value: number }[] {
  if (typeof value === 'number') return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item, i) => numbersIn(item, [...path, i]));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => numbersIn(inner, [...path, name]));
}
