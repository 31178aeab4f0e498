/** What `--json` prints, held against schemas/answers.schema.json: every command, and what comes in place of its answer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ANSWERS } from '../../../engine/cli/answers/answers.ts';
import { answersSchemaText } from '../../../engine/cli/answers/json-schema.ts';
import { COMMANDS, runCli } from '../../../engine/cli/cli.ts';
import { EXIT_CODES } from '../../../engine/cli/exit-codes.ts';
import { Lab } from '../fake/lab.ts';
import { fakeTrainer } from '../fake/trainer.ts';

const printed = vi.hoisted(() => ({ documents: [] as unknown[] }));
vi.mock(import('../../../engine/cli/output.ts'), async (original) => ({
  ...(await original()),
  printJson: (document: unknown) => void printed.documents.push(JSON.parse(JSON.stringify(document))),
  printLines: () => {},
  say: () => {},
}));

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'schemas/answers.schema.json'), 'utf8');
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(JSON.parse(text), 'answers');

/** What the schema has against a document. */
function faults(definition: string, document: unknown): unknown {
  const validate = ajv.getSchema(`answers#/definitions/${definition.replaceAll(' ', '-')}`)!;
  return validate(document) ? [] : validate.errors;
}

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
  // Cursors.
  vi.stubEnv('LIF_DATA', join(lab.folder, 'data'));
});
afterAll(() => lab?.close());

/** One document of a command that runs in this process. */
async function lif(...args: string[]) {
  printed.documents.length = 0;
  const store = STORED.has(args[0]!) ? ['--store', lab.store] : [];
  const code = await runCli({ lif: [], loadTrainer: async () => fakeTrainer }, [...args, ...store, '--json']);
  expect(printed.documents, args.join(' ')).toHaveLength(1);
  return { code, document: printed.documents[0] as Record<string, never> };
}
const STORED = new Set(COMMANDS.filter(({ options }) => 'store' in options).map(({ name }) => name));

test('the schema is that of the code, has every command that prints JSON, and each command is in it', () => {
  expect(text === answersSchemaText(), 'schemas/answers.schema.json is old: npm run generate').toBe(true);
  const printing = COMMANDS.filter(({ internal, options }) => !internal && 'json' in options).map(({ name }) => name);
  expect(Object.keys(ANSWERS).toSorted()).toEqual(printing.toSorted());
});

test('exit codes stand in the documentation as in the code', () => {
  const rows = EXIT_CODES.map(({ code, meaning }) => `| ${code} | ${meaning} |`).join('\n');
  expect(readFileSync(join(root, 'docs/agents.md'), 'utf8')).toContain(rows);
});

