import { SignalRProvider } from '@annotate/signalr-provider';
import { signal } from '@preact/signals';
import { Editor } from '@tiptap/core';
import { Selection } from '@tiptap/pm/state';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { extensionsFor, inOurHeadings, personOf, schema } from './editor';
import { unsaved } from './header';
import { CaretBelowTopPixelsMin } from './limits';
import { connection, starts } from './live';
import type { By, Problem, StatementSection } from './shapes';
import { plainly, strangerIn } from './stranger';
import { WorkingCopy } from './working-copy';

export type SavedState = 'opening' | 'saved' | 'saving' | 'stopped';

export interface Reader {
  by: By;
  name: string;
  mayWrite: boolean;
  nameOf: (person: string) => string;
  /** Escape was pressed in the text. */
  onEscape: () => void;
}

/**
 * The live text of one section, shown in an element. The document holds what the server holds, and nothing changes it but the server
 * and a person who writes: editors are bound to copies of it, and only to what they can show.
 */
export class SectionText {
  readonly editor = signal<Editor | null>(null);
  readonly isEditing = signal(false);
  readonly saved = signal<SavedState>('opening');
  readonly problem = signal<Problem | null>(null);
  readonly writers = signal<string[]>([]);
  readonly isBlank = signal(false);
  /** What this page's editor does not know, by name: the section is shown as plain text, and cannot be edited here. */
  readonly stranger = signal<string | null>(null);

  readonly #section: StatementSection;
  readonly #host: HTMLElement;
  readonly #reader: Reader;
  readonly #doc = new Y.Doc();
  readonly #text = this.#doc.getXmlFragment('default');
  readonly #awareness = new Awareness(this.#doc);
  readonly #provider: SignalRProvider;
  readonly #stopBeginning: () => void;
  #copy: WorkingCopy | null = null;

  constructor(section: StatementSection, host: HTMLElement, reader: Reader) {
    this.#section = section;
    this.#host = host;
    this.#reader = reader;
    // Copies write under the awareness's id; the document itself never writes, and must not take theirs for its own.
    this.#doc.clientID = 0;
    this.#awareness.setLocalStateField('user', { ...reader.by, name: reader.name });
    this.#showEditor();
    this.#doc.on('update', this.#onText);
    this.#awareness.on('change', this.#onAware);
    this.#provider = new SignalRProvider(connection, section.text, this.#doc, { awareness: this.#awareness, readOnly: !reader.mayWrite });
    this.#listen();
    this.#stopBeginning = starts.subscribe(() => this.#provider.connect());
    this.#onSaved();
  }

  /** Begins to write; does nothing where the text cannot be edited here. */
  edit(): void {
    if (this.stranger.peek() !== null) return;
    // What the editor changed in passing, while the text was only read, was never meant by anybody.
    if (!this.#copy?.isTrue) this.#showEditor();
    this.#setEditing(true);
  }

  leave(): void {
    this.#setEditing(false);
  }

  destroy(): void {
    this.#stopBeginning();
    this.#provider.destroy();
    this.#removeEditor();
    this.#awareness.destroy();
    this.#doc.destroy();
    mark(this.#section.text, false);
  }

  #listen(): void {
    this.#provider.on('saved', this.#onSaved);
    this.#provider.on('synced', this.#onSaved);
    this.#provider.on('synced', this.#onBlank);
    this.#provider.on('refused', this.#onStopped);
    this.#provider.on('gone', this.#onStopped);
  }

  readonly #onText = (update: Uint8Array, origin: unknown): void => {
    if (origin === this.#copy) return;
    const stranger = strangerIn(this.#text, schema);
    if (stranger !== null) this.#showPlain(stranger);
    else if (!this.#copy) this.#showEditor();
    else this.#giveToEditor(update);
  };

  /**
   * An editor that fails to show a change would write over it with the next keystroke: it is replaced, and shows the text as it is. Who was
   * writing writes on where they were, as near as that can be told.
   */
  #giveToEditor(update: Uint8Array): void {
    try {
      this.#copy!.take(update);
    } catch (error) {
      console.warn('The editor could not show a change, and begins anew.', error);
      const caret = this.isEditing.peek() ? this.#copy!.editor.state.selection.head : null;
      this.#showEditor();
      if (caret === null) return;
      this.#setEditing(true);
      this.#copy!.editor.commands.command(({ tr }) => !!tr.setSelection(Selection.near(tr.doc.resolve(Math.min(caret, tr.doc.content.size)))));
    }
  }

  #showEditor(): void {
    this.#removeEditor();
    this.#host.replaceChildren();
    this.stranger.value = null;
    this.#copy = new WorkingCopy(this.#doc, this.#awareness.clientID, copy => this.#editorOf(copy));
    this.#copy.editor.on('update', this.#onBlank);
    this.editor.value = this.#copy.editor;
    this.#onBlank();
  }

  #showPlain(stranger: string): void {
    this.#removeEditor();
    const plain = document.createElement('div');
    plain.className = 'prose';
    plain.role = 'group';
    plain.ariaLabel = `Text of ${this.#section.title}`;
    this.#host.replaceChildren(plainly(this.#text, plain));
    this.stranger.value = stranger;
    this.isBlank.value = false;
  }

