/**
 * The tools for any program that speaks the Model Context Protocol, over standard input and output: JSON-RPC 2.0, a message a
 * line. Five messages are all that tools take; the official library brings a web server, an authorisation flow and two
 * schema libraries along, in more code than the rest of `lif`.
 */
import { createInterface } from 'node:readline';
import { TOOL_NAMES, traitsOf } from '../../protocol/tools.ts';
import { UserError } from '../base/errors.ts';
import { engineVersion } from '../base/version.ts';
import { callTool, isTool, type ToolContext } from './call.ts';
import { inputSchema } from './inputs.ts';

/** Versions of the protocol that these messages are the same in, the newest first. */
const VERSIONS = ['2025-06-18', '2025-03-26', '2024-11-05'] as const;

const MAX_CHARACTERS = 1024 * 1024;
const [PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS] = [-32700, -32600, -32601, -32602] as const;

class Refused extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

type Id = string | number;
interface Message {
  id?: unknown;
  method?: unknown;
  params?: unknown;
}

export interface McpOptions extends ToolContext {
  /** Offers only what reads. */
  readOnly: boolean;
}

/** Answers until the input ends; then what is still asked is given up. */
export async function serveMcp(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  options: McpOptions,
): Promise<void> {
  const asked = new Map<Id, AbortController>();
  const send = (message: object): void => void output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const refuse = (id: Id | null, error: unknown): void => {
    const code = error instanceof Refused ? error.code : error instanceof UserError ? INVALID_PARAMS : -32603;
    send({ id, error: { code, message: error instanceof Error ? error.message : String(error) } });
  };
  const handle = async ({ id, method, params }: Message): Promise<void> => {
    if (typeof method !== 'string') return;
    const given = (params ?? {}) as Record<string, unknown>;
    if (id === undefined) {
      if (method === 'notifications/cancelled') asked.get(given.requestId as Id)?.abort();
      return;
    }
    if (typeof id !== 'string' && typeof id !== 'number')
      return refuse(null, new Refused(INVALID_REQUEST, 'The id of a request is a text or a number.'));
    const controller = new AbortController();
    asked.set(id, controller);
    try {
      const result = await answer(method, given, options, controller.signal);
      // Who takes a question back wants no answer.
      if (!controller.signal.aborted) send({ id, result });
    } catch (error) {
      if (!controller.signal.aborted) refuse(id, error);
    } finally {
      asked.delete(id);
    }
  };
  const open = new Set<Promise<void>>();
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const message = parse(line);
    if (!message) {
      refuse(
        null,
        new Refused(PARSE_ERROR, 'A message is one JSON object on one line, of a million characters at most.'),
      );
      continue;
    }
    const done: Promise<void> = handle(message).finally(() => open.delete(done));
    open.add(done);
  }
  for (const controller of asked.values()) controller.abort();
  await Promise.all(open);
}

function parse(line: string): Message | undefined {
  if (line.length > MAX_CHARACTERS) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function answer(
  method: string,
  params: Record<string, unknown>,
  options: McpOptions,
  signal: AbortSignal,
): Promise<object> {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: VERSIONS.find((version) => version === params.protocolVersion) ?? VERSIONS[0],
        capabilities: { tools: {} },
        serverInfo: { name: 'lif-lab', title: 'LIF Lab', version: engineVersion() },
        instructions:
          'Spiking neural networks, compared component by component. An experiment file (*.lif.yaml) is one study: validate it, run it, wait, compare. Claim only what a verdict says.',
      };
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: offered(options).map(toolOf) };
    case 'tools/call':
      return call(params, options, signal);
    default:
      throw new Refused(METHOD_NOT_FOUND, `There is no method ${method}.`);
  }
}

const offered = ({ readOnly }: McpOptions) =>
  TOOL_NAMES.filter((name) => !readOnly || traitsOf(name).question === undefined);

function toolOf(name: (typeof TOOL_NAMES)[number]) {
  const { title, description, question } = traitsOf(name);
  const readOnlyHint = question === undefined;
  const annotations = { title, readOnlyHint, destructiveHint: false, idempotentHint: true, openWorldHint: false };
  return { name, title, description, inputSchema: inputSchema(name), annotations };
}

async function call(params: Record<string, unknown>, options: McpOptions, signal: AbortSignal): Promise<object> {
  const { name, arguments: input = {} } = params;
  if (typeof name !== 'string' || !isTool(name) || !offered(options).includes(name))
    throw new Refused(INVALID_PARAMS, `There is no tool ${name}; there are ${offered(options).join(', ')}.`);
  try {
    const { text, failed } = await callTool(options, name, input, signal);
    return { content: [{ type: 'text', text }], isError: failed };
  } catch (error) {
    // A wrong call is for the model, which can mend it.
    if (error instanceof UserError) return { content: [{ type: 'text', text: error.message }], isError: true };
    throw error;
  }
}
