import { ObservableV2 } from 'lib0/observable';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { AwarenessExchange } from './awareness.js';
import type { LiveConnection, TextListener } from './connection.js';
import { base64, bytesFrom, Texts } from './connection.js';
import { MergedEditBytesMax, MissingInARowMax, RetryMillisecondsMax, RetryMillisecondsMin } from './limits.js';
import type { Problem } from './problem.js';
import { asProblem, isPassing, problemIn } from './problem.js';

/** `live`: open at the server. `offline`: the connection is down. `stopped`: refused, gone or destroyed; it will not come back. */
export type Status = 'connecting' | 'live' | 'offline' | 'stopped';

export interface SignalRProviderOptions {
  /** Cursors and names, sent and received; without it the provider carries text only. */
  awareness?: Awareness;
  /** For people who may read but not write: local changes of the document are never sent. */
  readOnly?: boolean;
  /** How bytes travel: `binary` with SignalR's MessagePack protocol, `base64` with its JSON protocol. */
  encoding?: 'binary' | 'base64';
}

export interface SignalRProviderEvents {
  [event: string]: (...args: any[]) => void;
  status: (event: { status: Status }) => void;
  /** True when the document holds everything the server held when the text was opened; false when the connection is lost. */
  synced: (synced: boolean) => void;
  /** True when every local edit is durable at the server. */
  saved: (saved: boolean) => void;
  /** The server will not have this text opened, or this edit; nothing more is sent. */
  refused: (problem: Problem) => void;
  /** The text is no longer there for this person; nothing more is sent. */
  gone: (problem: Problem | undefined) => void;
}

/** Bytes are base64 where the connection uses SignalR's JSON protocol. */
interface OpenedText {
  version: number;
  update: Uint8Array | string;
  stateVector: Uint8Array | string;
}

interface EditAnswer {
  /** `held`: the text held all of it already. `missing`: it builds on something the text does not hold. */
  status: 'durable' | 'held' | 'missing' | 'refused';
  version: number;
  stateVector?: Uint8Array | string | null;
  problem?: unknown;
}

/**
 * Keeps a Yjs document and a text of an Annotate server the same, over a SignalR connection that its owner starts.
 * One edit is in flight at a time and those made meanwhile are merged into the next. After a lost connection the text is
 * resumed by state vector, both ways: what the server has more, and what was typed offline.
 */
export class SignalRProvider extends ObservableV2<SignalRProviderEvents> {
  readonly text: string;
  readonly doc: Y.Doc;
  readonly awareness: Awareness | undefined;

