import type { ComponentChildren, JSX } from 'preact';
import { drafts } from './drafts';
import { starts } from './live';
import { ProblemNote } from './parts';
import { Section } from './section';
import { SetAside } from './set-aside';
import type { Statement } from './shapes';
import type { View } from './view';
import { barTo, useWorkspace } from './workspace';

interface StatementPaneProps {
  statement: View<Statement> | null;
  /** The coalition has no statement at all. */
  none: boolean;
  /** The id in the address, when there is no such statement. */
  missing: string | null;
  chooser: ComponentChildren;
}

/** The statement that the coalition writes, every section of it live. */
export function StatementPane({ statement, none, missing, chooser }: StatementPaneProps): JSX.Element {
  const shown = statement?.value.value;
  const bar = barTo(useWorkspace(), 'draft');
  // Words for a text that is not shown here are offered all the same.
  const isKnown = shown !== undefined || none || missing !== null || statement?.problem.value !== undefined;
  const elsewhere = isKnown ? drafts.value.filter(({ draft }) => !shown?.sections.some(section => section.text === draft.text)) : [];
  return (
    <section class="pane statement" id="statement" tabIndex={0} aria-labelledby="statement-title">
      <header class="pane-head">
        <h2 id="statement-title">{shown?.title ?? 'Statement'}</h2>
        {shown?.destination && <p class="hint">To {shown.destination}</p>}
        {missing !== null && <p role="alert">There is no statement “{missing}” in this coalition, or none that you may see.</p>}
        {chooser}
        {shown && bar && <p class="reason">You read along here. {bar}</p>}
      </header>
      <ProblemNote problem={missing === null ? statement?.problem.value : null} />
      {none && <p class="quiet-words">The coalition has not begun a statement yet.</p>}
      {shown?.sections.length === 0 && <p class="quiet-words">The statement has no sections yet.</p>}
      {/* The live connection may come later than the statement; sections need it to show their text. */}
      {starts.value > 0 && shown?.sections.map(section => <Section key={section.text} section={section} />)}
      {elsewhere.map(one => <SetAside key={one.draft.id} kept={one} text={null} leave={() => document.getElementById('statement')?.focus()} />)}
    </section>
  );
}
