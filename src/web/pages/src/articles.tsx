import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Field } from './parts';
import type { CoalitionIndex, Draft, Provision } from './shapes';
import { rootOf, show } from './reading';
import { groupOf, nameOf } from './words';

interface ArticlesProps {
  /** The instrument's. */
  title: string;
  draft: Draft | undefined;
  index: CoalitionIndex | undefined;
  current: string | undefined;
  chooser: ComponentChildren;
}

/** The draft's articles under their chapters, each with how many organisations took a position and how much is open in its threads. */
export function Articles({ title, draft, index, current, chooser }: ArticlesProps): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [current]);
  const filter = useSignal('');
  const sought = filter.value.trim().toLowerCase();
  const shown = draft?.articles.filter(article => `${nameOf(article)} ${article.heading ?? ''}`.toLowerCase().includes(sought)) ?? [];
  return (
    <nav class="pane articles" id="articles" tabIndex={-1} aria-label="Articles">
      <header class="pane-head">
        <h2>{title || 'Articles'}</h2>
        {draft && <p class="hint">{draft.title}</p>}
        {chooser}
        <Field label="Find an article">
          <input type="search" value={filter.value} onInput={event => { filter.value = event.currentTarget.value; }} />
        </Field>
      </header>
      <ol ref={list}>
        {shown.map((article, at) => (
          <li key={article.eId}>
            {article.within && article.within !== shown[at - 1]?.within && <p class="group">{groupOf(draft!, article)}</p>}
            <a href={`#${article.eId}`} aria-current={article.eId === current ? 'true' : undefined} onClick={() => show('article')}>
              <span class="article-name">{nameOf(article)}</span>
              {article.heading && <span class="article-heading">{article.heading}</span>}
              <Marks article={article} draft={draft!} index={index} />
            </a>
          </li>
        ))}
      </ol>
      {draft && shown.length === 0 && <p class="quiet-words">No article fits.</p>}
    </nav>
  );
}

function Marks({ article, draft, index }: { article: Provision; draft: Draft; index: CoalitionIndex | undefined }): JSX.Element | null {
  const open = index?.threads
    .filter(thread => thread.instrument === draft.instrument && thread.eId === article.eId)
    .reduce((sum, thread) => sum + thread.open, 0) ?? 0;
  const holders = index?.positions
    .filter(position => position.instrument === draft.instrument && rootOf(position.eId) === article.eId)
    .reduce((sum, position) => sum + position.total, 0) ?? 0;
  if (open === 0 && holders === 0) return null;
  return (
    <span class="marks">
      {holders > 0 && <span class="mark-state">{holders} {holders === 1 ? 'position' : 'positions'}</span>}
      {open > 0 && <span class="mark-open">{open}<span class="unseen"> open {open === 1 ? 'annotation' : 'annotations'}</span></span>}
    </span>
  );
}
