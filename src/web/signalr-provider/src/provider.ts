import { ObservableV2 } from 'lib0/observable';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { AwarenessExchange } from './awareness.js';
import type { LiveConnection, TextListener } from './connection.js';
import { base64, bytesFrom, Texts } from './connection.js';
import { lackedBy } from './difference.js';
import { MergedEditBytesMax, MissingInARowMax, RetryMillisecondsMax, RetryMillisecondsMin } from './limits.js';
import type { Problem } from './problem.js';
import { asProblem, isPassing, problemIn } from './problem.js';
import { heldBeyond, ReloadWatch } from './reload.js';

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

/** Words that the server will never take from this document, and a document to go on with. */
export interface SetAside {
  /** Why. */
  problem: Problem;
  /** All that was not durable, as a Yjs update; what it builds on is in `doc`. `madeAgain` turns it into new edits. */
  unsent: Uint8Array;
  /** The document as it was, refused words and all, for looking at. No provider sends from it any more. */
  doc: Y.Doc;
  /** Empty yet: `goOn` with it, and it holds what the server holds. */
  fresh: Y.Doc;
}

/** A document that says something else than what it loads as, here and for everybody who opens the text, and one that says the same. */
export interface Rebuilt {
  doc: Y.Doc;
  /** The same text, with all that was not durable yet: `goOn` with it. */
  fresh: Y.Doc;
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
  /** After `refused` or `gone`, when there were words that were not durable yet. */
  setAside: (event: SetAside) => void;
  /** Undoing can make this so, and no edit can mend it. Nothing is lost, and the provider goes on until it is told to go on with `fresh`. */
  rebuilt: (event: Rebuilt) => void;
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
 * Documents with refused words in them. Sent again they would be refused again, or slip into the text when nobody thinks of them any more.
 */
const spent = new WeakSet<Y.Doc>();

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
  readonly #options: SignalRProviderOptions;
  #readOnly: boolean;
  readonly #encode: (bytes: Uint8Array) => Uint8Array | string;
  readonly #exchange: AwarenessExchange | undefined;
  readonly #watch: ReloadWatch;
  #status: Status = 'offline';
  #synced = false;
  #saved = true;
  #version = 0;
  /** Counts openings, so that answers to calls of an earlier connection are told apart. */
  #opening = 0;
  #open = false;
  #sending = false;
  #inFlight: Uint8Array | undefined;
  #pending: Uint8Array[] = [];
  #missingInARow = 0;
  #retries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: LiveConnection, text: string, doc: Y.Doc, options: SignalRProviderOptions = {}) {
    super();
    if (spent.has(doc)) throw new Error('Words of this document were refused: go on with the fresh one that came with the event setAside.');
    this.#connection = connection;
    this.#options = options;
    this.text = text;
    this.doc = doc;
    this.awareness = options.awareness;
    this.#readOnly = options.readOnly ?? false;
    this.#encode = options.encoding === 'base64' ? base64 : bytes => bytes;
    Texts.of(connection).add(text, this.#listener);
    if (options.awareness) this.#exchange = new AwarenessExchange(options.awareness, doc, update => this.#sendAwareness(update));
    this.#watch = new ReloadWatch(doc, fresh => this.emit('rebuilt', [{ doc, fresh }]));
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

  /** Local changes are not sent. When that ends, those made meanwhile are. */
  get readOnly(): boolean { return this.#readOnly; }
  set readOnly(to: boolean) {
    if (this.#readOnly === to) return;
    this.#readOnly = to;
    if (!to) this.connect();
  }

  /** Local edits that are not known to be durable, as one update; null when there are none. */
  get unsent(): Uint8Array | null {
    const all = [...this.#inFlight ? [this.#inFlight] : [], ...this.#pending];
    return all.length === 0 ? null : all.length === 1 ? all[0]! : Y.mergeUpdates(all);
  }

  /**
   * Goes on with another document, such as the fresh one of `setAside` or `rebuilt`: gives a new provider in place of this one, which is destroyed. What
   * the document holds and the server lacks is sent, and the other way round.
   * @param options Those that change; an awareness belongs to one document, so it has to be given anew.
   */
  goOn(doc: Y.Doc, options: SignalRProviderOptions = {}): SignalRProvider {
    const { awareness: _, ...kept } = this.#options;
    const { unsent } = this; // None once it was refused.
    // The text stays open, so that nothing is missed in between.
    this.#end();
    const next = new SignalRProvider(this.#connection, this.text, doc, { ...kept, readOnly: this.#readOnly, ...options });
    if (unsent) {
      next.#pending = [unsent];
      next.#setSaved(false);
    }
    return next;
  }

  /** Ends the provider; the document and the connection stay as they are. */
  override destroy(): void {
    this.#exchange?.leave(); // Before the text is closed, after which nothing more of it is taken.
    // Nobody waits for this: a connection that dies meanwhile closes its texts by itself.
    if (this.#connection.state === 'Connected') this.#connection.send('CloseText', this.text).catch(() => undefined);
    this.#end();
  }

  #end(): void {
    this.#exchange?.destroy();
    this.#watch.destroy();
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
      const unsent = this.unsent;
      this.#stop();
      this.emit('gone', [problem]);
      this.#setAside(problem ?? textIsGone, unsent);
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
    this.#takeBack();
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
    const lacked = this.#readOnly ? null : lackedBy(serverVector, update, this.doc);
    this.#pending = lacked ? [lacked] : [];
    this.#open = true;
    this.#retries = 0;
    this.#missingInARow = 0;
    this.#setStatus('live');
    this.#setSynced(true);
    this.#setSaved(this.#pending.length === 0);
    this.#exchange?.opened();
    void this.#sendPending();
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
      this.#inFlight = this.#takePending();
      const answer = await this.#connection.invoke<EditAnswer>('Edit', this.text, this.#encode(this.#inFlight));
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
        this.#inFlight = undefined;
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
    this.#inFlight = undefined;
    this.#pending = [heldBeyond(serverVector, this.doc)];
  }

  /** What became of the edit in flight is not known: it counts as not sent, until the next opening tells. */
  #takeBack(): void {
    if (this.#inFlight) this.#pending.unshift(this.#inFlight);
    this.#inFlight = undefined;
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
    this.#takeBack();
    this.#setStatus('connecting');
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.connect(), wait);
  }

  #disconnected(): void {
    if (this.#status === 'stopped') return;
    this.#opening++;
    this.#open = false;
    this.#takeBack();
    clearTimeout(this.#retryTimer);
    this.#exchange?.closed();
    this.#setSynced(false);
    this.#setStatus('offline');
  }

  #refuse(problem: Problem): void {
    const unsent = this.unsent;
    this.#exchange?.leave();
    this.#stop();
    this.emit('refused', [problem]);
    this.#setAside(problem, unsent);
  }

  #setAside(problem: Problem, unsent: Uint8Array | null): void {
    if (unsent === null) return;
    spent.add(this.doc);
    this.emit('setAside', [{ problem, unsent, doc: this.doc, fresh: new Y.Doc({ guid: this.doc.guid }) }]);
  }

  #stop(): void {
    this.#opening++;
    this.#open = false;
    this.#inFlight = undefined;
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

const textIsGone: Problem = { code: 'gone', status: 404, title: 'The text is no longer there.' };

const unknownAnswer: Problem = { code: 'unknown-answer', status: 400, title: 'The server answered an edit in a way this version does not know.' };
