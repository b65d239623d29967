import type { Problem } from './problem.js';
import { asProblem } from './problem.js';

/** What the provider needs of a SignalR `HubConnection`; the connection is started and stopped by its owner. */
export interface LiveConnection {
  readonly state: string;
  invoke<T>(method: string, ...args: unknown[]): Promise<T>;
  send(method: string, ...args: unknown[]): Promise<void>;
  on(method: string, handler: (...args: any[]) => void): void;
  onreconnecting(callback: () => void): void;
  onreconnected(callback: () => void): void;
  onclose(callback: () => void): void;
}

/** What one open text wants to hear from the connection. */
export interface TextListener {
  text(version: number, update: Uint8Array): void;
  aware(update: Uint8Array): void;
  gone(problem: Problem | undefined): void;
  connected(): void;
  disconnected(): void;
}

/**
 * The texts open on one connection. SignalR cannot remove a reconnection callback, so there is one registration for each
 * connection, however many texts come and go on it.
 */
export class Texts {
  static readonly #ofConnection = new WeakMap<LiveConnection, Texts>();

  static of(connection: LiveConnection): Texts {
    let texts = Texts.#ofConnection.get(connection);
    if (!texts) Texts.#ofConnection.set(connection, (texts = new Texts(connection)));
    return texts;
  }

  readonly #listeners = new Map<string, TextListener>();

  private constructor(connection: LiveConnection) {
    connection.on('Text', (text: string, version: number, update: unknown) =>
      this.#listeners.get(text)?.text(Number(version), bytesFrom(update)));
    connection.on('Aware', (text: string, update: unknown) => this.#listeners.get(text)?.aware(bytesFrom(update)));
    connection.on('Gone', (topic: string, problem: unknown) =>
      this.#listeners.get(textOfTopic(topic))?.gone(asProblem(problem)));
    connection.onreconnected(() => this.#tellAll(listener => listener.connected()));
    connection.onreconnecting(() => this.#tellAll(listener => listener.disconnected()));
    connection.onclose(() => this.#tellAll(listener => listener.disconnected()));
  }

  /** The server follows a text once for each connection, so a second provider for it would be cut off by the first one's end. */
  add(text: string, listener: TextListener): void {
    if (this.#listeners.has(text)) throw new Error(`The text ${text} is open on this connection already; destroy its provider first.`);
    this.#listeners.set(text, listener);
  }

  remove(text: string): void {
    this.#listeners.delete(text);
  }

  #tellAll(tell: (listener: TextListener) => void): void {
    for (const listener of [...this.#listeners.values()]) tell(listener);
  }
}

/** `Gone` names a topic (`section/coalition/statement/section`) or the text itself (`coalition.statement.section`). */
function textOfTopic(topic: string): string {
  return topic.startsWith('section/') ? topic.slice('section/'.length).replaceAll('/', '.') : topic;
}

/** Bytes as they arrive: MessagePack brings them as they are, the JSON protocol in base64. */
export function bytesFrom(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Uint8Array.from(atob(value), character => character.charCodeAt(0));
  throw new TypeError('Expected bytes or base64 from the hub.');
}

/** Bytes in base64, for connections that use SignalR's JSON protocol. */
export function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
