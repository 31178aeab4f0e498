/** schemas/answers.schema.json: what `--json` prints, for programs that check or are generated. */
import * as z from 'zod';
import { ANSWERS, eventSchema } from './answers.ts';
import { failureSchema, problemSchema } from './failure.ts';
import { comparisonSchema, runSchema, verdictSchema } from './runs.ts';

/** What several answers hold, by the name under which they are described. */
const SHARED = {
  Run: runSchema,
  Comparison: comparisonSchema,
  Verdict: verdictSchema,
  Problem: problemSchema,
  Event: eventSchema,
  Failure: failureSchema,
};

type Node = Record<string, unknown>;

/** The definitions of all answers: `#/definitions/compare` is that of `lif compare`. */
export function answerDefinitions(): Record<string, Node> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...SHARED, ...ANSWERS })) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-7', io: 'input', uri: reference });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema as Node]),
  );
}

/** Those of the definitions that a schema refers to, and that these refer to, and the one of failures. */
export function usedBy(schema: Node, definitions: Record<string, Node>): Record<string, Node> {
  const used = new Set<string>(['Failure']);
  const visit = (node: unknown): void => {
    for (const [, id] of JSON.stringify(node).matchAll(/"#\/definitions\/([\w-]+)"/g))
      if (!used.has(id!) && definitions[id!]) {
        used.add(id!);
        visit(definitions[id!]);
      }
  };
  for (const node of [schema, definitions.Failure]) visit(node);
  return Object.fromEntries([...used].map((id) => [id, definitions[id]!]));
}

const reference = (id: string): string => `#/definitions/${id.replaceAll(' ', '-')}`;

/** Text of the file. The document of a command is valid against its own definition, or against `Failure`. */
export function answersSchemaText(): string {
  const definitions = Object.fromEntries(
    Object.entries(answerDefinitions()).map(([id, schema]) => [id.replaceAll(' ', '-'), schema]),
  );
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Answers of lif --json',
    description:
      'definitions/COMMAND is what "lif COMMAND --json" prints, definitions/Failure what it prints when the input was wrong.',
    anyOf: [...Object.keys(ANSWERS), 'Failure'].map((id) => ({ $ref: reference(id) })),
    definitions,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
