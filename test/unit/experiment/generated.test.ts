import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { referenceText } from '../../../engine/experiment/assist/reference.ts';
import { experimentNode, jsonSchemaText, SETTINGS } from '../../../engine/experiment/json-schema.ts';

const committed = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const HINT = 'run `node scripts/generate.mjs`';

describe('generated files are those of the schema', () => {
  test('schemas/lif.schema.json', () =>
    expect(committed('schemas/lif.schema.json') === jsonSchemaText(), HINT).toBe(true));
  test('docs/experiment-file.md', () =>
    expect(committed('docs/experiment-file.md') === referenceText(), HINT).toBe(true));
});

describe('the JSON Schema', () => {
  const variant = experimentNode().properties!.variants!.additionalProperties as {
    properties: Record<string, Record<string, unknown>>;
  };

  test('lets a variant override any setting, and requires none', () => {
    expect(Object.keys(variant.properties)).toEqual([...SETTINGS]);
    const { hidden, conv, ...network } = variant.properties.network!.properties as Record<string, unknown>;
    const whole = experimentNode().properties!.network!.properties!;
    expect({ hidden, conv }).toEqual({ hidden: whole.hidden, conv: whole.conv });
    const rest = JSON.stringify({ ...variant.properties, network });
    for (const word of ['"required":', '"default":', '"oneOf":']) expect(rest.includes(word), word).toBe(false);
  });

  test('describes every field', () => {
    const bare: string[] = [];
    const walk = (node: ReturnType<typeof experimentNode>, path: string) => {
      for (const form of node.anyOf ?? node.oneOf ?? []) walk(form, path);
      for (const [name, child] of Object.entries(node.properties ?? {})) {
        const forms = child.anyOf ?? child.oneOf ?? [];
        if (!child.description && !forms.every((form) => form.description)) bare.push(`${path}.${name}`);
        walk(child, `${path}.${name}`);
      }
    };
    walk(experimentNode(), '');
    expect(bare).toEqual([]);
  });
});
