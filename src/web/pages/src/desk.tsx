import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ArticlePane } from './article';
import { Articles } from './articles';
import { ActivityPane, useFeed } from './feed';
import { Header } from './header';
import { ProblemNote } from './parts';
import type { Part } from './reading';
import { address, part, rootOf, show } from './reading';
import type { CoalitionIndex, Draft, Instrument, InstrumentList, Statement } from './shapes';
import { StatementPane } from './statement';
import { useView } from './view';
import { useWorkspace } from './workspace';

const parts: Record<Part, string> = { articles: 'Articles', article: 'Reading', statement: 'Statement', activity: 'Activity' };

/** The three parts side by side where there is room: what to read, reading it, and what we say about it. */
export function Desk(): JSX.Element {
  const { coalition, people } = useWorkspace();
  const feed = useFeed();
  const index = useView<CoalitionIndex>(`/api/coalitions/${coalition}/index`, null)!;
  useEffect(() => void index.refresh(), [feed.version]);

  const statementId = firstStatement(index.value.value);
  const statement = useView<Statement>(
    statementId && `/api/coalitions/${coalition}/statements/${statementId}`, statementId && `statement/${coalition}/${statementId}`);
  const instruments = useView<InstrumentList>('/api/instruments', null)!;
  // Once it is known that there is no statement, the first instrument is shown; before, none would be shown for long.
  const first = statementId === null && index.value.value ? instruments.value.value?.instruments[0]?.id : undefined;
  const instrumentId = statement?.value.value?.instrument ?? first ?? null;
  const instrument = useView<Instrument>(instrumentId && `/api/instruments/${instrumentId}`, null);
  const draftId = statement?.value.value?.draft ?? instrument?.value.value?.drafts.at(-1)?.id;
  const draft = useView<Draft>(instrumentId && draftId ? `/api/instruments/${instrumentId}/drafts/${draftId}` : null, null);
  const title = instrument?.value.value?.title ?? '';
  const articles = draft?.value.value?.articles ?? [];
  const article = articles.find(one => one.eId === rootOf(address.value)) ?? articles[0];

  return (
    <div class="desk" data-part={part.value}>
      <a class="skip" href="#article" onClick={event => { event.preventDefault(); show('article'); }}>Skip to the text</a>
      <a class="skip" href="#statement" onClick={event => { event.preventDefault(); show('statement'); }}>Skip to the statement</a>
      <Header />
      <nav class="tabs" aria-label="Parts of this page">
        {(Object.entries(parts) as [Part, string][]).map(([key, words]) => (
          <button key={key} type="button" aria-current={part.value === key ? 'page' : undefined} onClick={() => show(key)}>{words}</button>
        ))}
      </nav>
      <main class="panes">
        <div class="side">
          <Articles title={title} draft={draft?.value.value} index={index.value.value} current={article?.eId} />
          <ActivityPane feed={feed} articles={articles} />
        </div>
        <section class="pane reading" id="article" tabIndex={-1} aria-label="The article being read">
          <ProblemNote problem={people.problem.value ?? instruments.problem.value ?? draft?.problem.value} />
          {article && draft?.value.value
            ? <ArticlePane key={article.eId} title={title} draft={draft.value.value} article={article} articles={articles} index={index.value.value} />
            : <p class="quiet-words">{instruments.value.value?.instruments.length === 0 ? 'No instrument has been imported yet.' : 'Opening the text…'}</p>}
        </section>
        <StatementPane statement={statement} none={index.value.value !== undefined && statementId === null} />
      </main>
    </div>
  );
}

function firstStatement(index: CoalitionIndex | undefined): string | null {
  return index?.statements[0]?.id ?? null;
}
