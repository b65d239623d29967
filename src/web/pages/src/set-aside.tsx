import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { announce } from './announce';
import type { KeptDraft } from './drafts';
import { removeDraft } from './drafts';
import { Guarded, ProblemNote } from './parts';
import type { SectionText } from './section-text';
import type { Part } from './unsent-words';
import { plainWords } from './unsent-words';
import { barTo, momentOf, personName, useWorkspace } from './workspace';

interface SetAsideProps {
  kept: KeptDraft;
  /** The text they are for; null where it is not shown. */
  text: SectionText | null;
  /** Where the keyboard goes when the offer is gone. */
  leave: () => void;
}

/** Words that the server refused: what they were, why they are not in the text, and what can become of them. */
export function SetAside({ kept: { draft, isKept }, text, leave }: SetAsideProps): JSX.Element {
  const workspace = useWorkspace();
  const box = useRef<HTMLElement>(null);
  const state = useSignal<'offered' | 'sending' | 'nowhere'>('offered');
  const takesFocus = text?.justSetAside.value === draft.id;
  useEffect(() => { announce(`Words of yours in ${draft.title} were not taken, and are set aside.`); }, []);
  useEffect(() => {
    if (!takesFocus) return;
    text!.justSetAside.value = null;
    box.current?.focus();
  }, [takesFocus]);

  const isOpen = text?.saved.value === 'saved' || text?.saved.value === 'saving';
  const bar = barTo(workspace, 'draft') ?? (isOpen ? null : 'The text is not open here.');
  const putBack = (): void => {
    if (!text!.putBack(draft, () => { state.value = 'offered'; })) {
      state.value = 'nowhere';
      return;
    }
    state.value = 'sending';
    announce(`Your words are in ${draft.title} again.`);
    leave();
  };
  const named = `set-aside-${draft.id}`;
  return (
    <section class="set-aside" ref={box} tabIndex={-1} aria-labelledby={named}>
      <h4 id={named}>Set aside: your words for “{draft.title}”</h4>
      <ProblemNote problem={draft.problem} />
      <p class="hint">
        Written by {personName(workspace, { person: draft.person, organisation: null })}, <time dateTime={draft.at}>{momentOf(draft.at)}</time>. They are not in the text.{' '}
        {isKept ? 'They are kept on this device until you decide, or sign out.' : 'This device does not keep them: copy them before you leave this page.'}
      </p>
      <Words draft={draft} />
      {state.value === 'nowhere' && <p class="problem" role="alert">There is no place for them in the text as it is now. Copy them, and paste what you need.</p>}
      {state.value === 'sending'
        ? <p class="hint" role="status">Put back into the text. They stay here until the server has them.</p>
        : (
          <div class="row wrap">
            <Guarded bar={bar} label="Put back into the text" kind="primary" onClick={putBack} />
            <Copy draft={draft} />
            <ThrowAway id={draft.id} leave={leave} />
          </div>
        )}
    </section>
  );
}

/** To be scrolled by the keyboard, too. */
function Words({ draft: { blocks, deletes } }: { draft: KeptDraft['draft'] }): JSX.Element {
  return (
    <>
      {blocks.length > 0 && (
        <div class="set-aside-words" tabIndex={0} role="group" aria-label="The words">
          {blocks.map((block, index) => <div key={index}>{block.lines.map((line, at) => <p key={at}>{line.map(words)}</p>)}</div>)}
        </div>
      )}
      {deletes && <p class="hint">{blocks.length > 0 ? 'You also took words out, which are in the text still.' : 'You took words out, which are in the text still.'}</p>}
    </>
  );
}

const words = (part: Part, index: number): JSX.Element | string => part.mine ? <ins key={index}>{part.words}</ins> : part.words;

function Copy({ draft }: { draft: KeptDraft['draft'] }): JSX.Element | null {
  const done = useSignal<string | null>(null);
  if (draft.blocks.length === 0) return null;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(plainWords(draft.blocks));
      done.value = 'Copied.';
    } catch {
      done.value = 'The browser did not allow that. Select the words, and copy them.';
    }
  };
  return (
    <>
      <button type="button" class="button quiet" onClick={() => void copy()}>Copy</button>
      <span class="hint" role="status">{done.value}</span>
    </>
  );
}

function ThrowAway({ id, leave }: { id: string; leave: () => void }): JSX.Element {
  const asking = useSignal(false);
  const onClick = (): void => {
    if (!asking.value) {
      asking.value = true;
      return;
    }
    leave();
    void removeDraft(id);
  };
  return (
    <button type="button" class="button link" onClick={onClick} onBlur={() => { asking.value = false; }}>
      {asking.value ? 'Throw away for good?' : 'Throw away'}
    </button>
  );
}
