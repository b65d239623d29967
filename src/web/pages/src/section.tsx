import { SignalRProvider } from '@annotate/signalr-provider';
import { useSignal } from '@preact/signals';
import { Editor } from '@tiptap/core';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { extensionsFor } from './editor';
import { unsaved } from './header';
import { connection, starts } from './live';
import { ProblemNote } from './parts';
import type { Problem, StatementSection } from './shapes';
import { Toolbar } from './toolbar';
import { barTo, hueOf, standingBehind, useWorkspace } from './workspace';
import { pinpoint } from './words';

type SavedState = 'opening' | 'saved' | 'saving' | 'stopped';

const savedWords: Record<SavedState, string> = { opening: 'Opening…', saved: 'Saved', saving: 'Saving…', stopped: 'Not saved' };

/** One section: its live text for everybody, and an editor for those with a mandate to draft. */
export function Section({ section }: { section: StatementSection }): JSX.Element {
  const workspace = useWorkspace();
  const host = useRef<HTMLDivElement>(null);
  const editButton = useRef<HTMLButtonElement>(null);
  const editor = useSignal<Editor | null>(null);
  const editing = useSignal(false);
  const saved = useSignal<SavedState>('opening');
  const problem = useSignal<Problem | null>(null);
  const writers = useSignal<string[]>([]);
  const attempt = useSignal(0);
  const blank = useSignal(false);
  const mayWrite = barTo(workspace, 'draft') === null;

  useEffect(() => openSection(), [section.text, mayWrite, attempt.value]);

  function openSection(): () => void {
    const doc = new Y.Doc();
    const awareness = new Awareness(doc);
    const by = { person: workspace.me.person, organisation: workspace.me.organisation };
    awareness.setLocalStateField('user', { name: workspace.me.name, organisation: standingBehind(workspace, by), hue: hueOf(by.person) });
    const made = new Editor({
      element: host.current!,
      editable: false,
      injectCSS: false, // A strict content security policy allows no style elements; the rules are in our own style sheet.
      extensions: extensionsFor(doc, awareness),
      editorProps: {
        attributes: { class: 'prose', role: 'textbox', 'aria-multiline': 'true', 'aria-readonly': 'true', 'aria-label': `Text of ${section.title}` },
        handleKeyDown: (_, event) => event.key === 'Escape' && leave(),
      },
    });
    const provider = new SignalRProvider(connection, section.text, doc, { awareness, readOnly: !mayWrite });
    problem.value = null;
    saved.value = 'opening';
    editor.value = made;

    const onText = (): void => { blank.value = provider.synced && made.isEmpty; };
    const onSaved = (): void => {
      if (provider.status === 'stopped') saved.value = 'stopped';
      else if (!provider.saved) saved.value = 'saving';
      else if (provider.synced || saved.value !== 'opening') saved.value = 'saved';
      mark(section.text, !provider.saved);
    };
    const onStopped = (why: Problem | undefined): void => {
      problem.value = why ?? { code: 'gone', status: 404, title: 'This section is no longer there.' };
      setEditing(made, false);
      onSaved();
    };
    const onAware = (): void => { writers.value = writersIn(awareness); };
    provider.on('saved', onSaved);
    provider.on('synced', onSaved);
    provider.on('synced', onText);
    made.on('update', onText);
    provider.on('refused', onStopped);
    provider.on('gone', onStopped);
    awareness.on('change', onAware);
    const begin = starts.subscribe(() => provider.connect());
    onSaved();

    return () => {
      begin();
      provider.destroy();
      made.destroy();
      awareness.destroy();
      doc.destroy();
      editing.value = false;
      mark(section.text, false);
    };
  }

  function setEditing(of: Editor, to: boolean): void {
    if (of.isDestroyed) return;
    editing.value = to;
    of.setEditable(to);
    of.view.dom.setAttribute('aria-readonly', String(!to));
    if (to) of.commands.focus('end');
  }

  /** Escape leaves the text, so that the keyboard is never caught in it. */
  function leave(): boolean {
    if (!editing.peek() || !editor.peek()) return false;
    setEditing(editor.peek()!, false);
    editButton.current?.focus();
    return true;
  }

  const id = `section-${section.id}`;
  return (
    <article class="section" data-editing={editing.value ? '' : undefined} aria-labelledby={id}>
      <header class="section-head">
        <h3 id={id}>{section.title}</h3>
        <p class="section-state" data-state={saved.value}>{saved.value === 'saved' && !mayWrite ? '' : savedWords[saved.value]}</p>
      </header>
      {section.citations.length > 0 && (
        <ul class="citations" aria-label="Cites">
          {section.citations.map(eId => <li key={eId}><a href={`#${eId}`}>{pinpoint(eId)}</a></li>)}
        </ul>
      )}
      {editing.value && editor.value && <Toolbar editor={editor.value} label={section.title} />}
      <div class="section-text" data-blank={blank.value ? 'No text yet.' : undefined} ref={host} />
      <ProblemNote problem={problem.value} />
      {problem.value && (
        <p class="row wrap">
          <button type="button" class="button quiet" onClick={() => { attempt.value++; }}>Show the server’s text again</button>
          {saved.value === 'stopped' && mayWrite && <span class="hint">Copy first what you still need: words that were not saved go.</span>}
        </p>
      )}
      <footer class="section-foot">
        {mayWrite && <button ref={editButton} type="button" class={`button ${editing.value ? 'primary' : 'quiet'}`} disabled={saved.value === 'opening' || saved.value === 'stopped'}
          aria-label={editing.value ? `Done with ${section.title}` : `Edit ${section.title}`}
          onClick={() => editor.value && (editing.value ? leave() : setEditing(editor.value, true))}>
          {editing.value ? 'Done' : 'Edit'}
        </button>}
        {writers.value.length > 0 && <span class="writers">{writers.value.join(', ')} {writers.value.length === 1 ? 'is' : 'are'} writing here</span>}
      </footer>
    </article>
  );
}

/** Whose caret is in the text, other than one's own. */
function writersIn(awareness: Awareness): string[] {
  const names = [...awareness.getStates()]
    .filter(([client, state]) => client !== awareness.clientID && state['cursor'])
    .map(([, state]) => String((state['user'] as { name?: string } | undefined)?.name ?? 'Somebody'));
  return [...new Set(names)];
}

function mark(text: string, waiting: boolean): void {
  if (unsaved.peek().has(text) === waiting) return;
  const next = new Set(unsaved.peek());
  if (waiting) next.add(text);
  else next.delete(text);
  unsaved.value = next;
}
