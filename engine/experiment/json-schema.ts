/**
 * The experiment file as JSON Schema (draft-07), made from the zod schema. Editors read the written file; messages,
 * completions, hovers and the reference page read the same tree here.
 */
import * as z from 'zod';
import { experimentSchema } from './schema.ts';

/** The part of draft-07 that the experiment file needs. */
export interface SchemaNode {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null' | ('object' | 'null')[];
  description?: string;
  default?: unknown;
  examples?: unknown[];
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  items?: SchemaNode;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  additionalProperties?: boolean | SchemaNode;
  propertyNames?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
}

/** What a variant can override. */
export const SETTINGS = ['dataset', 'model', 'backend', 'network', 'neuron', 'training'] as const;

let cached: SchemaNode | undefined;

/** The whole file. `variants` holds the settings again, with nothing required and without defaults. */
export function experimentNode(): SchemaNode {
  cached ??= build();
  return cached;
}

/** What a variant's settings must be once they are merged over those of the file. */
export function settingsNode(): SchemaNode {
  const properties = experimentNode().properties!;
  return { type: 'object', properties: Object.fromEntries(SETTINGS.map((name) => [name, properties[name]!])) };
}

/** Text of schemas/lif.schema.json. */
export function jsonSchemaText(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'LIF Lab experiment',
    ...experimentNode(),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function build(): SchemaNode {
  const { $schema: _, ...generated } = z.toJSONSchema(experimentSchema, { target: 'draft-7', io: 'input' });
  const root = tidy(generated as SchemaNode);
  const properties = root.properties!;
  properties.variants = {
    ...properties.variants!,
    additionalProperties: {
      type: ['object', 'null'],
      description: 'What this variant changes: any of the settings above, and only what differs.',
      properties: Object.fromEntries(SETTINGS.map((name) => [name, override(properties[name]!)])),
      additionalProperties: false,
    },
  };
  return root;
}

/** Without the limits that every whole number has. */
function tidy(node: SchemaNode): SchemaNode {
  const { maximum, minimum, ...rest } = mapChildren(node, tidy);
  return {
    ...rest,
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
  };
}

/** The same field in a variant: what is not given there is as above, so nothing is required and nothing has a default. */
function override(node: SchemaNode): SchemaNode {
  // Lists replace those above as a whole: what is in them must be complete.
  const changed = node.type === 'array' ? node : mapChildren(node, override);
  const { default: _, required: __, oneOf, ...rest } = changed;
  return oneOf ? { ...rest, anyOf: oneOf } : rest;
}

function mapChildren(node: SchemaNode, change: (child: SchemaNode) => SchemaNode): SchemaNode {
  const { properties, items, anyOf, oneOf, additionalProperties } = node;
  return {
    ...node,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, change(child)])),
    }),
    ...(items && { items: change(items) }),
    ...(anyOf && { anyOf: anyOf.map(change) }),
    ...(oneOf && { oneOf: oneOf.map(change) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: change(additionalProperties) }),
  };
}