describe('of a study with a validation set', () => {
  let ids: string[];
  let file: string;

  beforeAll(async () => {
    file = lab.study({
      variants: ['baseline', 'other'],
      seeds: [1],
      validation: true,
      more: 'expect: [other.accuracy > baseline.accuracy]\n',
    });
    const { stdout, code } = await lab.lif('run', file, '--json');
    const answer = JSON.parse(stdout);
    expect({ code, faults: faults('run', answer) }).toEqual({ code: 0, faults: [] });
    ids = answer.runIds;
  });

  test('every answer is as it is described', async () => {
    const calls: [string, ...string[]][] = [
      ['list'],
      ['show', ids[0]!],
      ['wait', ids[0]!, '--until', 'epoch=2'],
      ['events'],
      ['stop', ids[0]!],
      ['compare', file],
      ['compare', file, lab.file('second.lif.yaml', readFileSync(file, 'utf8'))],
      ['check', file],
      ['validate', file, '--estimate', '0'],
      ['report', file, '-o', join(lab.folder, 'report.md')],
      ['export', file, '--format', 'csv', '-o', join(lab.folder, 'metrics.csv')],
      ['data', 'list'],
      ['data', 'get', 'delayed-xor'],
      ['data', 'check', 'delayed-xor'],
      ['data', 'show', 'delayed-xor'],
    ];
    for (const [name, ...args] of calls) {
      const { document } = await lif(name, ...args);
      const definition = name === 'data' ? `${name} ${args[0]}` : name;
      expect(faults(definition, document), `${name} ${args.join(' ')}`).toEqual([]);
      // Nothing is printed that is not described, either.
      expect(ANSWERS[definition as keyof typeof ANSWERS].parse(document), name).toEqual(document);
    }
  });

  test('mistakes are JSON, too: with line, column, path and what was probably meant', async () => {
    const bad = lab.file('bad.lif.yaml', readFileSync(file, 'utf8').replace('epochs', 'epohcs'));
    for (const args of [
      ['compare', bad],
      ['run', bad],
      ['check', bad],
    ]) {
      const { code, document } = await lif(...args);
      expect({ code, faults: faults('Failure', document) }).toEqual({ code: 2, faults: [] });
      expect(document).toMatchObject({
        error: {
          code: 2,
          problems: [
            { file: bad, line: 4, column: 13, severity: 'error', path: 'training.epohcs', suggestion: 'epochs' },
          ],
        },
      });
    }
    const { code, document } = await lif('validate', bad);
    expect({ code, faults: faults('validate', document) }).toEqual({ code: 2, faults: [] });
    expect(document).toMatchObject({ valid: false, problems: [{ line: 4, suggestion: 'epochs' }], variants: [] });
    for (const args of [
      ['show', 'nothing'],
      ['wait', ids[0]!, '--until', 'noon'],
      ['lsit'],
      ['list', '--stroe', 'x'],
    ]) {
      const answer = await lif(...args);
      expect({ args, code: answer.code, faults: faults('Failure', answer.document) }).toEqual({
        args,
        code: 2,
        faults: [],
      });
    }
  });

  test('the test set is left out until it is asked for, and then with a caution', async () => {
    const without = JSON.stringify([
      (await lif('list')).document,
      (await lif('show', ids[0]!)).document.summary,
      (await lif('compare', file)).document,
      (await lif('events')).document,
    ]);
    expect(without).not.toContain('"test":{"loss"');
    expect(without).not.toContain('testInterval');
    const [shown] = (await lif('list')).document.runs as { result: { validation: object } }[];
    expect(shown!.result).toMatchObject({ of: 'validation', ...shown!.result.validation });
    const seen = (await lif('compare', file)).document as unknown as { rows: { accuracy: { mean: number } }[] };
    expect(seen).toMatchObject({
      split: 'validation',
      rows: [{}, { verdict: { kind: 'undecided', decided: false, n: 1 } }],
    });
    const tested = (await lif('compare', file, '--test')).document as unknown as typeof seen;
    expect(tested).toMatchObject({ split: 'test', caution: expect.stringContaining('once, at the end') as string });
    // The fake validation set is half as good, seed by seed.
    expect(tested.rows[1]!.accuracy.mean).toBeCloseTo(2 * seen.rows[1]!.accuracy.mean, 12);
    expect(JSON.stringify((await lif('list', '--test')).document)).toContain('"test":{"loss"');
  });

  test('events go on from their cursor, in pages, and none is told twice', async () => {
    const kinds = (document: unknown) => (document as { events: { kind: string }[] }).events.map(({ kind }) => kind);
    const all = (await lif('events')).document as unknown as { cursor: string; more: boolean };
    const once = ['queued', 'running', 'epoch', 'epoch', 'epoch', 'finished'];
    expect(kinds(all)).toEqual([...once, ...once]);
    const told: string[] = [];
    let page = (await lif('events', '--limit', '5')).document as unknown as typeof all;
    for (told.push(...kinds(page)); page.more; told.push(...kinds(page)))
      page = (await lif('events', '--limit', '5', '--since', page.cursor)).document as unknown as typeof all;
    expect(told).toEqual(kinds(all));
    expect(page.cursor).toBe(all.cursor);
    expect((await lif('events', '--since', 'now')).document).toMatchObject({ events: [], cursor: all.cursor });
    await lab.lif('resume', ids[0]!, '--epochs', '4');
    const later = (await lif('events', '--since', all.cursor)).document;
    expect(kinds(later)).toEqual(['resumed', 'epoch', 'finished']);
    expect((await lif('events', '--since', '0123456789ab')).code).toBe(2);
  });

  test('help tells a program all that it needs', async () => {
    const { document } = await lif('help');
    expect(document.exitCodes).toEqual(EXIT_CODES);
    const compare = (await lif('help', 'compare')).document as unknown as { definitions: object };
    expect(Object.keys(compare.definitions)).toEqual(expect.arrayContaining(['Failure', 'Run', 'Verdict']));
  });

  test('validate names parameters and seeds of every variant', async () => {
    const { document } = await lif('validate', file, '--estimate', '0');
    // 20 inputs to 4 neurons, these to 2 outputs, each with a bias.
    expect(document).toMatchObject({
      runs: 2,
      variants: [{ variant: 'baseline', seeds: [1], epochs: 3, parameters: 94 }, {}],
    });
  });
});
