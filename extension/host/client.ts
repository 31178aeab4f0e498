import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import {
  type CancellationToken,
  createMessageConnection,
  Emitter,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { inTime, patienceFor, Refusal } from '../../protocol/calls.ts';
import {
  type HostMethod,
  type HostNotifications,
  type HostParams,
  type HostResult,
  PROTOCOL_VERSION,
  USER_ERROR_CODE,
  type UserErrorData,
} from '../../protocol/host.ts';
import { t } from '../base/words.ts';
import { refusalOf } from './refusals.ts';

/** How the query process is doing. `message` is one sentence, empty while all is well. */
export interface Health {
  state: 'stopped' | 'starting' | 'ready' | 'waiting' | 'failed';
  message: string;
}

export interface HostClientOptions {
  /** Starts `lif host` with three pipes. May throw. */
  spawn: () => ChildProcessWithoutNullStreams;
  /** Absolute paths of the stores to watch. */
  stores: () => string[];
  log: (line: string) => void;
  /** Milliseconds before the n-th restart after a crash; as many restarts as entries. */
  backOff?: readonly number[];
  requestTimeoutMs?: number;
  /** A process that lived this long counts as healthy again: the back-off starts over. */
  healthyAfterMs?: number;
}

const BACK_OFF = [500, 1000, 2000, 5000, 10_000, 30_000];

/**
 * The connection to the query process: starts it, starts it again with a growing pause when it dies, and answers
 * every request with a result or a sentence.
 */
export class HostClient {
  private readonly healthEmitter = new Emitter<Health>();
  private readonly changedEmitter = new Emitter<HostNotifications['store/changed']>();
  private readonly problemEmitter = new Emitter<HostNotifications['store/problem']>();
  readonly onHealth = this.healthEmitter.event;
  readonly onStoreChanged = this.changedEmitter.event;
  readonly onStoreProblem = this.problemEmitter.event;

  private current: Health = { state: 'stopped', message: '' };
  private session: { child: ChildProcessWithoutNullStreams; connection: MessageConnection } | undefined;
  private crashes = 0;
  private watched: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Requests made before the process is ready wait here. */
  private waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private readonly options: HostClientOptions;

  constructor(options: HostClientOptions) {
    this.options = options;
  }

  get health(): Health {
    return this.current;
  }

  start(): void {
    if (this.session !== undefined) return;
    clearTimeout(this.timer);
    this.setHealth({ state: 'starting', message: '' });
    let child: ChildProcessWithoutNullStreams;
    try {
      child = this.options.spawn();
    } catch (error) {
      this.ended(t('it could not be started: {0}', text(error)));
      return;
    }
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const session = { child, connection };
    this.session = session;
    let over = false;
    const end = (why: string, hopeless = false): void => {
      if (over) return;
      over = true;
      clearTimeout(healthy);
      connection.dispose();
      child.stdin.destroy();
      if (this.session !== session) return;
      this.session = undefined;
      this.ended(why, hopeless);
    };
    const healthy = setTimeout(() => {
      this.crashes = 0;
    }, this.options.healthyAfterMs ?? 60_000);
    healthy.unref();
    let lastWords = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.options.log(chunk.trimEnd());
      lastWords = /\S*Error(?: \[\w+\])?: .{1,200}/.exec(chunk)?.[0] ?? lastWords;
    });
    child.stdin.on('error', () => {});
    child.on('error', (error) => end(t('it could not be started: {0}', text(error))));
    // `close`, not `exit`: only then the last words have been heard.
    child.on('close', (code, signal) => {
      const how = signal === null ? t('it ended with exit code {0}', code ?? '?') : t('it got {0}', signal);
      end(lastWords === '' ? how : `${how} (${lastWords})`);
    });
    connection.onError(([error]) => this.options.log(`Protocol error: ${text(error)}`));
    connection.onNotification('store/changed', (params) => this.changedEmitter.fire(params));
    connection.onNotification('store/problem', (params) => this.problemEmitter.fire(params));
    connection.listen();
    this.initialize(session).catch((error) => {
      // It runs, but does not speak with us: starting it again would change nothing.
      end(text(error), true);
      child.kill();
    });
  }

  /** Ends the process and forgets earlier crashes. */
  stop(): void {
    clearTimeout(this.timer);
    const { session } = this;
    this.session = undefined;
    this.crashes = 0;
    if (session !== undefined) {
      session.connection.dispose();
      // The process ends with its standard input; the signal is for one that hangs.
      session.child.stdin.end();
      const kill = setTimeout(() => session.child.kill('SIGKILL'), 2000);
      kill.unref();
      session.child.once('exit', () => clearTimeout(kill));
    }
    this.refuseWaiting(t('The LIF Lab query process was stopped.'));
    this.setHealth({ state: 'stopped', message: '' });
  }

  restart(): void {
    this.stop();
    this.start();
  }

  /** Tells the process which stores to watch now, if they are others than before. */
  async watchStores(): Promise<void> {
    const stores = this.options.stores();
    if (this.current.state !== 'ready' || JSON.stringify(stores) === JSON.stringify(this.watched)) return;
    this.watched = stores;
    await this.request('stores/watch', { stores });
  }

  /**
   * Waits for the process if it is starting.
   * @throws Refusal with a sentence for the user.
   */
  async request<M extends HostMethod>(
    method: M,
    params: HostParams<M>,
    token?: CancellationToken,
  ): Promise<HostResult<M>> {
    await this.ready();
    const { session } = this;
    if (session === undefined) throw new Refusal(this.whyNot());
    return this.send(session.connection, method, params, token);
  }

  dispose(): void {
    this.stop();
    this.healthEmitter.dispose();
    this.changedEmitter.dispose();
    this.problemEmitter.dispose();
  }

  private async initialize(session: NonNullable<HostClient['session']>): Promise<void> {
    this.watched = this.options.stores();
    const answer = await this.send(session.connection, 'host/initialize', {
      version: PROTOCOL_VERSION,
      stores: this.watched,
    });
    if (answer.version !== PROTOCOL_VERSION) {
      throw new Refusal(t('it speaks protocol {0}, not {1}: install LIF Lab again', answer.version, PROTOCOL_VERSION));
    }
    if (this.session !== session) return;
    this.options.log(`Query process ready (engine ${answer.engineVersion}, pid ${session.child.pid}).`);
    this.setHealth({ state: 'ready', message: '' });
    for (const { resolve } of this.waiting.splice(0)) resolve();
  }

  private async send<M extends HostMethod>(
    connection: MessageConnection,
    method: M,
    params: HostParams<M>,
    token?: CancellationToken,
  ): Promise<HostResult<M>> {
    const seconds = (this.options.requestTimeoutMs ?? patienceFor(method, 'host')) / 1000;
    try {
      const answer = connection.sendRequest<HostResult<M>>(method, params, ...(token ? [token] : []));
      return await inTime(answer, seconds * 1000, t('LIF Lab did not answer within {0} s ({1}).', seconds, method));
    } catch (error) {
      if (error instanceof Refusal) throw error;
      if (error instanceof ResponseError && error.code === USER_ERROR_CODE)
        throw refusalOf(error.message, (error.data as UserErrorData | undefined)?.dataset);
      this.options.log(`${method} failed: ${text(error)}`);
      throw new Refusal(t('LIF Lab could not answer ({0}): {1}', method, text(error)));
    }
  }

  private ready(): Promise<void> {
    const { state } = this.current;
    if (state === 'ready') return Promise.resolve();
    if (state === 'starting' || state === 'waiting') {
      return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    }
    return Promise.reject(new Refusal(this.whyNot()));
  }

  private whyNot(): string {
    return this.current.message || t('The LIF Lab query process is not running: restart it.');
  }

  /** @param hopeless whether not even to try again. */
  private ended(why: string, hopeless = false): void {
    const pause = (this.options.backOff ?? BACK_OFF)[this.crashes];
    this.crashes++;
    if (hopeless || pause === undefined) {
      const message = t('The LIF Lab query process does not run: {0}.', why);
      this.setHealth({ state: 'failed', message });
      this.refuseWaiting(message);
      return;
    }
    this.setHealth({ state: 'waiting', message: t('The LIF Lab query process is being restarted: {0}.', why) });
    this.timer = setTimeout(() => this.start(), pause);
    this.timer.unref();
  }

  private refuseWaiting(message: string): void {
    for (const { reject } of this.waiting.splice(0)) reject(new Refusal(message));
  }

  private setHealth(health: Health): void {
    this.current = health;
    if (health.message !== '') this.options.log(health.message);
    this.healthEmitter.fire(health);
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
