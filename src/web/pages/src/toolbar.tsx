import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import type { Editor } from '@tiptap/core';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { LinkForm } from './link-form';

interface Tool {
  words: string;
  face: string;
  /** As ARIA writes it, with Mod for Control, or Command on a Mac. */
  keys?: string;
  /** Where the tool is a state that the text is in or not. */
  isOn?: (editor: Editor) => boolean;
  can?: (editor: Editor) => boolean;
  use: (editor: Editor, linking: Signal<boolean>) => void;
}

const tools: Tool[] = [
  { words: 'Bold', face: 'B', keys: 'Mod+B', isOn: editor => editor.isActive('bold'), use: editor => editor.chain().focus().toggleBold().run() },
  { words: 'Italic', face: 'I', keys: 'Mod+I', isOn: editor => editor.isActive('italic'), use: editor => editor.chain().focus().toggleItalic().run() },
  { words: 'Underline', face: 'U', keys: 'Mod+U', isOn: editor => editor.isActive('underline'), use: editor => editor.chain().focus().toggleUnderline().run() },
  { words: 'Link', face: 'Link', keys: 'Mod+K', isOn: editor => editor.isActive('link'), use: (_, linking) => { linking.value = true; } },
  { words: 'Heading', face: 'H', keys: 'Mod+Alt+3', isOn: editor => editor.isActive('heading', { level: 3 }), use: editor => editor.chain().focus().toggleHeading({ level: 3 }).run() },
  { words: 'Subheading', face: 'h', keys: 'Mod+Alt+4', isOn: editor => editor.isActive('heading', { level: 4 }), use: editor => editor.chain().focus().toggleHeading({ level: 4 }).run() },
  { words: 'Bulleted list', face: '•', keys: 'Mod+Shift+8', isOn: editor => editor.isActive('bulletList'), use: editor => editor.chain().focus().toggleBulletList().run() },
  { words: 'Numbered list', face: '1.', keys: 'Mod+Shift+7', isOn: editor => editor.isActive('orderedList'), use: editor => editor.chain().focus().toggleOrderedList().run() },
  { words: 'Deeper in the list', face: '⇥', keys: 'Tab', can: editor => editor.can().sinkListItem('listItem'), use: editor => editor.chain().focus().sinkListItem('listItem').run() },
  { words: 'Out of the list', face: '⇤', keys: 'Shift+Tab', can: editor => editor.can().liftListItem('listItem'), use: editor => editor.chain().focus().liftListItem('listItem').run() },
  { words: 'Quotation', face: '“', keys: 'Mod+Shift+B', isOn: editor => editor.isActive('blockquote'), use: editor => editor.chain().focus().toggleBlockquote().run() },
  { words: 'Undo', face: '↶', keys: 'Mod+Z', can: editor => editor.can().undo(), use: editor => editor.chain().focus().undo().run() },
  { words: 'Redo', face: '↷', keys: 'Mod+Shift+Z', can: editor => editor.can().redo(), use: editor => editor.chain().focus().redo().run() },
];

const isMac = /^(Mac|iP)/.test(navigator.platform);

/** One stop for the tab key; the arrow keys move along it (ARIA's toolbar pattern). */
export function Toolbar({ editor, label }: { editor: Editor; label: string }): JSX.Element {
  const bar = useRef<HTMLDivElement>(null);
  const at = useSignal(0);
  const linking = useSignal(false);
  const seen = useSignal(0);
  useEffect(() => {
    const look = (): void => { seen.value++; };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || event.shiftKey || event.altKey || !(isMac ? event.metaKey : event.ctrlKey)) return;
      event.preventDefault();
      linking.value = true;
    };
    const { dom } = editor.view;
    editor.on('transaction', look);
    dom.addEventListener('keydown', onKeyDown);
    return () => {
      editor.off('transaction', look);
      dom.removeEventListener('keydown', onKeyDown);
    };
  }, [editor]);
  void seen.value; // Which tools are on is the editor's state; each transaction may change it.

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at.value, End: tools.length - 1 - at.value }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    at.value = (at.value + step + tools.length) % tools.length;
    bar.current?.querySelectorAll('button')[at.value]?.focus();
  };

  return (
    <div class="tools">
      <div class="toolbar" role="toolbar" aria-label={`Formatting of ${label}`} ref={bar} onKeyDown={onKeyDown}>
        {tools.map((tool, index) => {
          const barred = tool.can?.(editor) === false;
          return (
            <button key={tool.words} type="button" title={tool.keys ? `${tool.words} (${keysFor(tool.keys)})` : tool.words} aria-label={tool.words}
              aria-keyshortcuts={tool.keys?.replace('Mod', isMac ? 'Meta' : 'Control')} aria-pressed={tool.isOn?.(editor)} aria-disabled={barred ? true : undefined}
              tabIndex={index === at.value ? 0 : -1} class={`tool tool-${tool.words.toLowerCase().replaceAll(' ', '-')}`} data-face={tool.face}
              onMouseDown={event => event.preventDefault()} onFocus={() => { at.value = index; }} onClick={() => { if (!barred) tool.use(editor, linking); }} />
          );
        })}
      </div>
      {linking.value && <LinkForm editor={editor} done={() => { linking.value = false; }} />}
    </div>
  );
}

/** As people read them. */
const keysFor = (keys: string): string => isMac ? keys.replace('Mod+', '⌘').replace('Shift+', '⇧').replace('Alt+', '⌥') : keys.replace('Mod', 'Ctrl');
