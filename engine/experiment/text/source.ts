/**
 * The text of an experiment file as a tree of plain values that remember where they stand. Hostile until proved
 * otherwise: size, number of tokens, depth and what aliases expand to are all bounded, and nothing throws.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import { closingSign, jsonProblem, yamlSentence } from './syntax-messages.ts';
import { MAX_DEPTH, NOT_UTF8, parseYaml, TOO_DEEP } from './yaml-document.ts';

/** Offsets of the first character and of the one after the last. */
export interface Span {
  start: number;
  end: number;
}

export type Source = Span & { size: number } & (
    | { kind: 'scalar'; value: string | number | boolean | null }
    | { kind: 'sequence'; items: Source[] }
    | { kind: 'mapping'; entries: Map<string, { key: Span; value: Source }> }
  );

export interface SyntaxProblem extends Span {
  severity: 'error' | 'warning';
  message: string;
}

export interface Parsed {
  /** What could be read; also when there are problems. Absent when there is nothing to read. */
  root?: Source;
  problems: SyntaxProblem[];
}

/** Values after expansion of aliases. */
const MAX_VALUES = 50_000;
const MAX_PROBLEMS = 50;

/** Reads YAML, or JSON when the file's name ends in .json. Never throws. */
export function parseSource(text: string, file: string): Parsed {
  const json = file.endsWith('.json');
  // In JSON, tabs are space like any other; YAML is stricter, and inside JSON strings they cannot be.
  const parsed = parseYaml(json ? text.replaceAll('\t', ' ') : text);
  if ('refused' in parsed) return { problems: [parsed.refused] };
  const { document, more } = parsed;
  const problems: SyntaxProblem[] = [];
  const replaced = text.indexOf('\uFFFD');
  if (replaced >= 0) problems.push({ start: replaced, end: replaced + 1, severity: 'warning', message: NOT_UTF8 });
  const wrongJson = json ? jsonProblem(text) : undefined;
  if (wrongJson) problems.push({ ...wrongJson, severity: 'error' });
  if (more !== undefined && !json)
    problems.push({ start: more, end: more + 3, severity: 'error', message: yamlSentence('MULTIPLE_DOCS', '', '') });
  const builder = new Builder(problems, text);
  const root = document.contents ? builder.build(document.contents, 0) : undefined;
  // JSON that JSON.parse takes is taken; otherwise its own message is the better one.
  if (!json)
    for (const { pos, code, message } of [...document.errors, ...document.warnings])
      problems.push({
        ...(builder.opening(message) ?? { start: pos[0], end: Math.max(pos[1], pos[0] + 1) }),
        severity: 'error',
        message: yamlSentence(code, message, text.slice(pos[0], pos[1])),
      });
  // One mistake can upset the parser twice in the same place: the first message is the better one.
  const first = [...new Map(problems.toReversed().map((problem) => [problem.start, problem])).values()];
  return { ...(root && { root }), problems: first.sort((a, b) => a.start - b.start).slice(0, MAX_PROBLEMS) };
}

/** The value as plain data. Mappings become objects whose keys are never `__proto__`. */
export function plain(source: Source): unknown {
  switch (source.kind) {
    case 'scalar':
      return source.value;
    case 'sequence':
      return source.items.map(plain);
    case 'mapping':
      return Object.fromEntries([...source.entries].map(([key, { value }]) => [key, plain(value)]));
  }
}

const OPENING: Record<string, string> = { '}': '{', ']': '[', '"': '"', "'": "'" };
const CLOSING: Record<string, string> = { '{': '}', '[': ']', '"': '"', "'": "'" };
class Builder {
  private readonly anchors = new Map<string, Source | 'open'>();
  /** Where brackets and quotes open that never close. */
  private readonly unclosed: number[] = [];
  private readonly problems: SyntaxProblem[];
  private readonly text: string;

  constructor(problems: SyntaxProblem[], text: string) {
    this.problems = problems;
    this.text = text;
  }

