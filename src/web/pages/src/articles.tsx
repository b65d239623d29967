import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Field } from './parts';
import type { CoalitionIndex, Draft, Positions, Provision } from './shapes';
import { rootOf, show } from './reading';
import { nameOf, stateWords } from './words';

/** The draft's articles, each with how much is open in its threads and where the coalition's position stands. */
export function Articles({ draft, index, current }: { draft: Draft | undefined; index: CoalitionIndex | undefined; current: string | undefined }): JSX.Element {
  const filter = useSignal('');
  const sought = filter.value.trim().toLowerCase();
  const shown = draft?.articles.filter(article => `${nameOf(article)} ${article.heading ?? ''}`.toLowerCase().includes(sought)) ?? [];
  return (
    <nav class="pane articles" id="articles" tabIndex={-1} aria-label="Articles">
      <header class="pane-head">
        <h2>{draft?.title ?? 'Articles'}</h2>
        <Field label="Find an article">
          <input type="search" value={filter.value} onInput={event => { filter.value = event.currentTarget.value; }} />
        </Field>
      </header>
      <ol>
        {shown.map(article => (
          <li key={article.eId}>
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
  const states = index?.positions
    .filter(position => position.instrument === draft.instrument && rootOf(position.eId) === article.eId && isState(position.state))
    .map(position => position.state as Positions['state']) ?? [];
  const state = (['blocked', 'open', 'adopted'] as const).find(one => states.includes(one));
  if (open === 0 && !state) return null;
  return (
    <span class="marks">
      {state && <span class={`mark-state ${state}`}>{stateWords[state]}</span>}
      {open > 0 && <span class="mark-open">{open}<span class="unseen"> open {open === 1 ? 'annotation' : 'annotations'}</span></span>}
    </span>
  );
}

function isState(state: string | undefined): boolean {
  return state === 'open' || state === 'adopted' || state === 'blocked';
}
