import { signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { command } from './api';
import { ProvisionChoice } from './article';
import { keptValues, useKeptForm } from './kept-form';
import { Byline, Choice, CommandForm, Field, Guarded, ProblemNote } from './parts';
import type { Annotation, Draft, Provision, Quote, Thread, Tier, Written } from './shapes';
import type { View } from './view';
import { useView } from './view';
import { barTo, momentOf, organisationName, personName, tierKey, useWorkspace } from './workspace';
import { motivationWord, motivationWords, pinpoint } from './words';

export interface Threads {
  coalition: View<Thread> | null;
  /** What only the person's own organisation sees; null for those without one. */
  organisation: View<Thread> | null;
}

/** The words that a new annotation is to be about, set from the text; null when the form is closed. */
const composing = signal<{ eId: string; quote: Quote | null } | null>(null);

/** Opens the form for words selected in the text. */
export function composeAbout(words: { eId: string; quote: Quote | null }): void {
  composing.value = words;
}

export function useThreads(instrument: string, eId: string): Threads {
  const workspace = useWorkspace();
  const url = threadUrl(workspace.coalition, instrument, eId);
  const topic = (tier: Tier): string => `thread/${workspace.coalition}/${tierKey(workspace, tier)}/${instrument}/${eId}`;
  const inOrganisation = workspace.me.organisation !== null;
  return {
    coalition: useView<Thread>(`${url}?tier=coalition`, topic('coalition')),
    organisation: useView<Thread>(inOrganisation ? `${url}?tier=organisation` : null, inOrganisation ? topic('organisation') : null),
  };
}

function threadUrl(coalition: string, instrument: string, eId: string): string {
  return `/api/coalitions/${coalition}/instruments/${instrument}/articles/${eId}/thread`;
}

/** What was said about the article, for the whole coalition and, apart from it, within the person's organisation. */
export function ThreadPart({ draft, article, threads }: { draft: Draft; article: Provision; threads: Threads }): JSX.Element {
  const workspace = useWorkspace();
  const tier = useSignal<Tier>('coalition');
  const form = `annotation/${draft.instrument}/${article.eId}`;
  const compose = (): void => composeAbout(begunAbout(keptValues(workspace, form)) ?? { eId: article.eId, quote: null });
  useEffect(() => {
    if (keptValues(workspace, form) && barTo(workspace, 'annotate') === null) compose();
    return () => { composing.value = null; };
  }, []);

  const view = threads[tier.value] ?? threads.coalition;
  const thread = view?.value.value;
  const url = threadUrl(workspace.coalition, draft.instrument, article.eId);
  const counted = (one: View<Thread> | null): number => one?.value.value?.annotations.filter(annotation => !annotation.deleted).length ?? 0;

  return (
    <section class="part" aria-labelledby="annotations">
      <header class="part-head">
        <h3 id="annotations">Annotations</h3>
        {!composing.value && (
          <Guarded bar={barTo(workspace, 'annotate')} label="Annotate" onClick={compose} />
        )}
      </header>
      {composing.value && (
        <Composer key={JSON.stringify(composing.value)} form={form} draft={draft} article={article} url={url} tier={tier.value} sent={to => { tier.value = to; composing.value = null; }} />
      )}
      {threads.organisation && (
        <div class="tiers" role="group" aria-label="Who sees these annotations">
          <TierButton tier="coalition" current={tier.value} words={`Whole coalition (${counted(threads.coalition)})`} choose={to => { tier.value = to; }} />
          <TierButton tier="organisation" current={tier.value} choose={to => { tier.value = to; }}
            words={`Only ${organisationName(workspace, workspace.me.organisation!)} (${counted(threads.organisation)})`} />
        </div>
      )}
      <ProblemNote problem={view?.problem.value} />
      {thread && thread.annotations.length === 0 && <p class="quiet-words">Nothing has been annotated here yet.</p>}
      <ol class="thread">
        {thread?.annotations.map(annotation => <AnnotationItem key={annotation.id} annotation={annotation} article={article} url={url} tier={tier.value} />)}
      </ol>
    </section>
  );
}

function TierButton({ tier, current, words, choose }: { tier: Tier; current: Tier; words: string; choose: (tier: Tier) => void }): JSX.Element {
  return <button type="button" class="tier" aria-pressed={tier === current} onClick={() => choose(tier)}>{words}</button>;
}

/** What an annotation that was begun is about. */
function begunAbout(kept: Record<string, unknown> | null): { eId: string; quote: Quote | null } | null {
  return typeof kept?.['about'] === 'string' ? { eId: kept['about'], quote: (kept['quote'] ?? null) as Quote | null } : null;
}

function Composer({ form, draft, article, url, tier, sent }: { form: string; draft: Draft; article: Provision; url: string; tier: Tier; sent: (tier: Tier) => void }): JSX.Element {
  const { me } = useWorkspace();
  const about = useSignal(composing.value?.eId ?? article.eId);
  const quote = useSignal(composing.value?.quote ?? null);
  const motivation = useSignal('commenting');
  const seenBy = useSignal<Tier>(tier);
  const text = useSignal('');
  // What it is about comes with the opening: words that were selected since count for more than those of before.
  const kept = useKeptForm(form, { text, motivation, seenBy }, { about, quote });

  const send = (): Promise<void> => command('POST', `${url}/annotations`, {
    tier: seenBy.value,
    target: { draft: draft.draft, eId: about.value, ...(quote.value ? { quote: quote.value } : {}) },
    motivation: motivation.value,
    text: text.value,
    tags: [],
  });

  return (
    <CommandForm label="New annotation" kept={kept} submit="Add annotation" ready={text.value.trim() !== ''} send={send} done={() => sent(seenBy.value)} cancel={() => { composing.value = null; }}>
      {quote.value
        ? (
          <div class="about-quote">
            <QuoteBlock eId={about.value} article={article} quote={quote.value} />
            <button type="button" class="button quiet" onClick={() => { quote.value = null; }}>Annotate without quoting</button>
          </div>
        )
        : <Field label="About"><ProvisionChoice article={article} value={about.value} onChange={eId => { about.value = eId; }} /></Field>}
      <Field label="Your annotation">
        <textarea data-first rows={4} value={text.value} onInput={event => { text.value = event.currentTarget.value; }} />
      </Field>
      <Field label="Kind">
        <select value={motivation.value} onChange={event => { motivation.value = event.currentTarget.value; }}>
          {Object.entries(motivationWords).map(([key, words]) => <option key={key} value={key}>{words}</option>)}
        </select>
      </Field>
      {me.organisation && (
        <Choice legend="Who sees it" name="tier" value={seenBy.value} onChange={to => { seenBy.value = to; }}
          options={{ coalition: 'The whole coalition', organisation: 'Only my organisation' }} />
      )}
    </CommandForm>
  );
}

function QuoteBlock({ eId, article, quote }: { eId: string; article: Provision; quote: Quote }): JSX.Element {
  return (
    <blockquote class="quote">
      {eId !== article.eId && <a href={`#${eId}`}>{pinpoint(eId)}</a>} <span>{quote.exact}</span>
    </blockquote>
  );
}

function AnnotationItem({ annotation, article, url, tier }: { annotation: Annotation; article: Provision; url: string; tier: Tier }): JSX.Element {
  const workspace = useWorkspace();
  const replyForm = `reply/${annotation.id}`;
  const replying = useSignal(keptValues(workspace, replyForm) !== null);
  const bar = barTo(workspace, 'annotate');
  const { target } = annotation;
  const own = `${url}/annotations/${annotation.id}`;
  const act = (verb: string): Promise<void> => command('POST', `${own}/${verb}?tier=${tier}`);

  return (
    <li class="annotation" data-resolved={annotation.resolved ? '' : undefined} id={`annotation-${annotation.id}`}>
      <article aria-label={`Annotation by ${personName(workspace, annotation.by)}`}>
        <Byline by={annotation.by} at={annotation.at} />
        <p class="labels">
          <span class="label">{motivationWord(annotation.motivation)}</span>
          {annotation.resolved && <span class="label resolved">Resolved</span>}
          {!target.quote && target.eId !== article.eId && <a class="label" href={`#${target.eId}`}>{pinpoint(target.eId)}</a>}
          {annotation.tags.map(tag => <span class="label" key={tag}>{tag}</span>)}
        </p>
        {target.quote && !annotation.deleted && <QuoteBlock eId={target.eId} article={article} quote={target.quote} />}
        <WrittenText written={annotation} url={own} tier={tier} />
        <ol class="replies">
          {annotation.replies.map(reply => (
            <li key={reply.id}><Byline by={reply.by} at={reply.at} /><WrittenText written={reply} url={`${url}/annotations/${reply.id}`} tier={tier} /></li>
          ))}
        </ol>
        {replying.value && !bar
          ? <ReplyForm form={replyForm} url={`${own}/replies?tier=${tier}`} close={() => { replying.value = false; }} />
          : !bar && !annotation.deleted && (
            <p class="row">
              <button type="button" class="button link" onClick={() => { replying.value = true; }}>Reply</button>
              <Deed words={annotation.resolved ? 'Reopen' : 'Resolve'} act={() => act(annotation.resolved ? 'reopen' : 'resolve')} />
            </p>
          )}
      </article>
    </li>
  );
}

/** The words as they are now, with earlier wordings at hand; changed or deleted by the one who wrote them. */
function WrittenText({ written, url, tier }: { written: Written; url: string; tier: Tier }): JSX.Element {
  const workspace = useWorkspace();
  const form = `reword/${written.id}`;
  const editing = useSignal(keptValues(workspace, form) !== null);
  if (written.deleted) return <p class="quiet-words">Deleted by its author.</p>;
  const mine = written.by.person === workspace.me.person && !barTo(workspace, 'annotate');
  if (editing.value && mine) return <RewordForm form={form} written={written} url={`${url}?tier=${tier}`} close={() => { editing.value = false; }} />;
  return (
    <>
      <p class="written">{written.text}</p>
      {written.edits.length > 0 && (
        <details class="edits">
          <summary>Reworded {written.edits.length === 1 ? 'once' : `${written.edits.length} times`}</summary>
          <ol>{written.edits.map(edit => <li key={edit.at}><span class="ago">until {momentOf(edit.at)}</span> {edit.text}</li>)}</ol>
        </details>
      )}
      {mine && (
        <p class="row">
          <button type="button" class="button link" onClick={() => { editing.value = true; }}>Reword</button>
          <Deed words="Delete" sure="Delete for good?" act={() => command('DELETE', `${url}?tier=${tier}`, undefined, written.version)} />
        </p>
      )}
    </>
  );
}

function RewordForm({ form, written, url, close }: { form: string; written: Written; url: string; close: () => void }): JSX.Element {
  const text = useSignal(written.text ?? '');
  // Of the wording that was on the screen when it was begun: if it was changed elsewhere since, the server says so.
  const version = useSignal(written.version);
  const kept = useKeptForm(form, { text, version });
  return (
    <CommandForm label="Change the wording" kept={kept} submit="Save" ready={text.value.trim() !== ''} cancel={close} done={close}
      send={() => command('PATCH', url, { text: text.value }, version.value)}>
      <Field label="Wording"><textarea rows={4} value={text.value} onInput={event => { text.value = event.currentTarget.value; }} /></Field>
    </CommandForm>
  );
}

function ReplyForm({ form, url, close }: { form: string; url: string; close: () => void }): JSX.Element {
  const text = useSignal('');
  const kept = useKeptForm(form, { text });
  return (
    <CommandForm label="Reply" kept={kept} submit="Send reply" ready={text.value.trim() !== ''} send={() => command('POST', url, { text: text.value })} done={close} cancel={close}>
      <Field label="Your reply"><textarea rows={3} value={text.value} onInput={event => { text.value = event.currentTarget.value; }} /></Field>
    </CommandForm>
  );
}

/** A command without a form; a refusal stands beside it. What cannot be undone is asked for twice. */
function Deed({ words, sure, act }: { words: string; sure?: string; act: () => Promise<void> }): JSX.Element {
  const asking = useSignal(false);
  const refusal = useSignal<string | null>(null);
  const busy = useSignal(false);
  const onClick = async (): Promise<void> => {
    if (sure && !asking.value) {
      asking.value = true;
      return;
    }
    busy.value = true;
    refusal.value = null;
    try {
      await act();
    } catch (error) {
      refusal.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      <button type="button" class="button link" disabled={busy.value} onClick={() => void onClick()} onBlur={() => { asking.value = false; }}>
        {asking.value ? sure : words}
      </button>
      {refusal.value && <span class="problem" role="alert">{refusal.value}</span>}
    </>
  );
}
