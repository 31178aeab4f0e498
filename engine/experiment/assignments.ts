/** `--set path=value`: settings of the file changed from the command line. */
import { UserError } from '../base/errors.ts';
import { isMapping, namesIn, own, type Path } from './assist/describe.ts';
import { validateExperiment } from './checks/validate.ts';
import { mergeSettings, namesAnother } from './merge.ts';
import { type Experiment, experimentSchema } from './schema.ts';
import { parseSource, plain } from './text/source.ts';

interface Assignment {
  /** As it was typed. */
  text: string;
  path: string[];
  value: unknown;
}

/**
 * The experiment with these assignments, each `path=value`: a dotted path into the file and a value as in YAML, e.g.
 * `training.epochs=3`, `network.hidden=[32, 16]`, `variants.without reset.neuron.leak=1`. They change the file's own
 * settings; what a variant sets for itself still goes over them. Throws a UserError that says what is allowed.
 */
export function applySets(experiment: Experiment, sets: readonly string[]): Experiment {
  if (sets.length === 0) return experiment;
  const names = experiment.variants.map(({ name }) => name);
  const assignments = sets.map((text) => parseAssignment(text, names));
  const overrides = Object.fromEntries(experiment.variants.map(({ name, override }) => [name, override]));
  let raw: unknown = { ...experiment, variants: overrides };
  for (const { path, value, text } of assignments) raw = assign(raw, path, value, text, []);
  const verdict = validateExperiment(raw, [...new Set([...names, ...namesIn(own(raw, 'variants'))])]);
  if (verdict.experiment) return verdict.experiment;
  const problem = verdict.problems.find(({ severity }) => severity === 'error')!;
  const blamed = assignments.findLast(({ path }) => overlaps(path, problem.path)) ?? assignments.at(-1)!;
  const where = problem.variant === undefined ? '' : `in the variant "${problem.variant}", `;
  throw new UserError(`--set ${blamed.text}: ${where}${problem.message}`);
}

/** Whether the path of an assignment begins with a field of the file. */
export function isSetting(assignment: string): boolean {
  const [field] = assignment.split(/[.=]/, 1);
  return Object.hasOwn(experimentSchema.shape, field!.trim());
}

function parseAssignment(text: string, variants: string[]): Assignment {
  const equals = text.indexOf('=');
  const path = equals < 0 ? [] : splitPath(text.slice(0, equals).trim(), variants);
  if (path.length === 0 || path.some((part) => part === '' || part === '__proto__'))
    throw new UserError(`--set ${text}: write path=value, for instance --set training.epochs=3.`);
  const { root, problems } = parseSource(text.slice(equals + 1), '');
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong) throw new UserError(`--set ${text}: ${wrong.message}`);
  return { text, path, value: root ? plain(root) : null };
}

/** Names of variants may have dots in them. */
function splitPath(path: string, variants: string[]): string[] {
  const start = 'variants.';
  const rest = path.slice(start.length);
  const name = path.startsWith(start)
    ? variants
        .filter((variant) => rest === variant || rest.startsWith(`${variant}.`))
        .sort((a, b) => b.length - a.length)[0]
    : undefined;
  if (name === undefined) return path.split('.');
  return ['variants', name, ...(rest === name ? [] : rest.slice(name.length + 1).split('.'))];
}

function assign(base: unknown, path: readonly string[], value: unknown, text: string, done: string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return mergeSettings(base, value, settingsPath(done));
  if (Array.isArray(base)) {
    const index = /^\d+$/.test(key) ? Number(key) : base.length;
    if (index >= base.length)
      throw new UserError(
        `--set ${text}: \`${done.join('.')}\` has the entries 0 to ${base.length - 1}, not \`${key}\`; or give the whole list, as in ${done.join('.')}=[1, 2].`,
      );
    return base.with(index, assign(base[index], rest, value, text, [...done, key]));
  }
  const changed = { [key]: assign(own(base, key), rest, value, text, [...done, key]) };
  return isMapping(base) && !namesAnother(base, changed, settingsPath(done)) ? { ...base, ...changed } : changed;
}

/** Within a variant, the same path without the variant. */
function settingsPath(path: string[]): Path {
  return path[0] === 'variants' ? path.slice(2) : path;
}

function overlaps(a: readonly string[], b: Path): boolean {
  return a.every((part, i) => i >= b.length || part === String(b[i]));
}