  readonly #connection: LiveConnection;
  readonly #readOnly: boolean;
  readonly #encode: (bytes: Uint8Array) => Uint8Array | string;
  readonly #exchange: AwarenessExchange | undefined;
  #status: Status = 'offline';
  #synced = false;
  #saved = true;
  #version = 0;
  /** Counts openings, so that answers to calls of an earlier connection are told apart. */
  #opening = 0;
  #open = false;
  #sending = false;
  #pending: Uint8Array[] = [];
  #missingInARow = 0;
  #retries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: LiveConnection, text: string, doc: Y.Doc, options: SignalRProviderOptions = {}) {
    super();
    this.#connection = connection;
    this.text = text;
    this.doc = doc;
    this.awareness = options.awareness;
    this.#readOnly = options.readOnly ?? false;
    this.#encode = options.encoding === 'base64' ? base64 : bytes => bytes;
    Texts.of(connection).add(text, this.#listener);
    if (options.awareness) this.#exchange = new AwarenessExchange(options.awareness, doc, update => this.#sendAwareness(update));
    doc.on('update', this.#onUpdate);
    doc.on('destroy', this.#onDocDestroyed);
    this.connect();
  }

  get status(): Status { return this.#status; }
  get synced(): boolean { return this.#synced; }
  /** Whether every local edit is durable at the server. */
  get saved(): boolean { return this.#saved; }
  /** The server's latest version of the text that this provider has heard of. */
  get version(): number { return this.#version; }

  /**
   * Opens the text if the connection is up. Reconnections are noticed by themselves; call this only after starting a
   * connection that was closed, or had not been started, when the provider was made.
   */
  connect(): void {
    if (this.#status === 'stopped') return;
    if (this.#connection.state === 'Connected') void this.#openText();
  }

  /** Ends the provider; the document and the connection stay as they are. */
  override destroy(): void {
    this.#exchange?.destroy();
    // Nobody waits for this: a connection that dies meanwhile closes its texts by itself.
    if (this.#connection.state === 'Connected') this.#connection.send('CloseText', this.text).catch(() => undefined);
    this.#stop();
    Texts.of(this.#connection).remove(this.text);
    this.doc.off('update', this.#onUpdate);
    this.doc.off('destroy', this.#onDocDestroyed);
    super.destroy();
  }

  readonly #listener: TextListener = {
    text: (version, update) => this.#receive(version, update),
    aware: update => this.#exchange?.receive(update),
    gone: problem => {
      this.#stop();
      this.emit('gone', [problem]);
    },
    connected: () => this.connect(),
    disconnected: () => this.#disconnected(),
  };

  readonly #onDocDestroyed = (): void => this.destroy();

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this || this.#readOnly || this.#status === 'stopped') return;
    this.#pending.push(update);
    this.#setSaved(false);
    void this.#sendPending();
  };

  #receive(version: number, update: Uint8Array): void {
    if (this.#status === 'stopped') return;
    this.#version = Math.max(this.#version, version);
    try {
      Y.applyUpdate(this.doc, update, this);
    } catch (error) {
      Y.decodeUpdate(update); // Bytes that cannot be read throw here again: then the text has to be opened anew.
      // The document has it all, and only somebody who listens to it failed.
      console.error('A listener of the document failed.', error);
    }
  }

  async #openText(): Promise<void> {
    const opening = ++this.#opening;
    clearTimeout(this.#retryTimer);
    this.#open = false;
    this.#setStatus('connecting');
    try {
      const answer = await this.#connection.invoke<OpenedText>('OpenText', this.text, this.#encode(Y.encodeStateVector(this.doc)));
      if (opening === this.#opening) this.#opened(answer.version, bytesFrom(answer.update), bytesFrom(answer.stateVector));
    } catch (error) {
      if (opening === this.#opening) this.#failed(error);
    }
  }

  #opened(version: number, update: Uint8Array, serverVector: Uint8Array): void {
    this.#receive(version, update);
    this.#pending = !this.#readOnly && this.#hasMoreThan(update, serverVector) ? [Y.encodeStateAsUpdate(this.doc, serverVector)] : [];
    this.#open = true;
    this.#retries = 0;
    this.#missingInARow = 0;
    this.#setStatus('live');
    this.#setSynced(true);
    this.#setSaved(this.#pending.length === 0);
    this.#exchange?.opened();
    void this.#sendPending();
  }

  /**
   * Whether this document holds text or deletions that the server lacks. Sending the difference without asking would make
   * every opening an edit, because a difference always carries all deletions. The server's update carries all of its own.
   */
  #hasMoreThan(update: Uint8Array, serverVector: Uint8Array): boolean {
    const theirs = Y.decodeStateVector(serverVector);
    for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVector(this.doc))) {
      if (clock > (theirs.get(client) ?? 0)) return true;
    }
    const deletedThere = Y.mergeDeleteSets([Y.decodeUpdate(update).ds]);
    const deletedHere = Y.createDeleteSetFromStructStore(this.doc.store);
    return !Y.equalDeleteSets(deletedHere, deletedThere);
  }

  async #sendPending(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#open && this.#pending.length > 0) await this.#sendOne();
    } finally {
      this.#sending = false;
    }
    // The last edit in flight may have ended with its connection, after the next opening had already queued more.
    if (this.#open && this.#pending.length > 0) void this.#sendPending();
  }

  async #sendOne(): Promise<void> {
    const opening = this.#opening;
    try {
      const answer = await this.#connection.invoke<EditAnswer>('Edit', this.text, this.#encode(this.#takePending()));
      if (opening === this.#opening) this.#answered(answer);
    } catch (error) {
      if (opening === this.#opening) this.#failed(error);
    }
  }

  #takePending(): Uint8Array {
    let bytes = 0;
    let count = 0;
    while (count < this.#pending.length && (count === 0 || bytes + this.#pending[count]!.length <= MergedEditBytesMax)) {
      bytes += this.#pending[count++]!.length;
    }
    const taken = this.#pending.splice(0, count);
    return taken.length === 1 ? taken[0]! : Y.mergeUpdates(taken);
  }

  #answered(answer: EditAnswer): void {
    switch (answer.status) {
      case 'durable':
      case 'held':
        this.#version = Math.max(this.#version, answer.version);
        this.#missingInARow = 0;
        if (this.#pending.length === 0) this.#setSaved(true);
        return;
      case 'missing':
        this.#sendDifference(bytesFrom(answer.stateVector));
        return;
      case 'refused': {
        const problem = asProblem(answer.problem) ?? unknownAnswer;
        if (isPassing(problem)) this.#openLater();
        else this.#refuse(problem);
        return;
      }
      default:
        this.#refuse(unknownAnswer);
    }
  }

  /** The edit builds on text the server has not got (it lost a race with a restart, say): send everything it lacks. */
  #sendDifference(serverVector: Uint8Array): void {
    if (++this.#missingInARow > MissingInARowMax) {
      this.#openLater();
      return;
    }
    this.#pending = [Y.encodeStateAsUpdate(this.doc, serverVector)];
  }

  /** A call failed. An edit in doubt is not lost: the next opening compares both sides and sends what did not arrive. */
  #failed(error: unknown): void {
    const problem = problemIn(error);
    if (problem && !isPassing(problem)) this.#refuse(problem);
    else if (this.#connection.state === 'Connected') this.#openLater();
    else this.#disconnected();
  }

  #openLater(): void {
    const wait = Math.min(RetryMillisecondsMax, RetryMillisecondsMin * 2 ** this.#retries++);
    this.#open = false;
    this.#setStatus('connecting');
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.connect(), wait);
  }

  #disconnected(): void {
    if (this.#status === 'stopped') return;
    this.#opening++;
    this.#open = false;
    clearTimeout(this.#retryTimer);
    this.#exchange?.closed();
    this.#setSynced(false);
    this.#setStatus('offline');
  }

  #refuse(problem: Problem): void {
    this.#stop();
    this.emit('refused', [problem]);
  }

  #stop(): void {
    this.#opening++;
    this.#open = false;
    this.#pending = [];
    clearTimeout(this.#retryTimer);
    this.#exchange?.closed();
    this.#setStatus('stopped');
  }

  /** Awareness is a hint that is renewed every few seconds, so one that cannot be sent is not missed. */
  #sendAwareness(update: Uint8Array): void {
    this.#connection.send('Aware', this.text, this.#encode(update)).catch(() => undefined);
  }

  #setStatus(status: Status): void {
    if (this.#status === status) return;
    this.#status = status;
    this.emit('status', [{ status }]);
  }

  #setSynced(synced: boolean): void {
    if (this.#synced === synced) return;
    this.#synced = synced;
    this.emit('synced', [synced]);
  }

  #setSaved(saved: boolean): void {
    if (this.#saved === saved) return;
    this.#saved = saved;
    this.emit('saved', [saved]);
  }
}

const unknownAnswer: Problem = { code: 'unknown-answer', status: 400, title: 'The server answered an edit in a way this version does not know.' };
