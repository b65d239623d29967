import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { QuoteCharactersMax, QuoteContextCharactersMax } from './limits';
import { PositionsPart } from './positions';
import { address, selected } from './reading';
import type { CoalitionIndex, Draft, Provision, Quote, Thread } from './shapes';
import { ThreadPart, composeAbout, useThreads } from './thread';
import { flatten, groupOf, nameOf, pinpoint, printed } from './words';

interface ArticlePaneProps {
  /** The instrument's. */
  title: string;
  draft: Draft;
  article: Provision;
  articles: Provision[];
  index: CoalitionIndex | undefined;
}

/** One article: its words, what each organisation holds of it, and what was said about it. */
export function ArticlePane({ title, draft, article, articles, index }: ArticlePaneProps): JSX.Element {
  const threads = useThreads(draft.instrument, article.eId);
  const at = articles.indexOf(article);
  const isThere = address.value === '' || [...flatten(article)].some(one => one.provision.eId === address.value);
  const missing = isThere ? '' : pinpoint(address.value);
  const before = articles[at - 1];
  const after = articles[at + 1];
  return (
    <>
      <header class="article-head">
        <p class="kicker">{[title, draft.title, groupOf(draft, article)].filter(Boolean).join(' · ')}</p>
        <h2>{nameOf(article)} {article.heading && <span class="article-title">{article.heading}</span>}</h2>
        <p class="steps">
          {before ? <a href={`#${before.eId}`} rel="prev">← {nameOf(before)}</a> : <span />}
          {after && <a href={`#${after.eId}`} rel="next">{nameOf(after)} →</a>}
        </p>
      </header>
      {missing !== '' && <p class="nothing-here" role="alert">{nameOf(article)} has no “{missing}” in this draft.</p>}
      {draft.note && <DraftNote note={draft.note} />}
      <ArticleText article={article} language={draft.language} threads={[threads.coalition?.value.value, threads.organisation?.value.value]} />
      <SelectedWords />
      <PositionsPart instrument={draft.instrument} article={article} index={index} />
      <ThreadPart draft={draft} article={article} threads={threads} />
    </>
  );
}

/** Its first sentence, which says what kind of text this is, always; the rest on demand. */
function DraftNote({ note }: { note: string }): JSX.Element {
  const [, first = note, rest = ''] = /^(.+?[.!?])\s+(.+)$/s.exec(note) ?? [];
  if (rest === '') return <p class="draft-note">{first}</p>;
  return <details class="draft-note"><summary>{first}</summary><p>{rest}</p></details>;
}

function ArticleText({ article, language, threads }: { article: Provision; language: string; threads: (Thread | undefined)[] }): JSX.Element {
  const text = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const onSelect = (): void => { selected.value = text.current ? selectionWithin(text.current) : null; };
    document.addEventListener('selectionchange', onSelect);
    return () => {
      document.removeEventListener('selectionchange', onSelect);
      selected.value = null;
    };
  }, []);

  useEffect(() => {
    if (text.current) highlight(text.current, threads);
    return () => clearHighlight();
  }, [article, ...threads]);

  const pointedAt = address.value;
  useEffect(() => {
    if (pointedAt.includes('__')) text.current?.querySelector(`[data-eid="${CSS.escape(pointedAt)}"]`)?.scrollIntoView({ block: 'center' });
  }, [pointedAt]);

  return <div class="legal" lang={language} ref={text}><ProvisionText provision={article} top pointedAt={pointedAt} /></div>;
}

function ProvisionText({ provision, top = false, pointedAt }: { provision: Provision; top?: boolean; pointedAt: string }): JSX.Element {
  return (
    <div class={`provision ${top ? 'whole' : provision.kind}`} data-eid={provision.eId} data-pointed={provision.eId === pointedAt && !top ? '' : undefined}>
      {!top && <span class="number" aria-hidden="true">{printed(provision)}</span>}
      {!top && <span class="unseen">{nameOf(provision)} {provision.number}. </span>}
      {provision.text && <p class="words" data-words={provision.eId}>{provision.text}</p>}
      {provision.provisions.length > 0 && (
        <div class="inner">{provision.provisions.map(inner => <ProvisionText key={inner.eId} provision={inner} pointedAt={pointedAt} />)}</div>
      )}
    </div>
  );
}

