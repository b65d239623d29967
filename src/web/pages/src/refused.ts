import type { SetAside } from '@annotate/signalr-provider';
import type { Editor } from '@tiptap/core';
import { uuid7 } from './api';
import type { Draft } from './drafts';
import { schema } from './editor';
import type { Problem, StatementSection } from './shapes';
import type { Block } from './unsent-words';
import { unsentWords } from './unsent-words';

/** The words were fine, only their client id was somebody else's. */
export const isTaken = (problem: Problem): boolean => problem.code === 'client-id-taken';

/** What is kept of refused edits; null when there is nothing in them that a person would miss. */
export function draftOf(section: StatementSection, person: string, { doc, unsent, problem }: Omit<SetAside, 'fresh'>): Draft | null {
  const words = unsentWords(doc, unsent, schema);
  if (words.blocks.length === 0 && !words.deletes) return null;
  return { id: uuid7(), text: section.text, title: section.title, person, at: new Date().toISOString(), problem, unsent, ...words };
}

/** Writes the words at the end of a text, for when the place where they stood is gone. */
export function writeAtEnd(editor: Editor, { blocks }: Draft): boolean {
  if (blocks.length === 0) return false; // They took words away, which others have taken away meanwhile.
  const end = editor.isEmpty ? { from: 0, to: editor.state.doc.content.size } : editor.state.doc.content.size;
  return editor.commands.insertContentAt(end, blocks.flatMap(nodesOf), { updateSelection: false });
}

const nodesOf = ({ nodes, lines }: Block): object[] => nodes ?? lines
  .map(line => line.map(({ words }) => words).join(''))
  .map(text => ({ type: 'paragraph', ...text !== '' && { content: [{ type: 'text', text }] } }));
