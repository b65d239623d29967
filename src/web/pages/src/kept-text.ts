import { IndexeddbPersistence } from 'y-indexeddb';
import type * as Y from 'yjs';
import type { Owner } from './device';
import { erase, kept, list, mayKeep, onChanged, onLeft, tellChanged, textName } from './device';
import { KeptTextMillisecondsMax } from './limits';

/** Keeps a text on the device, so that what was typed offline outlives its tab: what the server lacks is sent when the text is opened again. */
export class KeptText {
  readonly #owner: Owner;
  readonly #name: string;
  readonly #stopListening: (() => void)[];
  #doc: Y.Doc;
  #store: IndexeddbPersistence | null = null;
  #isClosed = false;

  /** Whether the device holds something of this text. */
  static has = (owner: Owner, text: string): boolean => kept(textName(owner, text)) !== null;

  constructor(owner: Owner, text: string, doc: Y.Doc) {
    this.#owner = owner;
    this.#name = textName(owner, text);
    this.#doc = doc;
    this.#stopListening = [
      onLeft(owner, () => this.close()),
      // Another tab took away words that were refused, and this one's with them: they are written anew.
      onChanged(this.#name, () => void this.read()),
    ];
  }

  /** Reads into the document what is kept of it, and keeps from now on what happens in it. Takes a limited time, and never fails. */
  async read(): Promise<void> {
    this.#release();
    if (this.#isClosed || !mayKeep(this.#owner) || !('indexedDB' in globalThis)) return;
    if (!list(this.#owner, this.#name)) return; // What is not listed would not be erased.
    const store = this.#store = new IndexeddbPersistence(this.#name, this.#doc);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>(resolve => { timer = setTimeout(resolve, KeptTextMillisecondsMax); });
    const read = store._db.then(async database => {
      // Whoever erases it is not held up, and this page writes no more into what is closed.
      database.onversionchange = () => void store.destroy();
      await store.whenSynced;
    });
    await Promise.race([late, read.catch(() => undefined)]);
    clearTimeout(timer);
    if (!mayKeep(this.#owner)) await this.erase(); // They left while it was read.
  }

  /** The same text in another document: what is kept stays. */
  async follow(doc: Y.Doc): Promise<void> {
    this.#doc = doc;
    await this.read();
  }

  /** What is kept gives way to this document, in other tabs too. */
  async begin(doc: Y.Doc): Promise<void> {
    this.#release();
    this.#doc = doc;
    await erase(this.#name);
    await this.read();
    tellChanged(this.#name);
  }

  /** The right to the text is gone: nothing of it stays, in no tab. */
  async erase(): Promise<void> {
    this.close();
    await erase(this.#name);
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stopListening) stop();
    this.#release();
  }

  #release(): void {
    // One that could not be opened has nothing to close.
    this.#store?.destroy().catch(() => undefined);
    this.#store = null;
  }
}
