import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { ArticlePane } from './article';
import { Articles } from './articles';
import { DraftChooser, StatementChooser, useKeptPlace } from './chooser';
import { ActivityPane, useFeed } from './feed';
import { Header } from './header';
import { ProblemNote } from './parts';
import type { Part } from './reading';
import { address, isId, part, place, rootOf, show } from './reading';
import type { CoalitionIndex, Draft, Instrument, InstrumentList, Statement } from './shapes';
import { StatementPane } from './statement';
import type { View } from './view';
import { useView } from './view';
import { pinpoint } from './words';
import { useWorkspace } from './workspace';

const parts: Record<Part, string> = { articles: 'Articles', article: 'Reading', statement: 'Statement', activity: 'Activity' };

/** The three parts side by side where there is room: what to read, reading it, and what we say about it. */
export function Desk(): JSX.Element {
  const { coalition, people } = useWorkspace();
  const feed = useFeed();
  const index = useView<CoalitionIndex>(`/api/coalitions/${coalition}/index`, null)!;
  useEffect(() => void index.refresh(), [feed.version]);

  const { statementId, statement } = useStatement(index.value.value);
  const { instruments, instrument, instrumentId, draftId, draft } = useDraft(
    statement?.value.value, isMissing(statement, statementId) || (statementId === null && index.value.value !== undefined));
  useKeptPlace({
    statement: statement?.value.value ? statementId : null,
    instrument: draft?.value.value ? instrumentId : null,
    draft: draft?.value.value ? draftId ?? null : null,
  });
  const shown = draft?.value.value;
  const title = instrument?.value.value?.title ?? '';
  const articles = shown?.articles ?? [];
  const article = address.value === '' ? articles[0] : articles.find(one => one.eId === rootOf(address.value));
  const noDraft = isMissing(draft, draftId) || isMissing(instrument, instrumentId);
  const draftChooser = (
    <DraftChooser instruments={instruments.value.value} instrument={instrument?.value.value} draft={draftId ?? undefined} isKnown={!noDraft} statement={statement?.value.value} />
  );

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
          <Articles title={title} draft={shown} index={index.value.value} current={article?.eId} chooser={draftChooser} />
          <ActivityPane feed={feed} articles={articles} />
        </div>
        <section class="pane reading" id="article" tabIndex={-1} aria-label="The article being read">
          <ProblemNote problem={people.problem.value ?? instruments.problem.value ?? (noDraft ? null : draft?.problem.value)} />
          {noDraft && <NoSuch what={`There is no draft “${[instrumentId, draftId].filter(Boolean).join('/')}” here, or none that you may see.`} />}
          {shown && !article && <NoSuch what={`${shown.title} has no ${nameOfAddress(address.value)}.`} />}
          {article && shown && <ArticlePane key={`${shown.draft} ${article.eId}`} title={title} draft={shown} article={article} articles={articles} index={index.value.value} />}
          {!shown && !noDraft && <p class="quiet-words">{instruments.value.value?.instruments.length === 0 ? 'No instrument has been imported yet.' : 'Opening the text…'}</p>}
        </section>
        <StatementPane key={statementId} statement={statement} none={index.value.value !== undefined && statementId === null}
          missing={isMissing(statement, statementId) ? statementId : null} chooser={<StatementChooser index={index.value.value} current={statementId} />} />
      </main>
    </div>
  );
}

/** The statement that the address names, or the coalition's first. */
function useStatement(index: CoalitionIndex | undefined): { statementId: string | null; statement: View<Statement> | null } {
  const { coalition } = useWorkspace();
  const statementId = place.value.statement ?? index?.statements[0]?.id ?? null;
  const asked = statementId !== null && isId(statementId) ? statementId : null;
  return { statementId, statement: useView<Statement>(asked && `/api/coalitions/${coalition}/statements/${asked}`, asked && `statement/${coalition}/${asked}`) };
}

/** The draft that the address names, or the statement's, or the newest of the first instrument where there is no statement. */
function useDraft(statement: Statement | undefined, hasNoStatement: boolean) {
  const instruments = useView<InstrumentList>('/api/instruments', null)!;
  const named = place.value.instrument;
  const first = hasNoStatement ? instruments.value.value?.instruments[0]?.id : undefined;
  const instrumentId = named ?? statement?.instrument ?? first ?? null;
  const asked = instrumentId !== null && isId(instrumentId) ? instrumentId : null;
  const instrument = useView<Instrument>(asked && `/api/instruments/${asked}`, null);
  const ofStatement = statement?.instrument === instrumentId ? statement?.draft : undefined;
  const draftId = (named && place.value.draft) ?? ofStatement ?? instrument?.value.value?.drafts.at(-1)?.id ?? null;
  const draft = useView<Draft>(asked && draftId && isId(draftId) ? `/api/instruments/${asked}/drafts/${draftId}` : null, null);
  return { instruments, instrument, instrumentId, draftId, draft };
}

/** What the address names is not there, or not for this person; ids that can be none were not asked for. */
const isMissing = (view: View<unknown> | null, id: string | null): boolean => id !== null && (!isId(id) || view?.problem.value?.status === 404);

const nameOfAddress = (eId: string): string => /^[a-z]+_[a-z0-9_]+$/.test(eId) ? `“${pinpoint(eId)}”` : `provision “${eId}”`;

function NoSuch({ what }: { what: string }): JSX.Element {
  return (
    <div class="nothing-here" role="alert">
      <p>{what}</p>
      <p><button type="button" class="button primary" onClick={() => show('articles')}>Choose from the list</button></p>
    </div>
  );
}
