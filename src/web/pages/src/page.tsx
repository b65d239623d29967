import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Which page of the coalition is open, as the address says it; empty for the desk, where it is read and written. */
export const page = signal(pageNow());

/** Somebody went there by a link on the page: the keyboard goes along. */
let isOnTheWay = false;

/** The page, and so the link, that somebody left by. */
let lastLeftBy = '';

addEventListener('popstate', () => {
  const to = pageNow();
  if (to === page.peek()) return;
  isOnTheWay = true;
  lastLeftBy = to || page.peek();
  page.value = to;
});

/** What the desk shows stays in the address, so that going back leads there. */
export function pageAddress(to: string): string {
  const query = new URLSearchParams(location.search);
  if (to) query.set('page', to);
  else query.delete('page');
  return `${query.size > 0 ? `?${query}` : location.pathname}${location.hash}`;
}

export function openPage(to: string): void {
  isOnTheWay = true;
  history.pushState(null, '', pageAddress(to));
  page.value = to;
}

/** A link to a page, or from it back to the desk; who comes back finds the keyboard on the link that they left by. */
export function PageLink({ to, children }: { to: string; children: ComponentChildren }): JSX.Element {
  const link = useRef<HTMLAnchorElement>(null);
  const was = useRef(page.peek());
  useEffect(() => {
    if (page.peek() === '' && lastLeftBy === to && takeArrival()) link.current?.focus();
  }, []);
  const onClick = (event: MouseEvent): void => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // A window of its own.
    event.preventDefault();
    if (page.peek() === to) return;
    lastLeftBy = to || was.current;
    openPage(to);
  };
  return <a ref={link} class="page-link" href={pageAddress(to)} aria-current={page.value === to ? 'page' : undefined} onClick={onClick}>{children}</a>;
}

/** Whether somebody has just come by a link: asked once. */
export function takeArrival(): boolean {
  const arrived = isOnTheWay;
  isOnTheWay = false;
  return arrived;
}

function pageNow(): string {
  return new URLSearchParams(location.search).get('page') ?? '';
}
