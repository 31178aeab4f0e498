import {
  type CancellationToken,
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import {
  type HostMethod,
  type HostNotifications,
  type HostParams,
  type HostResult,
  PROTOCOL_VERSION,
  USER_ERROR_CODE,
  type UserErrorData,
} from '../../protocol/host.ts';
import { DataError, UserError } from '../base/errors.ts';
import { METHODS, parseParams } from './params.ts';
import type { Services } from './services.ts';
import { Stores } from './stores.ts';

const INTERNAL_ERROR_CODE = -32603;

/** `signal` is aborted when who asked takes the question back or is gone. */
type Handlers = {
  [M in HostMethod]: (params: HostParams<M>, signal: AbortSignal) => HostResult<M> | Promise<HostResult<M>>;
};

/**
 * Answers requests until the input ends.
 * @param report takes what concerns nobody who asked: for the log.
 */
export function serve(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  services: Services,
  report: (line: string) => void,
): Promise<void> {
  const connection = createMessageConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
  const peer = new Peer(connection, services);
  const handlers = peer.handlers();
  for (const method of METHODS)
    connection.onRequest(
      method,
      (params: unknown, token: CancellationToken): Promise<unknown> =>
        answer(handlers, method, params, signalOf(token, peer.gone), report),
    );
  connection.onError(([error]) => report(`Protocol error: ${error.message}`));
  return new Promise((resolve) => {
    const end = (): void => {
      peer.close();
      connection.dispose();
      resolve();
    };
    connection.onClose(end);
    input.once('end', end);
    connection.listen();
  });
}

/** How often it may be time to ask a cluster; how often that is done is its executor's business. */
const LOOK_MS = 3000;

async function answer<M extends HostMethod>(
  handlers: Handlers,
  method: M,
  params: unknown,
  signal: AbortSignal,
  report: (line: string) => void,
): Promise<HostResult<M>> {
  try {
    return await handlers[method](parseParams(method, params), signal);
  } catch (error) {
    if (error instanceof DataError)
      throw new ResponseError<UserErrorData>(USER_ERROR_CODE, error.message, { dataset: error.dataset });
    if (error instanceof UserError) throw new ResponseError(USER_ERROR_CODE, error.message);
    report(`${method}: ${error instanceof Error ? error.stack : error}`);
    throw new ResponseError(INTERNAL_ERROR_CODE, error instanceof Error ? error.message : String(error));
  }
}

function signalOf(token: CancellationToken, gone: AbortSignal): AbortSignal {
  const takenBack = new AbortController();
  token.onCancellationRequested(() => takenBack.abort());
  return AbortSignal.any([takenBack.signal, gone]);
}

class Peer {
  private readonly leaving = new AbortController();
  readonly gone = this.leaving.signal;
  private stores: Stores | undefined;
  private looks: NodeJS.Timeout | undefined;
  private readonly connection: MessageConnection;
  private readonly services: Services;

  constructor(connection: MessageConnection, services: Services) {
    this.connection = connection;
    this.services = services;
  }

  handlers(): Handlers {
    const { services } = this;
    return {
      'host/initialize': ({ version, stores, heartbeatTimeoutMs }) =>
        this.initialize(version, stores, heartbeatTimeoutMs),
      'stores/watch': ({ stores }) => {
        this.open().watch(stores);
        return null;
      },
      'experiment/check': ({ file, text }) => services.check(file, text),
      'experiment/complete': ({ file, text, position }) => services.complete(file, text, position),
      'experiment/insight': ({ file, text }) => services.insight(file, text, this.open().keyedRuns()),
      'experiment/hover': ({ file, text, position }) => services.hover(file, text, position),
      'data/list': () => services.datasets(),
      'claims/check': ({ file, text }) => services.judge(file, text, this.open().keyedRuns()),
      'advice/list': ({ file, text }) => {
        const stores = this.open();
        return services.advise(file, text, stores.keyedRuns(), (id) => stores.history(id));
      },
      'experiment/edit': ({ file, text, edit }) => ({ edits: services.edit(file, text, edit) }),
      'experiment/adopt': ({ file, text, variant, runId }) => ({
        edits: services.adopt(file, text, variant, this.open().summary(runId)),
      }),
      'experiment/matrix': ({ file, text, fields }) => services.matrix(file, text, fields),
      'experiment/addSeeds': ({ file, text, count }) => services.addSeeds(file, text, count),
      'experiment/locate': ({ file, text, fields }) => services.locate(file, text, fields),
      'runs/list': () => this.open().list(),
      'studies/list': () => this.open().studies(),
      'runs/series': (params) => this.open().series(params),
      'runs/neurons': ({ runId }) => this.open().neurons(runId),
      'runs/compare': ({ file, text, reference }) => {
        const stores = this.open();
        const unread = stores.unread();
        const comparison = services.compare(file, text, stores.keyedRuns(), reference);
        return unread > 0 ? { ...comparison, unread } : comparison;
      },
      'runs/across': (params) => services.across(params, this.open().keyedRuns()),
      'runs/settings': ({ file, text, runIds }) =>
        services.settings(
          file,
          text,
          runIds.map((id) => this.open().summary(id)),
        ),
      'runs/origin': ({ runId }) => services.origin(this.open().summary(runId)),
      'runs/log': ({ runId, maxBytes }) => this.open().log(runId, maxBytes),
      'runs/start': (params) => this.start(params),
      'runs/stop': ({ runIds }) => this.stop(runIds),
      'runs/resume': (params) => this.resume(params),
      'queue/read': () => this.open().queues(),
      'queue/move': ({ runIds, move }) => ({ moved: this.open().moveInQueues(runIds, move) }),
      'queue/pause': ({ running }) => {
        this.open().pauseQueues(running);
        return null;
      },
      'runs/annotate': ({ runIds, ...change }) => {
        this.open().annotate(runIds, change);
        return null;
      },
      'runs/delete': ({ runIds }) => ({ deleted: this.open().delete(runIds) }),
      'analyses/list': ({ runIds }) => this.open().analyses(runIds),
      'analyses/read': ({ runId, name }) => services.checked(this.open().answer(runId, name)),
      'tools/call': ({ name, input, ...where }, signal) => services.tool(name, input, where, signal),
      'samples/probe': ({ runId, question }) => services.probe(this.open().summary(runId), question),
      'analyses/start': (params) => this.analyse(params),
      'analyses/stop': async ({ runId, name }) => {
        await services.stopAnalysis(this.open().summary(runId), name);
        return null;
      },
    };
  }

  close(): void {
    this.leaving.abort();
    clearInterval(this.looks);
    this.stores?.close();
    this.services.close();
  }

  private initialize(version: number, stores: string[], timeoutMs?: number): HostResult<'host/initialize'> {
    if (version !== PROTOCOL_VERSION) {
      throw new UserError(`This engine speaks protocol ${PROTOCOL_VERSION}, not ${version}: install LIF Lab again.`);
    }
    if (this.stores !== undefined) throw new UserError('host/initialize was asked twice; use stores/watch.');
    this.stores = new Stores(
      {
        changed: (changed, removed) => this.push('store/changed', { changed, removed }),
        problem: (store, message) => this.push('store/problem', { store, message }),
      },
      timeoutMs,
    );
    this.stores.watch(stores);
    this.looks = setInterval(() => this.look(), LOOK_MS);
    return { version: PROTOCOL_VERSION, engineVersion: this.services.engineVersion };
  }

  /** Asks clusters what became of runs that wait or train there. What they say goes to the store, which is watched. */
  private look(): void {
    for (const store of this.stores?.onClusters() ?? []) this.services.look(store).catch(() => {});
  }

  private async start(params: HostParams<'runs/start'>): Promise<HostResult<'runs/start'>> {
    const stores = this.open();
    stores.add(params.store);
    const runIds = await this.services.start(params);
    // The list of runs must hold them before the answer names them.
    stores.touch(runIds, params.store);
    return { runIds };
  }

  private async stop(runIds: string[]): Promise<HostResult<'runs/stop'>> {
    const stores = this.open();
    const stopping = await this.services.stop(runIds.map((id) => stores.summary(id)));
    return { stopping: stopping.map(({ id }) => id) };
  }

  private async resume({ runIds, ...options }: HostParams<'runs/resume'>): Promise<HostResult<'runs/resume'>> {
    const stores = this.open();
    const runs = runIds.map((id) => stores.summary(id));
    const anew = runs.length > 0 ? await this.services.resume(runs, options) : [];
    stores.touch(runIds);
    return { resumed: runIds, ...(anew.length > 0 && { anew }) };
  }

  private async analyse({ runIds, ...question }: HostParams<'analyses/start'>): Promise<HostResult<'analyses/start'>> {
    const stores = this.open();
    return {
      names: await this.services.analyse(
        runIds.map((id) => stores.summary(id)),
        question,
      ),
    };
  }

  private open(): Stores {
    if (this.stores === undefined) throw new UserError('Ask host/initialize first.');
    return this.stores;
  }

  private push<N extends keyof HostNotifications>(name: N, params: HostNotifications[N]): void {
    // A push that cannot be delivered means that the other side is gone; the end of the input says the same.
    this.connection.sendNotification(name, params).catch(() => {});
  }
}
