import type { Editor } from '@tiptap/core';
import { ReloadWatch } from '@annotate/signalr-provider';
import * as Y from 'yjs';

/**
 * A copy of a text for one editor. The binding of an editor changes what it is bound to: it deletes what it cannot show and puts right
 * what it finds wrong. So it is bound to a copy, and what it does there reaches the text only while a person is writing.
 */
export class WorkingCopy {
  readonly editor: Editor;
  readonly #text: Y.Doc;
  readonly #copy: Y.Doc;
  #isOpen = false;

  /**
   * @param client The client id to write under; that of the awareness, or a person would be shown their own caret.
   * @param readsOtherwise Undoing has made that the copy reads otherwise than for everybody who opens the text: this one has to take its place.
   * @param copy What is copied already.
   */
  constructor(text: Y.Doc, client: number, editorOf: (copy: Y.Doc) => Editor, readsOtherwise: (copy: Y.Doc) => void, copy = copyOf(text)) {
    this.#text = text;
    this.#copy = copy;
    this.#copy.clientID = client;
    this.#copy.on('update', this.#onUpdate);
    this.editor = editorOf(this.#copy);
    new ReloadWatch(this.#copy, readsOtherwise); // It ends with the copy.
  }

  /** Whether it holds what the text holds; else the editor has changed it in passing. */
  get isTrue(): boolean { return Y.equalSnapshots(Y.snapshot(this.#copy), Y.snapshot(this.#text)); }

  /** From now on what is written in the editor goes to the text, or does no longer. */
  open(to: boolean): void { this.#isOpen = to; }

  /** Writes into the text by the editor's own commands, whether or not a person writes. */
  write(change: (editor: Editor) => boolean): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = true;
    try {
      return change(this.editor);
    } finally {
      this.#isOpen = wasOpen;
    }
  }

  /** @throws What the editor throws when it cannot show the change; the copy is of no use then. */
  take(update: Uint8Array): void { Y.applyUpdate(this.#copy, update, this); }

  destroy(): void {
    this.#isOpen = false;
    this.editor.destroy();
    this.#copy.destroy();
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin !== this && this.#isOpen) Y.applyUpdate(this.#text, update, this);
  };
}

function copyOf(text: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(text));
  return copy;
}