  #removeEditor(): void {
    this.#setEditing(false);
    this.#copy?.destroy();
    this.#copy = null;
    this.editor.value = null;
  }

  #editorOf(copy: Y.Doc): Editor {
    return new Editor({
      element: this.#host,
      editable: false,
      injectCSS: false, // A strict content security policy allows no style elements; the rules are in our own style sheet.
      extensions: extensionsFor(copy, this.#awareness, this.#reader.nameOf),
      editorProps: {
        transformPastedHTML: inOurHeadings,
        scrollThreshold: room,
        scrollMargin: room,
        attributes: { class: 'prose', role: 'textbox', 'aria-multiline': 'true', 'aria-readonly': 'true', 'aria-label': `Text of ${this.#section.title}` },
        handleKeyDown: (_, event) => {
          if (event.key !== 'Escape' || !this.isEditing.peek()) return false;
          this.leave();
          this.#reader.onEscape();
          return true;
        },
      },
    });
  }

  #setEditing(to: boolean): void {
    if (!this.#copy || this.isEditing.peek() === to) return;
    const { editor } = this.#copy;
    this.#copy.open(to);
    this.isEditing.value = to;
    editor.setEditable(to, false);
    editor.view.dom.setAttribute('aria-readonly', String(!to));
    if (to) editor.commands.focus('end');
  }

  readonly #onBlank = (): void => { this.isBlank.value = this.#provider?.synced === true && this.#copy?.editor.isEmpty === true; };

  readonly #onSaved = (): void => {
    if (this.#provider.status === 'stopped') this.saved.value = 'stopped';
    else if (!this.#provider.saved) this.saved.value = 'saving';
    else if (this.#provider.synced || this.saved.peek() !== 'opening') this.saved.value = 'saved';
    mark(this.#section.text, !this.#provider.saved);
  };

  readonly #onStopped = (why: Problem | undefined): void => {
    this.problem.value = why ?? { code: 'gone', status: 404, title: 'This section is no longer there.' };
    this.leave();
    this.#onSaved();
  };

  /** Whose caret is in the text, other than one's own. */
  readonly #onAware = (): void => {
    const people = [...this.#awareness.getStates()]
      .filter(([client, state]) => client !== this.#awareness.clientID && state['cursor'])
      .map(([, state]) => this.#reader.nameOf(personOf(state['user'])));
    this.writers.value = [...new Set(people)];
  };
}

const room = { top: CaretBelowTopPixelsMin, right: 0, bottom: 5, left: 0 };

function mark(text: string, waiting: boolean): void {
  if (unsaved.peek().has(text) === waiting) return;
  const next = new Set(unsaved.peek());
  if (waiting) next.add(text);
  else next.delete(text);
  unsaved.value = next;
}