  /** The parser reports a bracket or quote that never closes where the text ends; people look for where it opens. */
  opening(message: string): Span | undefined {
    const closing = closingSign(message);
    const start = closing && this.unclosed.findLast((offset) => this.text[offset] === OPENING[closing]);
    return start === undefined || start === '' ? undefined : { start, end: start + 1 };
  }

  /** Nodes come in the order of the text, so that an alias finds the latest anchor of its name before it. */
  build(node: Node | null | undefined, depth: number): Source {
    const [start, end] = node?.range ?? [0, 0];
    const span = { start, end };
    if (depth > MAX_DEPTH) return this.reject(span, TOO_DEEP);
    if (isAlias(node)) return this.alias(node.source, span);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor) this.anchors.set(anchor, 'open');
    const built = this.collection(node, span, depth);
    if (anchor) this.anchors.set(anchor, built);
    return built;
  }

  private collection(node: Node | null | undefined, span: Span, depth: number): Source {
    const closing = CLOSING[this.text[span.start] ?? ''];
    if (closing && this.isFlow(node) && (span.end - span.start < 2 || this.text[span.end - 1] !== closing))
      this.unclosed.push(span.start);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.build(item as Node | null, depth + 1));
      return this.bounded({ ...span, kind: 'sequence', items, size: total(items) });
    }
    if (isMap(node)) {
      const entries = new Map<string, { key: Span; value: Source }>();
      for (const pair of node.items) {
        const key = this.key(pair.key as Node | null, entries);
        const value = this.build(pair.value as Node | null, depth + 1);
        // An empty value has no place of its own: it is where its key ends.
        const placed = pair.value ? value : { ...value, start: key?.span.end ?? 0, end: key?.span.end ?? 0 };
        if (key) entries.set(key.name, { key: key.span, value: placed });
      }
      return this.bounded({
        ...span,
        kind: 'mapping',
        entries,
        size: total([...entries.values()].map((entry) => entry.value)),
      });
    }
    return { ...span, kind: 'scalar', value: isScalar(node) ? scalarValue(node) : null, size: 1 };
  }

  private isFlow(node: Node | null | undefined): boolean {
    if (isScalar(node)) return node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
    return (isMap(node) || isSeq(node)) && node.flow === true;
  }

  private key(node: Node | null, taken: Map<string, unknown>): { name: string; span: Span } | undefined {
    const [start, end] = node?.range ?? [0, 0];
    const span = { start, end };
    if (!isScalar(node)) {
      this.reject(span, 'The name of a field must be a plain word.');
      return undefined;
    }
    const name = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    if (name === '__proto__') this.reject(span, '`__proto__` cannot be the name of a field.');
    else if (name === '<<')
      this.reject(span, 'Merge keys (`<<`) are not supported: write the fields out, or override them in a variant.');
    else if (taken.has(name)) this.reject(span, `\`${name.slice(0, 60)}\` is given twice; remove one of the two.`);
    else return { name, span };
    return undefined;
  }

  private alias(name: string, span: Span): Source {
    const target = this.anchors.get(name);
    if (target === undefined) return this.reject(span, `There is no anchor \`&${name}\` before this alias.`);
    if (target === 'open') return this.reject(span, `The alias \`*${name}\` stands inside of its own anchor.`);
    return { ...target, ...span };
  }

  private bounded(source: Source): Source {
    if (source.size <= MAX_VALUES) return source;
    return this.reject(source, `The file has more than ${MAX_VALUES} values, which no experiment file has.`);
  }

  private reject({ start, end }: Span, message: string): Source {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ start, end, severity: 'error', message });
    return { start, end, kind: 'scalar', value: null, size: 1 };
  }
}

/** A `%YAML 1.1` line can bring dates and other objects in: they count as the text they were written as. */
function scalarValue({ value, source }: Scalar): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return source ?? String(value);
}

function total(values: Source[]): number {
  return values.reduce((sum, value) => sum + value.size, 1);
}
