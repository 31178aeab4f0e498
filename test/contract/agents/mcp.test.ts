/** The tools as a program meets them that speaks the Model Context Protocol: `lif mcp` over its pipes. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inputSchema } from '../../../engine/tools/inputs.ts';
import { serveMcp } from '../../../engine/tools/mcp.ts';
import { TOOL_NAMES, TOOLS } from '../../../protocol/tools.ts';
import { Lab } from '../fake/lab.ts';

interface Answer {
  id?: unknown;
  result?: { content: { text: string }[]; isError: boolean } & Record<string, never>;
  error?: { code: number; message: string };
}

/** A client of a server over two streams. */
class Client {
  private readonly answers = new Map<unknown, (answer: Answer) => void>();
  private next = 1;

  constructor(
    private readonly to: NodeJS.WritableStream,
    from: NodeJS.ReadableStream,
  ) {
    createInterface({ input: from }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      this.answers.get(answer.id ?? null)?.(answer);
    });
  }

  raw(line: string): void {
    this.to.write(`${line}\n`);
  }

  ask(method: string, params?: object, id: unknown = this.next++): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => this.answers.set(id, resolve));
    this.raw(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return answer;
  }

  heard(id: null): Promise<Answer> {
    return new Promise((resolve) => this.answers.set(id, resolve));
  }

  /** What a tool says, parsed where it is JSON. */
  async call(name: string, input: object = {}) {
    const { result } = await this.ask('tools/call', { name, arguments: input });
    const { text } = result!.content[0]!;
    return { failed: result!.isError, text, document: text.startsWith('{') ? JSON.parse(text) : undefined };
  }

  end(): void {
    this.to.end();
  }
}

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
});
afterAll(() => lab?.close());

test('a study from nothing to a verdict, and nothing outside of its folder', async () => {
  const { child, ended } = lab.piped('mcp');
  const client = new Client(child.stdin!, child.stdout!);
  const { result } = await client.ask('initialize', { protocolVersion: '2025-03-26', capabilities: {} });
  expect(result).toMatchObject({ protocolVersion: '2025-03-26', serverInfo: { name: 'lif-lab' } });
  client.raw(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  const listed = (await client.ask('tools/list')).result as unknown as {
    tools: { name: string; inputSchema: object }[];
  };
  expect(listed.tools.map(({ name }) => name)).toEqual(TOOL_NAMES);

  lab.study({ variants: ['baseline', 'other'], seeds: [1], validation: true });
  const file = 'study.lif.yaml';
  expect((await client.call('validate', { file, estimate: 0 })).document).toMatchObject({ valid: true, runs: 2 });
  const { runIds } = (await client.call('run', { file })).document;
  expect(runIds).toHaveLength(2);
  expect((await client.call('wait', { runs: runIds, timeout: 60 })).document).toMatchObject({ outcome: 'finished' });
  const compared = (await client.call('compare', { file })).document;
  expect(compared).toMatchObject({
    split: 'validation',
    rows: [{}, { verdict: { kind: 'undecided', decided: false } }],
  });

  // Mistakes are for the model to mend.
  writeFileSync(
    join(lab.folder, 'bad.lif.yaml'),
    readFileSync(join(lab.folder, file), 'utf8').replace('epochs', 'epohcs'),
  );
  const bad = await client.call('run', { file: 'bad.lif.yaml' });
  expect(bad).toMatchObject({ failed: true, document: { error: { problems: [{ suggestion: 'epochs' }] } } });
  const far = lab.file(
    'far.lif.yaml',
    'name: Far\ndataset: { name: mnist, path: ../elsewhere }\nnetwork: { hidden: [4] }\nvariants: { a: {} }\n',
  );
  expect(await client.call('run', { file: far })).toMatchObject({
    failed: true,
    text: expect.stringContaining('names data outside') as string,
  });
  client.end();
  await ended;
}, 120_000);

test('paths that lead out, options in disguise, unknown tools and broken messages are refused', async () => {
  const folder = join(lab.folder, 'inner');
  mkdirSync(folder);
  symlinkSync(lab.file('outer.lif.yaml', 'name: Outer\n'), join(folder, 'link.lif.yaml'));
  const [to, from] = [new PassThrough(), new PassThrough()];
  // Nothing here may get as far as a process.
  const lif = ['/nonexistent'];
  const served = serveMcp(to, from, { lif, folder, store: join(folder, '.lif'), readOnly: true });
  const client = new Client(to, from);
  for (const file of ['../outer.lif.yaml', join(lab.folder, 'outer.lif.yaml'), 'link.lif.yaml', 'absent.lif.yaml'])
    expect(await client.call('compare', { file }), file).toMatchObject({
      failed: true,
      text: expect.stringMatching(/lies outside of|There is no file/) as string,
    });
  for (const [name, input] of [
    ['show', { run: '--store=/etc' }],
    ['show', { run: 'a', store: '/etc' }],
    ['wait', { runs: [] }],
    ['events', { since: '../../x' }],
  ] as const)
    expect(await client.call(name, input)).toMatchObject({
      failed: true,
      text: expect.stringMatching(/was called wrongly/) as string,
    });
  // Read-only: these are not offered.
  for (const name of ['run', 'stop', 'delete', 'constructor'])
    expect((await client.ask('tools/call', { name, arguments: {} })).error).toMatchObject({ code: -32602 });
  expect((await client.ask('resources/list')).error).toMatchObject({ code: -32601 });
  const parseError = client.heard(null);
  client.raw('{ broken');
  expect((await parseError).error).toMatchObject({ code: -32700 });
  expect((await client.ask('ping')).result).toEqual({});
  client.end();
  await served;
});

test('the manifest declares the same tools for the editor, with the same inputs', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));
  expect(manifest.contributes.languageModelTools).toEqual(
    TOOL_NAMES.map((name) =>
      expect.objectContaining({
        name: `lifLab_${name}`,
        modelDescription: TOOLS[name].description,
        inputSchema: inputSchema(name),
      }),
    ),
  );
});
