/** A field of the experiment file explained in Markdown. */

import type { SchemaNode } from '../json-schema.ts';
import { flowText } from '../text/flow-text.ts';
import { choices, expected, forms, nested, type Path, pathText } from './describe.ts';

/** Name, what it takes, what it does, its default and an example. */
export function fieldMarkdown(node: SchemaNode, path: Path): string {
  const example = exampleLine(node, path);
  return [
    `**${pathText(path)}**: ${expected(node)}`,
    node.description ?? '',
    defaultText(node) && `Default: ${defaultText(node)}`,
    example && `\`\`\`yaml\n${example}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Empty for mappings whose fields have defaults of their own. */
export function defaultText({ default: standard }: SchemaNode): string {
  const text = standard === undefined ? '{}' : flowText(standard);
  return text === '{}' ? '' : `\`${text}\``;
}

/** What one of the values that a field can have means; undefined when the schema says nothing of it alone. */
export function choiceMarkdown(node: SchemaNode, value: unknown): string | undefined {
  const form = forms(node).find((each) => choices(each).includes(value));
  const about = form?.description ?? node.description;
  return about && `**${flowText(value)}**\n\n${about}`;
}

/** `neuron: { leak: 0.3 }`; empty when the schema knows no value. */
export function exampleLine(node: SchemaNode, path: Path): string {
  const value = node.examples?.[0] ?? node.default ?? choices(node)[0];
  if (value === undefined || path.length === 0 || path.some((name) => typeof name === 'number')) return '';
  const whole = nested(path, value);
  return flowText(whole).replace(/^\{ | \}$/g, '');
}
