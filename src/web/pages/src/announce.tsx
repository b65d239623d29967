import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { AnnounceMilliseconds } from './limits';

const said = signal('');
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells screen readers, in moderation: what comes in quick succession is said together. */
export function announce(words: string): void {
  waiting.push(words);
  if (timer === undefined) say();
}

function say(): void {
  said.value = waiting.length > 3 ? `${waiting.length} changes; the last: ${waiting.at(-1)}` : waiting.join('. ');
  waiting = [];
  timer = setTimeout(() => {
    timer = undefined;
    if (waiting.length > 0) say();
  }, AnnounceMilliseconds);
}

export function Announcer(): JSX.Element {
  return <p class="unseen" role="status" aria-live="polite">{said.value}</p>;
}
