import type { Extensions } from '@tiptap/core';
import Collaboration from '@tiptap/extension-collaboration';
import CollaborationCaret from '@tiptap/extension-collaboration-caret';
import StarterKit from '@tiptap/starter-kit';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';

/** The editor of a section: the blocks and marks that a statement has, over the Yjs fragment `default`. */
export function extensionsFor(doc: Y.Doc, awareness: Awareness): Extensions {
  return [
    StarterKit.configure({
      undoRedo: false, // Undo must leave others' words alone: the collaboration extension brings its own.
      trailingNode: false, // It would write a paragraph by itself, once for each person who opens an empty section.
      codeBlock: false,
      heading: { levels: [3, 4] },
      link: { openOnClick: false, autolink: false, protocols: ['https', 'http', 'mailto'] },
    }),
    Collaboration.configure({ document: doc, field: 'default' }),
    CollaborationCaret.configure({ provider: { awareness }, user: awareness.getLocalState()?.['user'] as Record<string, unknown>, render: caret, selectionRender: selection }),
  ];
}

interface User {
  name?: unknown;
  hue?: unknown;
}

// Set through the style object, not a style attribute, which a strict content security policy would drop.
function caret(user: User): HTMLElement {
  const mark = document.createElement('span');
  mark.className = 'caret';
  mark.style.setProperty('--hue', String(Number(user.hue) || 0));
  const label = document.createElement('span');
  label.className = 'caret-label';
  label.textContent = String(user.name ?? '');
  mark.append(label);
  return mark;
}

function selection(): { nodeName: string; class: string } {
  return { nodeName: 'span', class: 'caret-selection' };
}
