import { useSignal } from '@preact/signals';
import type { Editor } from '@tiptap/core';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Tool {
  words: string;
  face: string;
  isOn: (editor: Editor) => boolean;
  toggle: (editor: Editor) => void;
}

const tools: Tool[] = [
  { words: 'Bold', face: 'B', isOn: editor => editor.isActive('bold'), toggle: editor => editor.chain().focus().toggleBold().run() },
  { words: 'Italic', face: 'I', isOn: editor => editor.isActive('italic'), toggle: editor => editor.chain().focus().toggleItalic().run() },
  { words: 'Heading', face: 'H', isOn: editor => editor.isActive('heading', { level: 3 }), toggle: editor => editor.chain().focus().toggleHeading({ level: 3 }).run() },
  { words: 'Bulleted list', face: '•', isOn: editor => editor.isActive('bulletList'), toggle: editor => editor.chain().focus().toggleBulletList().run() },
  { words: 'Numbered list', face: '1.', isOn: editor => editor.isActive('orderedList'), toggle: editor => editor.chain().focus().toggleOrderedList().run() },
  { words: 'Quotation', face: '“', isOn: editor => editor.isActive('blockquote'), toggle: editor => editor.chain().focus().toggleBlockquote().run() },
  { words: 'Undo', face: '↶', isOn: () => false, toggle: editor => editor.chain().focus().undo().run() },
  { words: 'Redo', face: '↷', isOn: () => false, toggle: editor => editor.chain().focus().redo().run() },
];

/** One stop for the tab key; the arrow keys move along it (ARIA's toolbar pattern). */
export function Toolbar({ editor, label }: { editor: Editor; label: string }): JSX.Element {
  const bar = useRef<HTMLDivElement>(null);
  const at = useSignal(0);
  const seen = useSignal(0);
  useEffect(() => {
    const look = (): void => { seen.value++; };
    editor.on('transaction', look);
    return () => { editor.off('transaction', look); };
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
    <div class="toolbar" role="toolbar" aria-label={`Formatting of ${label}`} ref={bar} onKeyDown={onKeyDown}>
      {tools.map((tool, index) => (
        <button key={tool.words} type="button" title={tool.words} aria-label={tool.words} aria-pressed={tool.isOn(editor)} tabIndex={index === at.value ? 0 : -1}
          class={`tool tool-${tool.words.toLowerCase().replaceAll(' ', '-')}`} onMouseDown={event => event.preventDefault()}
          data-face={tool.face} onFocus={() => { at.value = index; }} onClick={() => tool.toggle(editor)} />
      ))}
    </div>
  );
}
