import { signal } from '@preact/signals';
import type { Quote } from './shapes';

/** Which part is shown where there is room for one only. */
export type Part = 'articles' | 'article' | 'statement' | 'activity';

/** What is open, as the address says it. An id that can be none is kept as it is, to be told of. */
export interface Place {
  statement: string | null;
  instrument: string | null;
  draft: string | null;
}

const members = ['statement', 'instrument', 'draft'] as const;

export const part = signal<Part>('article');

/** The address being read, from the link: an article's, or a provision's in it; empty at first. */
export const address = signal(addressNow());

/** Which statement and which draft are open; null where the address does not say. */
export const place = signal(placeNow());

/** Words of the article that are selected, ready to be annotated. */
export const selected = signal<{ eId: string; quote: Quote } | null>(null);

addEventListener('hashchange', () => {
  address.value = addressNow();
  part.value = 'article';
});
addEventListener('popstate', () => take(placeNow()));

export const rootOf = (eId: string): string => eId.split('__')[0]!;

/** Whether it can be the id of anything: only then is the server asked for it. */
export const isId = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,63}$/.test(text);

/**
 * The address of a place.
 * @param keepsArticle With the article that is being read; another instrument has others.
 */
export function linkTo(next: Partial<Place>, keepsArticle = true): string {
  const query = new URLSearchParams(location.search);
  for (const member of members) {
    const id = member in next ? next[member] : place.value[member];
    if (id) query.set(member, id);
    else query.delete(member);
  }
  return `${query.size > 0 ? `?${query}` : location.pathname}${keepsArticle ? location.hash : ''}`;
}

/** Opens a place. One that was come to by itself, and not chosen, is no step to go back from. */
export function open(next: Partial<Place>, isChosen: boolean, keepsArticle = true): void {
  const to = linkTo(next, keepsArticle);
  if (isChosen) history.pushState(null, '', to);
  else history.replaceState(history.state, '', to);
  take(placeNow());
}

/** Shows one part, and moves the keyboard there. */
export function show(next: Part): void {
  part.value = next;
  document.getElementById(next)?.focus({ preventScroll: true });
}

function take(next: Place): void {
  address.value = addressNow();
  if (members.some(member => next[member] !== place.peek()[member])) place.value = next;
}

function placeNow(): Place {
  const query = new URLSearchParams(location.search);
  const said = (member: string): string | null => query.get(member) || null;
  return { statement: said('statement'), instrument: said('instrument'), draft: said('draft') };
}

function addressNow(): string {
  const hash = location.hash.slice(1);
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash; // Cut in the middle of a character: it is the address of nothing, and is told of as it stands.
  }
}
