import type { Rebuilt, SetAside } from '@annotate/signalr-provider';
import { madeAgain, SignalRProvider } from '@annotate/signalr-provider';
import { signal } from '@preact/signals';
import { Editor } from '@tiptap/core';
import { Selection } from '@tiptap/pm/state';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Owner } from './device';
import type { Draft } from './drafts';
import { addDraft, haveArrived, leaveOnTheirWay, removeDraft } from './drafts';
import { extensionsFor, inOurHeadings, personOf, schema } from './editor';
import { unsaved } from './unsaved';
import { KeptText } from './kept-text';
import { CaretBelowTopPixelsMin, TakenInARowMax } from './limits';
import { connection, starts } from './live';
import { draftOf, isTaken, writeAtEnd } from './refused';
import type { By, Problem, StatementSection } from './shapes';
import { plainly, strangerIn } from './stranger';
import { WorkingCopy } from './working-copy';

export type SavedState = 'opening' | 'saved' | 'saving' | 'stopped';

export interface Reader {
  by: By;
  name: string;
  mayWrite: boolean;
  /** Under whom the device keeps what was not sent. */
  owner: Owner;
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
  /** The draft that was set aside while somebody was writing: the keyboard goes there. */
  readonly justSetAside = signal<string | null>(null);

  readonly #section: StatementSection;
  readonly #host: HTMLElement;
  readonly #reader: Reader;
  readonly #stopBeginning: () => void;
  #doc = new Y.Doc();
  #awareness: Awareness;
  #provider: SignalRProvider | null = null;
  #kept: KeptText | null = null;
  #copy: WorkingCopy | null = null;
  #mayWrite: boolean;
  /** The words are on their way into another document, under another client id. */
  #isMoving = false;
  #takenInARow = 0;
  /** A draft is not on the device yet. */
  #isSettingAside = false;
  /** Drafts that were put back, and refused. */
  readonly #refusedAgain: string[] = [];
  /** Somebody was writing when the text was closed to them: the keyboard is theirs to be led on. */
  #wasWriting = false;
  #isDestroyed = false;

