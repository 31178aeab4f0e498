/** The settings that can be columns of a matrix: where they stand, what they mean, what may stand in them. */
import type { MatrixColumn } from '../../../protocol/matrix.ts';
import { choices, expected, fields, forms, isMapping, own, type Path, pathText } from '../assist/describe.ts';
import { type SchemaNode, settingsNode } from '../json-schema.ts';
import { flowText } from '../text/flow-text.ts';

/** What the paper takes apart; always there. */
export const COMPONENTS: readonly string[] = [
  'model',
  'neuron.leak',
  'neuron.reset',
  'neuron.recurrent',
  'neuron.surrogate.shape',
];

/** The paper's words for what can stand in a component. */
const WORDS: Record<string, readonly { text: string; label: string }[]> = {
  'neuron.leak': [
    { text: '1', label: 'none (k = 1)' },
    { text: '0', label: 'complete (k = 0)' },
    { text: '{ learnable: true }', label: 'learnable' },
    { text: '0.3', label: 'k = 0.3' },
  ],
};

/** The fields in settings like these, as columns, in the order of the schema. */
export function columnsOf(settings: unknown): MatrixColumn[] {
  return leavesOf(settingsNode(), settings, []).map(({ path, node }) => columnOf(pathText(path), node));
}

interface Leaf {
  path: Path;
  node: SchemaNode;
}

/** Mappings are gone into; what may also be something else than a mapping (a leak, for instance) is one field. */
function leavesOf(node: SchemaNode, data: unknown, path: Path): Leaf[] {
  const inner = forms(node).every((form) => form.properties) ? [...fields(node, isMapping(data) ? data : {})] : [];
  if (inner.length === 0) return [{ path, node }];
  return inner.flatMap(([name, child]) => leavesOf(child, own(data, name), [...path, name]));
}

function columnOf(field: string, node: SchemaNode): MatrixColumn {
  const flag = forms(node).some(({ type }) => type === 'boolean');
  const values = flag ? [false, true] : choices(node);
  const all = forms(node).every((form) => form.const !== undefined || form.enum || form.type === 'boolean');
  const texts = values.map(flowText);
  return {
    field,
    about: node.description ?? '',
    expected: expected(node),
    choices: WORDS[field] ?? texts.map((text) => ({ text })),
    closed: all && texts.length > 0,
  };
}
