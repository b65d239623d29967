import type { Awareness } from 'y-protocols/awareness';
import { applyAwarenessUpdate, encodeAwarenessUpdate, modifyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { readable } from './awareness-state.js';
import { AwarenessIntervalMilliseconds } from './limits.js';

interface Change {
  added: number[];
  updated: number[];
  removed: number[];
}

/** Carries awareness both ways; what is sent is only ever this client's own state, at most once in an interval. */
export class AwarenessExchange {
  readonly #awareness: Awareness;
  readonly #doc: Y.Doc;
  readonly #send: (update: Uint8Array) => void;
  #open = false;
  #due = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param doc What cursors point into. */
  constructor(awareness: Awareness, doc: Y.Doc, send: (update: Uint8Array) => void) {
    this.#awareness = awareness;
    this.#doc = doc;
    this.#send = send;
    awareness.on('update', this.#onUpdate);
  }

  /** The text is open: tell the others who is here. */
  opened(): void {
    this.#open = true;
    // Setting it again raises its clock: others may have dropped this client when its connection was lost.
    const mine = this.#awareness.getLocalState();
    if (mine !== null) unhindered(() => this.#awareness.setLocalState(mine));
  }

  /** The connection is lost: nobody else can be seen any more. */
  closed(): void {
    this.#open = false;
    this.#stopTimer();
    const others = [...this.#awareness.getStates().keys()].filter(client => client !== this.#awareness.clientID);
    unhindered(() => removeAwarenessStates(this.#awareness, others, this));
  }

  receive(update: Uint8Array): void {
    unhindered(() => applyAwarenessUpdate(this.#awareness, modifyAwarenessUpdate(update, state => readable(state, this.#doc)), this));
  }

  /** Takes this client's own state back, for the others at once instead of after their time-out. */
  leave(): void {
    if (this.#awareness.getLocalState() === null) return;
    unhindered(() => removeAwarenessStates(this.#awareness, [this.#awareness.clientID], 'gone'));
    if (this.#open) this.#sendNow();
  }

  destroy(): void {
    this.leave();
    this.#awareness.off('update', this.#onUpdate);
    this.closed();
  }

  // Not only changes made here: when the server removed this client with its lost connection, the awareness protocol answers
  // by raising this client's own clock, and the others have to hear of that.
  readonly #onUpdate = (change: Change): void => {
    const mine = [...change.added, ...change.updated, ...change.removed].includes(this.#awareness.clientID);
    if (this.#open && mine) this.#schedule();
  };

  /** The first change goes out at once, those that follow it within the interval together at its end. */
  #schedule(): void {
    if (this.#timer !== undefined) {
      this.#due = true;
      return;
    }
    this.#sendNow();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#due) this.#schedule();
    }, AwarenessIntervalMilliseconds);
  }

  #sendNow(): void {
    this.#due = false;
    this.#send(encodeAwarenessUpdate(this.#awareness, [this.#awareness.clientID]));
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = false;
  }
}

/** Whoever listens to the awareness may fail: a caret that cannot be shown is no reason for the text to stop. */
function unhindered(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    console.error('What people say of themselves could not be shown.', error);
  }
}