/** What is selected, if it lies in the words of one provision; across provisions there is no one text to quote from. */
function selectionWithin(text: HTMLElement): { eId: string; quote: Quote } | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const start = wordsAround(range.startContainer);
  const words = start && start === wordsAround(range.endContainer) ? start : null;
  if (!words || !text.contains(words)) return null;
  const whole = words.textContent;
  const from = offsetIn(words, range.startContainer, range.startOffset);
  const to = offsetIn(words, range.endContainer, range.endOffset);
  const exact = whole.slice(from, to);
  if (exact.trim() === '' || exact.length > QuoteCharactersMax) return null;
  return {
    eId: words.dataset['words']!,
    quote: { exact, prefix: whole.slice(Math.max(0, from - QuoteContextCharactersMax), from), suffix: whole.slice(to, to + QuoteContextCharactersMax) },
  };
}

function wordsAround(node: Node): HTMLElement | null {
  return (node instanceof Element ? node : node.parentElement)?.closest<HTMLElement>('[data-words]') ?? null;
}

function offsetIn(words: HTMLElement, node: Node, offset: number): number {
  const range = document.createRange();
  range.setStart(words, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

const highlightName = 'annotated';

/** Marks quoted words without touching the document, so that selections and screen readers are left alone. */
function highlight(text: HTMLElement, threads: (Thread | undefined)[]): void {
  if (!('highlights' in CSS)) return; // An older browser: the quotations are still in the thread.
  const ranges: Range[] = [];
  for (const annotation of threads.flatMap(thread => thread?.annotations ?? [])) {
    const { quote, eId } = annotation.target;
    if (!quote || annotation.resolved || annotation.deleted) continue;
    const words = text.querySelector<HTMLElement>(`[data-words="${CSS.escape(eId)}"]`);
    const node = words?.firstChild;
    const at = node?.textContent ? find(node.textContent, quote) : -1;
    if (!node || at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + quote.exact.length);
    ranges.push(range);
  }
  CSS.highlights.set(highlightName, new Highlight(...ranges));
}

function clearHighlight(): void {
  if ('highlights' in CSS) CSS.highlights.delete(highlightName);
}

/** The quotation with its surroundings first; the words alone when the surroundings changed. */
function find(text: string, { exact, prefix, suffix }: Quote): number {
  const whole = text.indexOf(`${prefix ?? ''}${exact}${suffix ?? ''}`);
  return whole >= 0 ? whole + (prefix?.length ?? 0) : text.indexOf(exact);
}

/** Appears while words are selected; pressing it keeps the selection and goes to the form. */
function SelectedWords(): JSX.Element {
  const words = selected.value;
  return (
    <div class="selected" hidden={!words}>
      <span class="selected-words">“{words?.quote.exact}”</span>
      <button type="button" class="button primary" onMouseDown={event => event.preventDefault()} onClick={() => words && composeAbout(words)}>
        Annotate these words
      </button>
    </div>
  );
}

/** For choosing what an annotation or a position is about, by keyboard too. */
export function ProvisionChoice({ article, value, onChange, noteOn }: {
  article: Provision; value: string; onChange: (eId: string) => void; noteOn?: (eId: string) => string;
}): JSX.Element {
  return (
    <select value={value} onChange={event => onChange(event.currentTarget.value)}>
      {[...flatten(article)].map(({ provision, depth }) => (
        <option key={provision.eId} value={provision.eId}>
          {noteOn?.(provision.eId)}{depth === 0 ? `All of ${nameOf(provision)}` : `${'\u2003'.repeat(depth - 1)}${printed(provision)} ${shorten(provision.text)}`}
        </option>
      ))}
    </select>
  );
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