  constructor(section: StatementSection, host: HTMLElement, reader: Reader) {
    this.#section = section;
    this.#host = host;
    this.#reader = reader;
    this.#mayWrite = reader.mayWrite;
    this.#awareness = this.#awarenessOf(this.#doc);
    this.#show(this.#doc, this.#awareness);
    void this.#open();
    this.#stopBeginning = starts.subscribe(() => this.#provider?.connect());
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

  /** The mandate to draft was given or taken. What is on its way is for the server to take or to refuse. */
  set mayWrite(to: boolean) {
    if (this.#mayWrite === to) return;
    this.#mayWrite = to;
    if (!to) this.#stopWriting();
    else if (this.#provider) this.#provider.readOnly = false;
    void this.#keepOnDevice();
    this.#onSaved();
  }

  /**
   * Puts words that were set aside into the text again, as new edits: where they stood, or at the end where that place is gone. The draft
   * goes when the server holds them.
   * @param refused Called when the server will not have them again.
   * @returns False when they cannot be put in here.
   */
  putBack(draft: Draft, refused: () => void): boolean {
    const provider = this.#provider;
    if (!provider?.synced) return false; // Where they stood can be told only when the whole text is here.
    const again = madeAgain(draft.unsent, this.#doc);
    if (again !== null) Y.applyUpdate(this.#doc, again, draft);
    else if (!this.#writeAtEnd(draft)) return false;
    const onSaved = (saved: boolean): void => { if (saved) void removeDraft(draft.id); };
    if (provider.saved) onSaved(true);
    else provider.once('saved', onSaved);
    provider.once('setAside', () => {
      refused();
      this.#refusedAgain.push(draft.id);
    });
    return true;
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#leaveOnTheirWay();
    this.#stopBeginning();
    this.#provider?.destroy();
    this.#kept?.close();
    this.#removeEditor();
    this.#awareness.destroy();
    this.#doc.destroy();
    mark(this.#section.text, false);
  }

  async #open(): Promise<void> {
    // What the device holds is read first, so that the server is asked once for what both lack.
    if (KeptText.has(this.#reader.owner, this.#section.text)) this.#kept = this.#keptOf(this.#doc);
    await this.#kept?.read();
    if (this.#isDestroyed) return;
    // Who only reads sends nothing, but for what they wrote when they still might.
    const readOnly = !this.#mayWrite && !this.#kept;
    this.#listenTo(new SignalRProvider(connection, this.#section.text, this.#doc, { awareness: this.#awareness, readOnly }));
    await this.#keepOnDevice();
  }

  #keptOf(doc: Y.Doc): KeptText { return new KeptText(this.#reader.owner, this.#section.text, doc); }

  /** Only people who may write have something to keep. */
  async #keepOnDevice(): Promise<void> {
    if (!this.#mayWrite || this.#kept || this.#isDestroyed) return;
    this.#kept = this.#keptOf(this.#doc);
    await this.#kept.read();
  }

  /** The device keeps what was not sent; should the right to the text be what has gone, it does not. */
  #leaveOnTheirWay(): void {
    const unsent = this.#provider?.unsent;
    if (unsent) leaveOnTheirWay(draftOf(this.#section, this.#reader.by.person, { doc: this.#doc, unsent, problem: goneProblem }));
  }

  async #forgetOnDevice(): Promise<void> {
    const kept = this.#kept;
    this.#kept = null;
    await kept?.erase();
  }

  #listenTo(provider: SignalRProvider): void {
    this.#provider = provider;
    provider.on('saved', this.#onSaved);
    provider.on('synced', this.#onSaved);
    provider.on('synced', this.#onBlank);
    provider.on('refused', this.#onRefused);
    provider.on('gone', this.#onGone);
    provider.on('setAside', this.#onSetAside);
    provider.on('rebuilt', this.#onRebuilt);
    this.#onSaved();
  }

  #awarenessOf(doc: Y.Doc): Awareness {
    const awareness = new Awareness(doc);
    awareness.setLocalStateField('user', { ...this.#reader.by, name: this.#reader.name });
    // Copies write under the awareness's id; the document itself never writes, and must not take theirs for its own.
    doc.clientID = 0;
    return awareness;
  }

  /** Shows this document from now on. */
  #show(doc: Y.Doc, awareness: Awareness): void {
    this.#removeEditor();
    this.#doc.off('update', this.#onText);
    if (awareness !== this.#awareness) this.#awareness.destroy();
    this.#doc = doc;
    this.#awareness = awareness;
    awareness.on('change', this.#onAware);
    doc.on('update', this.#onText);
    this.#look(new Uint8Array());
  }

  readonly #onText = (update: Uint8Array, origin: unknown): void => { if (origin !== this.#copy) this.#look(update); };

  /** What the text holds has changed, or is another. */
  #look(update: Uint8Array): void {
    const text = this.#doc.getXmlFragment('default');
    const stranger = strangerIn(text, schema);
    if (stranger !== null) this.#showPlain(text, stranger);
    else if (!this.#copy) this.#showEditor();
    else this.#giveToEditor(update);
  }

  /** An editor that fails to show a change would write over it with the next keystroke: it is replaced, and shows the text as it is. */
  #giveToEditor(update: Uint8Array): void {
    try {
      this.#copy!.take(update);
    } catch (error) {
      console.warn('The editor could not show a change, and begins anew.', error);
      this.#anew(() => this.#showEditor());
    }
  }

  /** Shows the text with another editor: who was writing writes on where they were, as near as that can be told. */
  #anew(show: () => void): void {
    const caret = this.isEditing.peek() ? this.#copy!.editor.state.selection.head : null;
    const hadFocus = this.#host.contains(document.activeElement);
    show();
    if (caret === null || !this.#copy) return;
    this.#setEditing(true, false);
    const { editor } = this.#copy;
    editor.commands.command(({ tr }) => !!tr.setSelection(Selection.near(tr.doc.resolve(Math.min(caret, tr.doc.content.size)))));
    if (hadFocus) editor.view.focus(); // Now: Tiptap's own command waits for the next frame, and a key that is struck before it would be lost.
  }

  #showEditor(copied?: Y.Doc): void {
    this.#removeEditor();
    this.#host.replaceChildren();
    this.stranger.value = null;
    const readsOtherwise = (copy: Y.Doc): void => this.#anew(() => this.#showEditor(copy));
    this.#copy = new WorkingCopy(this.#doc, this.#awareness.clientID, copy => this.#editorOf(copy), readsOtherwise, copied);
    this.#copy.editor.on('update', this.#onBlank);
    this.editor.value = this.#copy.editor;
    this.#onBlank();
  }

  #showPlain(text: Y.XmlFragment, stranger: string): void {
    this.#removeEditor();
    const plain = document.createElement('div');
    plain.className = 'prose';
    plain.role = 'group';
    plain.ariaLabel = `Text of ${this.#section.title}`;
    this.#host.replaceChildren(plainly(text, plain));
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

  #setEditing(to: boolean, takesFocus = to): void {
    if (!this.#copy || this.isEditing.peek() === to) return;
    const { editor } = this.#copy;
    this.#copy.open(to);
    this.isEditing.value = to;
    editor.setEditable(to, false);
    editor.view.dom.setAttribute('aria-readonly', String(!to));
    if (takesFocus) editor.commands.focus('end');
  }

  #writeAtEnd(draft: Draft): boolean {
    if (this.stranger.peek() !== null) return false;
    if (!this.#copy?.isTrue) this.#showEditor();
    return this.#copy!.write(editor => writeAtEnd(editor, draft));
  }

  readonly #onBlank = (): void => { this.isBlank.value = this.#provider?.synced === true && this.#copy?.editor.isEmpty === true; };

  readonly #onSaved = (): void => {
    if (!this.#provider) return;
    const saved = this.#provider.saved && !this.#isMoving;
    if (this.#provider.status === 'stopped') this.saved.value = 'stopped';
    else if (!saved) this.saved.value = 'saving';
    else if (this.#provider.synced || this.saved.peek() !== 'opening') this.saved.value = 'saved';
    mark(this.#section.text, !saved && this.#provider.status !== 'stopped');
    if (!saved || !this.#provider.synced) return;
    this.#takenInARow = 0;
    haveArrived(this.#section.text);
    if (!this.#mayWrite && !this.#isSettingAside) void this.#forgetOnDevice();
  };

  readonly #onRefused = (problem: Problem): void => {
    // What may not be opened any more is the same as gone.
    if (problem.status === 404) this.#onGone(problem);
    else this.#stopped(problem);
  };

  /** The right to the text is gone, and the text with it, from the page and from the device. */
  readonly #onGone = (problem: Problem | undefined): void => {
    this.#stopped(problem ?? goneProblem);
    void this.#forgetOnDevice();
  };

  #stopped(problem: Problem): void {
    this.problem.value = problem;
    if (!isTaken(problem)) this.#stopWriting();
    this.#onSaved();
  }

  #stopWriting(): void {
    this.#wasWriting ||= this.isEditing.peek();
    this.leave();
  }

  readonly #onSetAside = (event: SetAside): void => {
    if (isTaken(event.problem) && this.#mayWrite && this.#takenInARow++ < TakenInARowMax) void this.#move(event);
    else void this.#setAside(event);
  };

  /** The one way out for words that are refused: out of the text, into a draft. */
  async #setAside(event: SetAside, awareness = this.#awarenessOf(event.fresh)): Promise<void> {
    this.#isSettingAside = true;
    this.#stopWriting();
    const draft = draftOf(this.#section, this.#reader.by.person, event);
    const adding = draft && addDraft(draft);
    this.#goOn(event.fresh, awareness);
    this.#show(event.fresh, awareness);
    if (draft && this.#wasWriting) this.justSetAside.value = draft.id;
    this.#wasWriting = false;
    const added = await adding;
    // What was put back and refused is in the new draft.
    for (const id of this.#refusedAgain.splice(0)) if (added && added.draft.id !== id) void removeDraft(id);
    if (added?.isKept === false) return; // What the device holds of the text is what holds the words.
    await this.#kept?.begin(event.fresh);
    this.#isSettingAside = false;
    this.#onSaved();
  }

  /**
   * The client id is somebody else's, by chance: the words go in again under another, as soon as the fresh document holds the text. Until
   * then they are written on in the old one.
   */
  async #move(event: SetAside): Promise<void> {
    const { doc, fresh } = event;
    const written = [event.unsent];
    const onWritten = (update: Uint8Array): void => { written.push(update); };
    doc.on('update', onWritten);
    this.#isMoving = true;
    const awareness = this.#awarenessOf(fresh);
    this.#goOn(fresh, awareness);
    const hasCome = await isSynced(this.#provider!);
    doc.off('update', onWritten);
    this.#isMoving = false;
    if (this.#isDestroyed) return;
    const unsent = Y.mergeUpdates(written);
    const again = hasCome ? madeAgain(unsent, fresh) : null;
    if (again === null) return this.#setAside({ ...event, unsent }, awareness);
    Y.applyUpdate(fresh, again, this);
    this.#anew(() => this.#show(fresh, awareness));
    this.#onSaved();
    await this.#kept?.begin(fresh);
  }

  /** The document reads otherwise than for everybody who opens the text: another takes its place, and who writes writes on. */
  readonly #onRebuilt = ({ fresh }: Rebuilt): void => {
    if (this.#isMoving) return; // It is read anew in any case.
    const awareness = this.#awarenessOf(fresh);
    this.#goOn(fresh, awareness);
    this.#anew(() => this.#show(fresh, awareness));
    void this.#kept?.follow(fresh);
  };

  /** Goes on with another document, where there is still something to go on with. */
  #goOn(fresh: Y.Doc, awareness: Awareness): void {
    if (this.problem.peek()?.status === 404 || this.#provider!.doc === fresh) return;
    this.problem.value = null;
    if (fresh.store.clients.size === 0) this.saved.value = 'opening';
    this.#listenTo(this.#provider!.goOn(fresh, { awareness, readOnly: !this.#mayWrite }));
  }

  /** Whose caret is in the text, other than one's own. */
  readonly #onAware = (): void => {
    const people = [...this.#awareness.getStates()]
      .filter(([client, state]) => client !== this.#awareness.clientID && state['cursor'])
      .map(([, state]) => this.#reader.nameOf(personOf(state['user'])));
    this.writers.value = [...new Set(people)];
  };
}

/** Whether the text has come; false when it will not come any more. */
const isSynced = (provider: SignalRProvider): Promise<boolean> => new Promise(resolve => {
  if (provider.synced) resolve(true);
  provider.on('synced', synced => { if (synced) resolve(true); });
  provider.on('status', ({ status }) => { if (status === 'stopped') resolve(false); });
});

const goneProblem: Problem = { code: 'gone', status: 404, title: 'This section is no longer there, or no longer yours to write in.' };

const room = { top: CaretBelowTopPixelsMin, right: 0, bottom: 5, left: 0 };

function mark(text: string, waiting: boolean): void {
  if (unsaved.peek().has(text) === waiting) return;
  const next = new Set(unsaved.peek());
  if (waiting) next.add(text);
  else next.delete(text);
  unsaved.value = next;
}
