import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ArticlePane } from './article';
import { Articles } from './articles';
import { ActivityPane, useFeed } from './feed';
import { Header } from './header';
import { ProblemNote } from './parts';
import type { Part } from './reading';
import { address, part, rootOf, show } from './reading';
import type { CoalitionIndex, Draft, InstrumentSummary, Statement } from './shapes';
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
  const instruments = useView<InstrumentSummary[]>('/api/instruments', null)!;
  const subject = subjectOf(statement?.value.value, instruments.value.value);
  const draft = useView<Draft>(subject && `/api/instruments/${subject.instrument}/drafts/${subject.draft}`, null);
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
          <Articles draft={draft?.value.value} index={index.value.value} current={article?.eId} />
          <ActivityPane feed={feed} articles={articles} />
        </div>
        <section class="pane reading" id="article" tabIndex={-1} aria-label="The article being read">
          <ProblemNote problem={people.problem.value ?? instruments.problem.value ?? draft?.problem.value} />
          {article && draft?.value.value
            ? <ArticlePane key={article.eId} draft={draft.value.value} article={article} articles={articles} />
            : <p class="quiet-words">{instruments.value.value?.length === 0 ? 'No instrument has been imported yet.' : 'Opening the text…'}</p>}
        </section>
        <StatementPane statement={statement} none={index.value.value !== undefined && statementId === null} />
      </main>
    </div>
  );
}

function firstStatement(index: CoalitionIndex | undefined): string | null {
  const first = index?.statements[0];
  return first?.statement ?? first?.id ?? null;
}

/** What the coalition answers: the draft its statement names, else the first there is. */
function subjectOf(statement: Statement | undefined, instruments: InstrumentSummary[] | undefined): { instrument: string; draft: string } | null {
  if (statement?.instrument && statement.draft) return { instrument: statement.instrument, draft: statement.draft };
  const first = instruments?.find(one => one.drafts.length > 0);
  return first ? { instrument: first.id, draft: first.drafts.at(-1)!.id } : null;
}
