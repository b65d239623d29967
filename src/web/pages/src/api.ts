import { signal } from '@preact/signals';
import { CommandRetriesMax, CommandRetryMilliseconds } from './limits';
import type { Problem } from './shapes';

/** The server said no, or could not be reached; what a person is told is in the problem. */
export class Refused extends Error {
  /** @param isRepeat The same was sent before and got no answer, so that it may have been done then. */
  constructor(readonly problem: Problem, readonly isRepeat = false) {
    super(problem.detail ? `${problem.title} ${problem.detail}` : problem.title);
  }
}

export interface Answer<T> {
  value: T;
  /** From the ETag; 0 when there is none. */
  version: number;
}

/** Whom this page was opened for, as the server names them: every request says so, and is answered as nobody else. */
let actingAs: string | null = null;

/** Whether this browser acts as somebody else by now: the page must stop, or what is typed into it would be somebody else's. */
export const identityChanged = signal(false);

/** How often this page heard that its browser may act as somebody else. */
export const doubts = signal(0);

export function actAs(name: string): void {
  if (actingAs === name) return;
  actingAs = name;
  channel?.postMessage(name);
}

/**
 * By which a tab tells the others whom it acts as. The server ends what was open with the session before, but only where it knows of it: a
 * tab may be connected to another server of a cluster. A tab that heard of somebody else lets its connection go and asks, and is told
 * (identity-changed) or goes on.
 */
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('annotate-identity') : null;
channel?.addEventListener('message', ({ data }) => {
  if (actingAs === null || data === actingAs) return;
  doubts.value++;
  void read('/api/me').catch(() => undefined);
});

/** This page begins anew, as whom the browser acts as by now. */
export function reloadAs(): void {
  location.assign('/');
}

/** The address of a socket, where no header can be sent. */
export function socketUrl(path: string): string {
  return actingAs ? `${path}?as=${encodeURIComponent(actingAs)}` : path;
}

const unreachable: Problem = {
  code: 'unreachable', status: 0, title: 'The server cannot be reached.', detail: 'Check your connection; nothing you wrote here is lost.',
};

/** Reads; null when it is still at the version known. */
export async function read<T>(url: string, known?: number): Promise<Answer<T> | null> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (known) headers['If-None-Match'] = `"${known}"`;
  const response = await reach(url, { headers });
  if (response.status === 304) return null;
  if (!response.ok) throw new Refused(await problemOf(response));
  return { value: (await response.json()) as T, version: versionOf(response) };
}

/**
 * Sends a command under an id of its own. One whose answer was lost is sent again under the same id, so that it happens once.
 */
export async function command(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown, ifVersion?: number): Promise<void> {
  const headers: Record<string, string> = { 'Idempotency-Key': `"${uuid7()}"`, Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (ifVersion !== undefined) headers['If-Match'] = `"${ifVersion}"`;
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  let isRepeat = false;
  for (let retry = 0; ; retry++) {
    try {
      const response = await reach(url, init);
      if (response.ok) return;
      throw new Refused(await problemOf(response), isRepeat);
    } catch (error) {
      isRepeat ||= error instanceof Refused && error.problem.status === 0;
      const passing = error instanceof Refused && (error.problem.status === 0 || error.problem.status === 503);
      if (!passing || retry === CommandRetriesMax) throw error;
      await new Promise(resolve => setTimeout(resolve, CommandRetryMilliseconds * 2 ** retry));
    }
  }
}

/** Makes something that cannot be asked for again, such as a link: tried once, and what it makes is in the answer. */
export async function make<T>(url: string, body: unknown): Promise<T> {
  const response = await reach(url, { method: 'POST', headers: { Accept: 'application/json', 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Refused(await problemOf(response));
  return (await response.json()) as T;
}

/** Turns the token of a sign-in link into a cookie. */
export async function signIn(token: string): Promise<void> {
  const response = await reach('/sign-in', {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body: new URLSearchParams({ token }),
  });
  if (!response.ok) throw new Refused(await problemOf(response));
}

/** For showing whatever went wrong. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  return { code: 'unexpected', status: 0, title: 'Something went wrong on this page.', detail: error instanceof Error ? error.message : String(error) };
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    const headers = actingAs ? { ...init.headers, 'Annotate-As': actingAs } : init.headers;
    const response = await fetch(url, { ...init, ...(headers && { headers }), credentials: 'same-origin' });
    learnTime(response);
    return response;
  } catch {
    throw new Refused(unreachable);
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const plain: Problem = { code: `http-${response.status}`, status: response.status, title: `The server answered ${response.status} ${response.statusText}`.trim() + '.' };
  try {
    const problem = { ...plain, ...((await response.json()) as Partial<Problem>) };
    if (problem.code === 'identity-changed') identityChanged.value = true;
    return problem;
  } catch {
    return plain; // Something between us and the server answered, without a problem document.
  }
}

function versionOf(response: Response): number {
  return Number(/"(\d+)"/.exec(response.headers.get('ETag') ?? '')?.[1] ?? 0);
}

/** How far the server's clock is ahead of this one. It takes no ids from the future, and clocks of computers at home are often wrong. */
let aheadMilliseconds = 0;

function learnTime(response: Response): void {
  const at = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isNaN(at)) aheadMilliseconds = at - Date.now();
}

/** RFC 9562 section 5.7: 48 bits of time in milliseconds, then random bits. `crypto.randomUUID` makes version 4 only. */
export function uuid7(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now() + aheadMilliseconds;
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(now / 2 ** (8 * (5 - index))) & 0xff;
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
