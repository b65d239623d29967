import { signal } from '@preact/signals';
import type { Quote } from './shapes';

/** Which part is shown where there is room for one only. */
export type Part = 'articles' | 'article' | 'statement' | 'activity';

export const part = signal<Part>('article');

/** The address being read, from the link: an article's, or a provision's in it; empty at first. */
export const address = signal(decodeURIComponent(location.hash.slice(1)));

/** Words of the article that are selected, ready to be annotated. */
export const selected = signal<{ eId: string; quote: Quote } | null>(null);

addEventListener('hashchange', () => {
  address.value = decodeURIComponent(location.hash.slice(1));
  part.value = 'article';
});

export const rootOf = (eId: string): string => eId.split('__')[0]!;

/** Shows one part, and moves the keyboard there. */
export function show(next: Part): void {
  part.value = next;
  document.getElementById(next)?.focus({ preventScroll: true });
}
