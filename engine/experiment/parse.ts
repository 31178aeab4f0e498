/** From the text of an experiment file to an experiment, or to diagnostics with line and column. */
import type { Diagnostic, Outline } from '../../protocol/experiment.ts';
import type { Problem } from './checks/problems.ts';
import { validateExperiment } from './checks/validate.ts';
import { descend, locate, setsItself } from './locate.ts';
import { type Experiment, SLURM_TEXTS } from './schema.ts';
import { flowText } from './text/flow-text.ts';
import { parseSource, plain, type Source, type Span } from './text/source.ts';
import { LineIndex } from './text/text.ts';

export interface CheckedExperiment {
  /** In the order of the text, each only once. */
  diagnostics: Diagnostic[];
  /** Absent when the text is not even a YAML mapping. */
  outline?: Outline;
  /** With every default filled in; absent when there is an error among the diagnostics. */
  experiment?: Experiment;
}

const MAX_DIAGNOSTICS = 100;

/** `file` decides whether the text is YAML or, with `.json` at its end, JSON; nothing is read from disk. Never throws. */
export function checkExperiment(text: string, file: string): CheckedExperiment {
  const lines = new LineIndex(text);
  const { root, problems: syntax } = parseSource(text, file);
  const found: Found[] = syntax.map((problem) => ({ ...problem, path: '' }));
  const broken = syntax.some(({ severity }) => severity === 'error');
  if (root?.kind !== 'mapping') {
    if (!broken) found.push(notAMapping(text, root));
    return { diagnostics: diagnosticsOf(found, lines) };
  }
  const outline = outlineOf(root, lines);
  if (broken) return { diagnostics: diagnosticsOf(found, lines), outline };
  const { problems, experiment } = validateExperiment(plain(withTexts(root, text)), variantNames(root));
  const inheritedSoFar = new Set<string>();
  const own = new Set(problems.filter(({ variant }) => variant === undefined).map(({ message }) => message));
  for (const problem of problems) {
    const { span, path, inherited } = locate(root, problem);
    // What is wrong at the top is wrong in every variant, too: once is enough.
    if (problem.variant !== undefined && own.has(problem.message) && !setsItself(root, problem)) continue;
    // Nor does it help to have it from every variant that inherits the same.
    if (inherited && inheritedSoFar.has(problem.message)) continue;
    if (inherited) inheritedSoFar.add(problem.message);
    const written = text.slice(span.start, span.end);
    const said = problem.quoted ? inQuotes(problem.message, written) : problem.message;
    const message = inherited ? `In the variant \`${problem.variant}\`: ${said}` : said;
    found.push({ ...span, severity: problem.severity, message, path, ...replacementOf(problem, written, file) });
  }
  return { diagnostics: diagnosticsOf(found, lines), outline, ...(experiment && { experiment }) };
}

/** What to put in place of what is written; a value of another type in place of its quotes, too. */
function replacementOf(
  { replacement, converted, quoted }: Problem,
  written: string,
  file: string,
): Pick<Diagnostic, 'replacement' | 'whole'> {
  if (quoted && PLAIN_VALUE.test(written)) return { replacement: `"${written}"`, whole: true };
  if (converted !== undefined)
    return { replacement: file.endsWith('.json') ? JSON.stringify(converted) : flowText(converted), whole: true };
  return replacement === undefined ? {} : { replacement };
}

const PLAIN_VALUE = /^[\w.+:-]{1,40}$/;

/** The remedy with the value as it is written; where the place is not that of the value alone, without it. */
function inQuotes(message: string, written: string): string {
  return PLAIN_VALUE.test(written) ? message.replace(/\.$/, `: "${written}".`) : message;
}

function variantNames(root: Source): string[] {
  const variants = descend(root, ['variants']);
  return variants?.kind === 'mapping' ? [...variants.entries.keys()] : [];
}

/** The tree with the texts of `slurm` as they are written: YAML takes the account 0042 for the number 42. */
function withTexts(root: Extract<Source, { kind: 'mapping' }>, text: string): Source {
  const slurm = root.entries.get('slurm');
  if (slurm?.value.kind !== 'mapping') return root;
  const entries = new Map(slurm.value.entries);
  for (const name of SLURM_TEXTS) {
    const entry = entries.get(name);
    if (entry?.value.kind !== 'scalar' || typeof entry.value.value !== 'number') continue;
    const { start, end } = entry.value;
    entries.set(name, { ...entry, value: { ...entry.value, value: text.slice(start, end) } });
  }
  return { ...root, entries: new Map(root.entries).set('slurm', { ...slurm, value: { ...slurm.value, entries } }) };
}

type Found = Span & Pick<Diagnostic, 'severity' | 'message' | 'path' | 'replacement' | 'whole'>;

function diagnosticsOf(found: Found[], lines: LineIndex): Diagnostic[] {
  const once = new Map(found.map((entry) => [`${entry.start} ${entry.message}`, entry]));
  return [...once.values()]
    .sort((a, b) => a.start - b.start)
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ start, end, ...rest }) => ({ range: lines.range(start, end), ...rest }));
}

function notAMapping(text: string, root: Source | undefined): Found {
  const empty = root === undefined || (root.kind === 'scalar' && root.value === null);
  const start = empty ? 0 : root.start;
  const message = empty
    ? 'The file is empty; an experiment begins with `name:`, `dataset:`, `network:` and `variants:`.'
    : 'An experiment file is a mapping of fields, such as `name: My study` and `dataset: { name: delayed-xor }`.';
  return { start, end: empty ? 0 : text.length, severity: 'error', message, path: '' };
}

function outlineOf(root: Extract<Source, { kind: 'mapping' }>, lines: LineIndex): Outline {
  const name = root.entries.get('name');
  const variants = root.entries.get('variants')?.value;
  const seeds = root.entries.get('seeds')?.value;
  const expect = root.entries.get('expect')?.value;
  const numbers = seeds?.kind === 'sequence' ? seeds.items.map(plain) : [];
  const whole = numbers.filter((seed): seed is number => Number.isInteger(seed));
  const title = name?.value.kind === 'scalar' && typeof name.value.value === 'string' ? name.value.value : '';
  return {
    name: title,
    range: name ? lines.range(name.key.start, name.value.end) : lines.range(0, lines.lineEnd(0)),
    variants:
      variants?.kind === 'mapping'
        ? [...variants.entries].map(([variant, { key }]) => ({ name: variant, range: lines.range(key.start, key.end) }))
        : [],
    seeds: whole.length > 0 ? whole : [1],
    expectations:
      expect?.kind === 'sequence'
        ? expect.items.flatMap((item) =>
            item.kind === 'scalar' && typeof item.value === 'string'
              ? [{ text: item.value, range: lines.range(item.start, item.end) }]
              : [],
          )
        : [],
  };
}
