import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { drafts } from './drafts';
import { ProblemNote } from './parts';
import type { SavedState } from './section-text';
import { SectionText } from './section-text';
import { SetAside } from './set-aside';
import type { StatementSection } from './shapes';
import { Toolbar } from './toolbar';
import { pinpoint, strangerWords } from './words';
import { barTo, personName, useWorkspace } from './workspace';

const savedWords: Record<SavedState, string> = { opening: 'Opening…', saved: 'Saved', saving: 'Saving…', stopped: 'Not saved' };

/** One section: its live text for everybody, and an editor for those with a mandate to draft. */
export function Section({ section }: { section: StatementSection }): JSX.Element {
  const workspace = useWorkspace();
  const host = useRef<HTMLDivElement>(null);
  const editButton = useRef<HTMLButtonElement>(null);
  const opened = useSignal<SectionText | null>(null);
  const attempt = useSignal(0);
  const mayWrite = barTo(workspace, 'draft') === null;

  useEffect(() => {
    const { person, organisation, name } = workspace.me;
    const text = new SectionText(section, host.current!, {
      by: { person, organisation }, name, mayWrite, owner: { coalition: workspace.coalition, person },
      nameOf: who => who === person ? name : personName(workspace, { person: who, organisation: null }),
      onEscape: () => editButton.current?.focus(),
    });
    opened.value = text;
    return () => {
      opened.value = null;
      text.destroy();
    };
  }, [section.text, attempt.value]);

  const text = opened.value;
  useEffect(() => { if (text) text.mayWrite = mayWrite; }, [text, mayWrite]);
  const aside = drafts.value.filter(one => one.draft.text === section.text);
  const saved = text?.saved.value ?? 'opening';
  const isEditing = text?.isEditing.value === true;
  const stranger = text?.stranger.value ?? null;
  const id = `section-${section.id}`;
  const leave = (): void => (editButton.current?.disabled === false ? editButton.current : document.getElementById(id))?.focus();
  return (
    <article class="section" data-editing={isEditing ? '' : undefined} aria-labelledby={id}>
      <header class="section-head">
        <h3 id={id} tabIndex={-1}>{section.title}</h3>
        <p class="section-state" data-state={saved}>{saved === 'saved' && !mayWrite ? '' : savedWords[saved]}</p>
      </header>
      <Citations of={section} />
      {isEditing && text?.editor.value && <Toolbar editor={text.editor.value} label={section.title} />}
      <p class="stranger" role="status">{stranger !== null && strangerWords(stranger)}</p>
      <div class="section-text" data-blank={text?.isBlank.value ? 'No text yet.' : undefined} ref={host} />
      <Stopped text={text} onAgain={() => { attempt.value++; }} />
      {aside.map(one => <SetAside key={one.draft.id} kept={one} text={text} leave={leave} />)}
      <footer class="section-foot">
        {mayWrite && <button ref={editButton} type="button" class={`button ${isEditing ? 'primary' : 'quiet'}`}
          disabled={saved === 'opening' || saved === 'stopped' || stranger !== null}
          aria-label={isEditing ? `Done with ${section.title}` : `Edit ${section.title}`}
          onClick={() => isEditing ? text?.leave() : text?.edit()}>
          {isEditing ? 'Done' : 'Edit'}
        </button>}
        <Writers names={text?.writers.value ?? []} />
      </footer>
    </article>
  );
}

function Citations({ of }: { of: StatementSection }): JSX.Element | null {
  if (of.citations.length === 0) return null;
  return (
    <ul class="citations" aria-label="Cites">
      {of.citations.map(eId => <li key={eId}><a href={`#${eId}`}>{pinpoint(eId)}</a></li>)}
    </ul>
  );
}

/** Why nothing more comes or goes, and the way back. */
function Stopped({ text, onAgain }: { text: SectionText | null; onAgain: () => void }): JSX.Element | null {
  if (!text?.problem.value) return null;
  return (
    <>
      <ProblemNote problem={text.problem.value} />
      <p class="row"><button type="button" class="button quiet" onClick={onAgain}>Show the server’s text again</button></p>
    </>
  );
}

function Writers({ names }: { names: string[] }): JSX.Element | null {
  if (names.length === 0) return null;
  return <span class="writers">{names.join(', ')} {names.length === 1 ? 'is' : 'are'} writing here</span>;
}
