import type { Extensions } from '@tiptap/core';
import { Extension, getSchema } from '@tiptap/core';
import Collaboration from '@tiptap/extension-collaboration';
import CollaborationCaret from '@tiptap/extension-collaboration-caret';
import { TextSelection } from '@tiptap/pm/state';
import StarterKit from '@tiptap/starter-kit';
import { getRelativeSelection, ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { hueOf } from './workspace';

/** All that Tiptap's own starter kit writes, so that a section begun in another Tiptap editor can be edited here. */
const blocks = StarterKit.configure({
  undoRedo: false, // Undo must leave others' words alone: the collaboration extension brings its own.
  trailingNode: false, // It would write a paragraph by itself, once for each person who opens an empty section.
  heading: { levels: [3, 4] },
  link: { openOnClick: false, autolink: false, isAllowedUri: isLink },
});

/** Whether people may be led there: to a page of the web or a mailbox. Never to a script, whoever wrote the link and with what editor. */
function isLink(href: string | null | undefined): boolean {
  return /^(https?:\/\/|mailto:)/i.test(href ?? '') && URL.canParse(href!);
}

/** The address that these words name, the protocol added where it is left out; null if they name none. */
export function linkTo(words: string): string | null {
  const address = words.trim();
  const whole = /^[^@:/?#\s]+@[^@:/?#\s]+\.[^@:/?#\s]+$/.test(address) ? `mailto:${address}`
    : /^[^@:/?#\s]+\.[^@:/?#\s]+(:\d+)?([/?#]|$)/.test(address) ? `https://${address}`
    : address;
  return isLink(whole) ? whole : null;
}

/** What a section may hold to be edited here. */
export const schema = getSchema([blocks]);

/** A section has two levels of headings; those of a document that is pasted become the nearest. */
export function inOurHeadings(html: string): string {
  return html.replace(/(<\/?h)([1-6])(?=[\s>])/gi, (_, tag: string, level: string) => tag + (Number(level) < 4 ? 3 : 4));
}

/** Tiptap's own Enter fails where the selection reaches out of a list: it splits where the list was, once it has deleted it. */
const enterOverSelection = Extension.create({
  name: 'enterOverSelection',
  priority: 1_000,
  addKeyboardShortcuts() {
    return {
      Enter: ({ editor }) => {
        if (editor.state.selection instanceof TextSelection) editor.commands.deleteSelection();
        return false;
      },
    };
  },
});

/**
 * Tiptap's binding keeps where the caret was before a change, to put it there again. It keeps it too long: after an undo, until the next
 * change, whoever makes it; and where one update makes two changes, for the second as well. The caret would jump, and a text that has
 * become shorter than that could not be shown at all.
 */
const caretStays = Extension.create({
  name: 'caretStays',
  onCreate() {
    const { binding } = ySyncPluginKey.getState(this.editor.state);
    const { undoManager } = yUndoPluginKey.getState(this.editor.state);
    undoManager.on('stack-item-popped', () => { binding.beforeTransactionSelection = null; });
  },
  onTransaction({ transaction, editor }) {
    if (transaction.getMeta(ySyncPluginKey)?.isChangeOrigin !== true) return;
    const { binding } = ySyncPluginKey.getState(editor.state);
    if (binding.beforeTransactionSelection !== null) binding.beforeTransactionSelection = getRelativeSelection(binding, editor.state);
  },
});

/** The editor of a section: the blocks and marks that a statement has, over the Yjs fragment `default`. */
export function extensionsFor(doc: Y.Doc, awareness: Awareness, nameOf: (person: string) => string): Extensions {
  return [
    blocks,
    enterOverSelection,
    Collaboration.configure({ document: doc, field: 'default' }),
    caretStays,
    CollaborationCaret.configure({
      provider: { awareness },
      user: awareness.getLocalState()?.['user'] as Record<string, unknown>,
      render: user => caret(personOf(user), nameOf),
      selectionRender: () => ({ nodeName: 'span', class: 'caret-selection' }),
    }),
  ];
}

/** Who it is. The server writes this into what a client says of itself, so it is not for the client to choose. */
export function personOf(user: unknown): string {
  const person = (user as { person?: unknown } | null | undefined)?.person;
  return typeof person === 'string' ? person : '';
}

// Set through the style object, not a style attribute, which a strict content security policy would drop.
function caret(person: string, nameOf: (person: string) => string): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'caret';
  mark.style.setProperty('--hue', String(hueOf(person)));
  const label = document.createElement('span');
  label.className = 'caret-label';
  label.textContent = nameOf(person);
  mark.append(label);
  return mark;
}
