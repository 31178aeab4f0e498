import type { HostResult } from '../../protocol/host.ts';
import type { FromWebview, ToWebview, WebviewMethod, WebviewParams } from '../../protocol/webview.ts';

/** How long a request may take before the view says so; messages to a webview can be lost. */
export const REQUEST_TIMEOUT_MS = 20_000;

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** Requests to the extension. Each one ends: with its result, with the extension's refusal, or by timeout. */
export class Channel {
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  private readonly post: (message: FromWebview) => void;
  private readonly timeoutMs: number;

  constructor(post: (message: FromWebview) => void, timeoutMs = REQUEST_TIMEOUT_MS) {
    this.post = post;
    this.timeoutMs = timeoutMs;
  }

  /** Rejects with an error whose message is one sentence for the user. */
  request<M extends WebviewMethod>(method: M, params: WebviewParams<M>): Promise<HostResult<M>> {
    const id = this.nextId++;
    return new Promise<HostResult<M>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`LIF Lab has not answered for ${Math.round(this.timeoutMs / 1000)} seconds; try again.`));
      }, this.timeoutMs);
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, timer });
      // A method and its params belong together by the signature above; the union cannot express that generically.
      this.post({ type: 'request', id, method, params } as unknown as FromWebview);
    });
  }

  /** Takes `reply` and `refusal`; an answer nobody waits for any more is dropped. */
  receive(message: ToWebview): void {
    if (message.type !== 'reply' && message.type !== 'refusal') return;
    const entry = this.waiting.get(message.id);
    if (!entry) return;
    this.waiting.delete(message.id);
    clearTimeout(entry.timer);
    if (message.type === 'reply') entry.resolve(message.result);
    else entry.reject(new Error(message.message));
  }
}
