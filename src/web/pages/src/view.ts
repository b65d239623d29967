import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { problemFrom, read } from './api';
import { ReadAgainMilliseconds } from './limits';
import { follow, starts } from './live';
import type { Problem } from './shapes';

/**
 * Something the server shows, kept up to date: read over HTTP at once, so that the page is there before the live connection is,
 * then followed. A change is a hint that carries a version; the state is read again, and several hints while reading make one more read.
 */
export class View<T> {
  readonly value = signal<T | undefined>(undefined);
  readonly version = signal(-1);
  readonly problem = signal<Problem | undefined>(undefined);
  readonly #url: string | null;
  readonly #topic: string | null;
  #stopFollowing: (() => void) | undefined;
  #reading = false;
  #readAgain = false;
  #holders = 0;
  #stopRecovering: (() => void) | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** @param url Where the state is read; null for a topic that exists on the hub only. */
  constructor(url: string | null, topic: string | null) {
    this.#url = url;
    this.#topic = topic;
  }

  hold(): void {
    if (this.#holders++ > 0) return;
    // Once the server is there again, what it could not say then is out of date.
    let isFirst = true;
    this.#stopRecovering = starts.subscribe(() => {
      if (!isFirst && this.problem.peek() && isPassing(this.problem.peek()!)) void this.refresh();
      isFirst = false;
    });
    if (this.#url) void this.refresh().then(() => this.#follow());
    else this.#follow();
  }

  /** @returns Whether nobody holds it any more. */
  release(): boolean {
    if (--this.#holders > 0) return false;
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
    this.#stopRecovering?.();
    clearTimeout(this.#again);
    return true;
  }

  async refresh(): Promise<void> {
    if (this.#reading) {
      this.#readAgain = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#readAgain = false;
        await this.#readOnce();
      } while (this.#readAgain);
    } finally {
      this.#reading = false;
    }
  }

  async #readOnce(): Promise<void> {
    if (!this.#url) return;
    clearTimeout(this.#again);
    try {
      const answer = await read<T>(this.#url, this.value.peek() === undefined ? undefined : this.version.peek());
      this.problem.value = undefined;
      if (answer) this.#take(answer.value, answer.version);
    } catch (error) {
      const problem = problemFrom(error);
      this.problem.value = problem;
      if (isPassing(problem) && this.#holders > 0) this.#again = setTimeout(() => void this.refresh(), ReadAgainMilliseconds);
    }
  }

  #take(value: T, version: number): void {
    if (version < this.version.peek()) return; // An answer that was overtaken by a later one.
    this.version.value = version;
    this.value.value = value;
    this.problem.value = undefined;
  }

  #follow(): void {
    if (!this.#topic || this.#holders === 0 || this.#stopFollowing) return;
    const topic = this.#topic;
    const follower = {
      since: () => (this.value.peek() === undefined || !this.#url ? -1 : this.version.peek()),
      followed: (version: number, state: string | null) => {
        if (state !== null) this.#take(JSON.parse(state) as T, version);
        else if (version > this.version.peek() || this.problem.peek()) void this.refresh();
      },
      changed: (version: number) => {
        if (version > this.version.peek()) void this.refresh();
      },
      gone: (problem: Problem) => {
        this.problem.value = problem;
        this.value.value = undefined;
      },
    };
    this.#stopFollowing = follow(topic, follower);
  }
}

/** The server could not be reached, or asks for patience: nothing is wrong with the question. */
const isPassing = ({ status, code }: Problem): boolean => (status === 0 && code === 'unreachable') || (status >= 502 && status <= 504);

const views = new Map<string, View<unknown>>();

/** A view shared by all parts of the page that show the same; dropped when the last of them goes. */
export function useView<T>(url: string | null, topic: string | null): View<T> | null {
  const key = url === null && topic === null ? null : `${url} ${topic}`;
  const view = useMemo(() => {
    if (key === null) return null;
    let known = views.get(key);
    if (!known) views.set(key, (known = new View<unknown>(url, topic)));
    return known;
  }, [key]);
  useEffect(() => {
    if (!view || key === null) return;
    if (views.get(key) !== view) views.set(key, view);
    view.hold();
    return () => {
      if (view.release() && views.get(key) === view) views.delete(key);
    };
  }, [view]);
  return view as View<T> | null;
}
