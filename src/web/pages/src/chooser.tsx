import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Part, Place } from './reading';
import { linkTo, open, place, show } from './reading';
import type { CoalitionIndex, Instrument, InstrumentList, Statement } from './shapes';
import { useView } from './view';
import { useWorkspace } from './workspace';

/** What else can be opened here: links, so that each can be sent to somebody, or opened beside this one. */
function Chooser({ words, isOpen = false, children }: { words: string; isOpen?: boolean; children: ComponentChildren }): JSX.Element {
  const whole = useRef<HTMLDetailsElement>(null);
  const close = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !whole.current?.open) return;
    event.stopPropagation();
    whole.current.open = false;
    whole.current.querySelector('summary')?.focus();
  };
  return (
    <details class="chooser" ref={whole} open={isOpen} onKeyDown={close}>
      <summary>{words}</summary>
      <ul>{children}</ul>
    </details>
  );
}

interface PlaceLinkProps {
  to: Partial<Place>;
  isHere: boolean;
  keepsArticle: boolean;
  part: Part;
  children: ComponentChildren;
}

function PlaceLink({ to, isHere, keepsArticle, part, children }: PlaceLinkProps): JSX.Element {
  const onClick = (event: MouseEvent): void => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // A window of its own.
    event.preventDefault();
    (event.currentTarget as HTMLElement).closest('details')!.open = false;
    if (!isHere) open(to, true, keepsArticle);
    show(part);
  };
  return <li><a href={linkTo(to, keepsArticle)} aria-current={isHere ? 'true' : undefined} onClick={onClick}>{children}</a></li>;
}

/** The coalition's statements by their titles; nothing where there is no choice. */
export function StatementChooser({ index, current }: { index: CoalitionIndex | undefined; current: string | null }): JSX.Element | null {
  const all = index?.statements ?? [];
  const isKnown = all.some(one => one.id === current);
  if (all.length === 0 || (isKnown && all.length === 1)) return null;
  return (
    <Chooser words={`The coalition’s statements (${all.length})`} isOpen={!isKnown}>
      {all.map(one => <StatementLink key={one.id} id={one.id} version={one.version} isHere={one.id === current} />)}
    </Chooser>
  );
}

function StatementLink({ id, version, isHere }: { id: string; version: number; isHere: boolean }): JSX.Element {
  const { coalition } = useWorkspace();
  const view = useView<Statement>(`/api/coalitions/${coalition}/statements/${id}`, null)!;
  useEffect(() => { if (version > view.version.peek()) void view.refresh(); }, [version]);
  // The draft that it is about comes with it.
  return (
    <PlaceLink to={{ statement: id, instrument: null, draft: null }} isHere={isHere} keepsArticle={view.value.value?.instrument === place.value.instrument} part="statement">
      {view.value.value?.title ?? id}{view.value.value?.destination && <span class="hint"> to {view.value.value.destination}</span>}
    </PlaceLink>
  );
}

interface DraftChooserProps {
  instruments: InstrumentList | undefined;
  instrument: Instrument | undefined;
  draft: string | undefined;
  isKnown: boolean;
  statement: Statement | undefined;
}

/** The instrument's drafts, and the other instruments; nothing where there is no choice. */
export function DraftChooser({ instruments, instrument, draft, isKnown, statement }: DraftChooserProps): JSX.Element | null {
  const drafts = instrument?.drafts ?? [];
  const others = instruments?.instruments.filter(one => one.id !== instrument?.id) ?? [];
  if (isKnown && drafts.length < 2 && others.length === 0) return null;
  if (drafts.length + others.length === 0) return null;
  const isTheirs = (id: string): boolean => statement?.instrument === instrument?.id && statement?.draft === id;
  return (
    <Chooser words="Other drafts and texts" isOpen={!isKnown}>
      {drafts.map(one => (
        <PlaceLink key={one.id} to={{ instrument: instrument!.id, draft: one.id }} isHere={isKnown && one.id === draft} keepsArticle part="articles">
          {one.title}{isTheirs(one.id) && <span class="hint"> the statement is about this one</span>}
        </PlaceLink>
      ))}
      {others.map(one => <PlaceLink key={one.id} to={{ instrument: one.id, draft: null }} isHere={false} keepsArticle={false} part="articles">{one.title}</PlaceLink>)}
    </Chooser>
  );
}

/** Keeps the address at what is shown: another statement that comes first, or another draft, does not take its place. */
export function useKeptPlace(shown: Place): void {
  useEffect(() => {
    const missing = (Object.entries(shown) as [keyof Place, string | null][]).filter(([member, id]) => id !== null && place.peek()[member] === null);
    if (missing.length > 0) open(Object.fromEntries(missing), false);
  }, [shown.statement, shown.instrument, shown.draft, place.value]);
}
