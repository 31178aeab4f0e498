/** docs/experiment-file.md: the reference page, from the same schema as everything else. */
import { Document, visit } from 'yaml';
import { experimentNode, type SchemaNode } from '../json-schema.ts';
import { choices, discriminator, expected, forms, nested, type Path, pathText, scalarText } from './describe.ts';
import { defaultText } from './markdown.ts';

const INTRODUCTION = `# The experiment file

<!-- Generated from engine/experiment/schema.ts by \`node scripts/generate.mjs\`; do not edit by hand. -->

An experiment file (\`*.lif.yaml\`, or \`*.lif.json\`) is one study: a data set, a network, training settings, and the
variants to compare. What stands at the top holds for all variants; a variant names only what differs.

- A variant's mappings merge with those above, field by field; its numbers, texts and lists replace those above.
- A mapping that gives another \`name\`, \`kind\` or \`shape\` than the one above replaces it as a whole.
- Every variant is run once with every seed.
- \`lif validate FILE\` checks a file; \`lif run FILE --set training.epochs=3\` changes a setting for once, under what
  the variants set themselves.

"Paper" is Yin et al., *Understanding the Functional Roles of Modelling Components in Spiking Neural Networks*;
"reference [23]" is the one of that number in it. What the paper leaves open is a field, and its description says where
the default comes from.

What is logged: loss and accuracy are means over samples, of the training samples as they were met during the epoch and
of the held-out sets after it; class weights and spike penalty act on gradients alone and are in no logged loss. The
**spike rate** of a layer is its spikes divided by neurons, time steps and samples, over the test set: 0.05 is one spike
per neuron in twenty steps.
`;

const EXAMPLE = {
  name: 'Delayed spiking XOR',
  dataset: { name: 'delayed-xor', steps: 50 },
  network: { hidden: [16], readout: { kind: 'leaky-integrator', window: 9, leak: { learnable: true } } },
  neuron: { leak: { learnable: true }, reset: 'hard' },
  training: { epochs: 40 },
  variants: {
    baseline: {},
    'without leakage': { neuron: { leak: 1 } },
    'without reset': { neuron: { reset: 'none' } },
  },
  seeds: [1, 2, 3],
};

/** \`neuron\` before \`network\`, whose layers refer to it. */
const SECTIONS = ['dataset', 'neuron', 'network', 'training', 'variants', 'seeds', 'expect', 'analyses', 'slurm'];

/** Text of docs/experiment-file.md. */
export function referenceText(): string {
  const root = experimentNode();
  const page = new Page();
  page.add(INTRODUCTION, code(EXAMPLE), '## Fields of the file', page.table(root, []));
  for (const name of SECTIONS) page.section(root.properties![name]!, [name], 2);
  return `${page
    .text()
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

class Page {
  private readonly parts: string[] = [];
  private readonly written = new Set<string>();
  /** Mappings that are explained already, by the names of their fields: the same ones occur in several places. */
  private readonly explained = new Map<string, string>();

  add(...parts: string[]): void {
    this.parts.push(...parts);
  }

  text(): string {
    return this.parts.join('\n\n');
  }

  section(node: SchemaNode, path: Path, level: number): void {
    const name = pathText(path);
    // Several forms of a mapping can have the same field.
    if (this.written.has(name)) return;
    this.written.add(name);
    this.add(`${'#'.repeat(Math.min(level, 6))} \`${name}\``, node.description ?? '', requirement(node));
    const mappings = forms(node).filter((form) => form.properties);
    const signature = signatureOf(mappings);
    const elsewhere = signature === '' ? undefined : this.explained.get(signature);
    if (elsewhere !== undefined) {
      this.add(`The fields are those of [\`${elsewhere}\`](#${anchor(elsewhere)}).`);
      return;
    }
    this.explained.set(signature, name);
    const example = exampleOf(node, path);
    if (example !== undefined) this.add(code(example));
    for (const form of mappings) this.form(form, node, path, level);
    const items = node.items;
    if (items && forms(items).some((form) => form.properties)) this.section(items, [...path, 0], level + 1);
  }

  private form(form: SchemaNode, node: SchemaNode, path: Path, level: number): void {
    const key = forms(node).length > 1 ? discriminator(node) : undefined;
    const sort = key === undefined ? undefined : form.properties![key];
    if (key !== undefined && sort) {
      const names = choices(sort).map(scalarText);
      this.add(`${'#'.repeat(Math.min(level + 1, 6))} \`${key}: ${names.join(' | ')}\``, sort.description ?? '');
      // With every default written out.
      if (path.length === 1) this.add(code({ [pathText(path)]: { [key]: names[0], ...defaultsOf(form) } }));
    }
    this.add(this.table(form, key === undefined ? [] : [key]));
    for (const [name, child] of Object.entries(form.properties!))
      if (forms(child).some((inner) => inner.properties) || (child.items && !isPlain(child.items)))
        this.section(child, [...path, name], level + 1);
  }

  table(form: SchemaNode, without: string[]): string {
    const rows = Object.entries(form.properties ?? {}).filter(([name]) => !without.includes(name));
    if (rows.length === 0) return '';
    const lines = rows.map(([name, child]) => {
      const needed = form.required?.includes(name) && child.default === undefined;
      const standard = needed ? 'required' : defaultText(child);
      return `| \`${name}\` | ${cell(valueText(child))} | ${cell(standard)} | ${cell(child.description ?? '')} |`;
    });
    return ['| Field | Value | Default | |', '|---|---|---|---|', ...lines].join('\n');
  }
}

function isPlain(node: SchemaNode): boolean {
  return !forms(node).some((form) => form.properties);
}

function signatureOf(mappings: SchemaNode[]): string {
  return mappings.map((form) => Object.keys(form.properties!).join(' ')).join(' / ');
}

/** What a cell of a table says of a value; mappings have a section of their own. */
function valueText(node: SchemaNode): string {
  if (isPlain(node)) return expected(node);
  const rest = forms(node).filter((form) => !form.properties);
  return [...rest.map(expected), 'a mapping'].join(' or ');
}

function requirement(node: SchemaNode): string {
  if (node.properties || node.oneOf) return '';
  const standard = defaultText(node);
  return `Value: ${valueText(node)}.${standard && ` Default: ${standard}.`}`;
}

function exampleOf(node: SchemaNode, path: Path): unknown {
  if (path.some((part) => typeof part === 'number')) return undefined;
  const value = node.examples?.at(-1) ?? (node.properties && path.length === 1 ? defaultsOf(node) : undefined);
  return value === undefined ? undefined : nested(path, value);
}

/** The fields of a mapping that have defaults or examples, with them. */
function defaultsOf(form: SchemaNode): Record<string, unknown> {
  const entries = Object.entries(form.properties ?? {}).map(([name, child]) => {
    const nested = child.properties && child.default !== undefined ? defaultsOf(child) : undefined;
    return [name, nested ?? child.default ?? (form.required?.includes(name) ? child.examples?.[0] : undefined)];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function code(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Seq(_, list) {
      list.flow = true;
    },
  });
  return `\`\`\`yaml\n${document.toString({ flowCollectionPadding: false, lineWidth: 100 }).trimEnd()}\n\`\`\``;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}

/** As code hosts make anchors of headings. */
function anchor(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9_-]/g, '');
}
