import { HttpTransportType, HubConnectionBuilder, HubConnectionState, LogLevel } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { problemIn } from '@annotate/signalr-provider';
import { signal } from '@preact/signals';
import { doubts, identityChanged, problemFrom, read, socketUrl } from './api';
import { ConnectMillisecondsMax, FollowAgainMilliseconds, ReconnectMillisecondsMax, ReconnectMillisecondsMin } from './limits';
import type { Problem } from './shapes';

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'signedOut';

/** What a topic's follower hears. */
export interface Follower {
  /** What the follower has; -1 for nothing. */
  since(): number;
  followed(version: number, state: string | null): void;
  changed(version: number): void;
  gone(problem: Problem): void;
}

interface Followed {
  version: number;
  state: string | null;
}

/** How the page stands with the server; shown in the header. */
export const liveState = signal<LiveState>('connecting');

/** Goes up whenever a connection was started anew, for those who must begin again on it. */
export const starts = signal(0);

const followers = new Map<string, Follower>();

/** Topics that this connection was asked to follow: the server takes each once. */
const asked = new Set<string>();

// The jitter keeps a restarted server from meeting everyone at once.
const waitBefore = (attempt: number): number =>
  Math.min(ReconnectMillisecondsMax, ReconnectMillisecondsMin * 2 ** Math.min(attempt, 10)) * (0.75 + Math.random() / 2);

export const connection = new HubConnectionBuilder()
  .withUrl('/live', { skipNegotiation: true, transport: HttpTransportType.WebSockets })
  .withHubProtocol(new MessagePackHubProtocol())
  .configureLogging(LogLevel.None)
  .build();

connection.on('Changed', (topic: string, changes: { version: number }[]) => followers.get(topic)?.changed(changes.at(-1)?.version ?? 0));
connection.on('Reset', (topic: string, version: number, state: string) => followers.get(topic)?.followed(version, state));
connection.on('Gone', (topic: string, problem: string) => {
  asked.delete(topic);
  followers.get(topic)?.gone(problemIn(new Error(problem)) ?? unknown);
});
connection.onclose(() => {
  asked.clear();
  setDown();
  void start(waitBefore(0));
});
addEventListener('offline', () => setDown());
addEventListener('online', () => {
  setDown();
  tryNow();
});
document.addEventListener('visibilitychange', () => { if (!document.hidden) tryNow(); });

/** Ends the wait for the next attempt; null while none is waited for. */
let stopWaiting: (() => void) | null = null;

// Whatever the server knows of it: nothing more is sent over a connection that was opened as somebody else.
identityChanged.subscribe(isChanged => {
  if (!isChanged) return;
  stopWaiting?.();
  void connection.stop();
});

// A new connection says whom it is for, and is had by nobody else.
doubts.subscribe(count => { if (count > 0) void connection.stop(); });

/** Does not wait for the next attempt to connect, if one is waited for. */
export function tryNow(): void {
  stopWaiting?.();
}

/**
 * Connects, however long that takes: a laptop that slept for a weekend comes back by itself. The library's own way to reconnect waits out
 * each pause, whatever somebody or the browser knows by then.
 */
export async function start(waitMilliseconds = 0): Promise<void> {
  for (let attempt = 1, wait = waitMilliseconds; !identityChanged.peek(); wait = waitBefore(attempt++)) {
    if (wait > 0) await pause(wait);
    if (identityChanged.peek()) return;
    try {
      await connect();
      setUp();
      starts.value++;
      return;
    } catch {
      setDown();
      void lookForSession();
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    const go = (): void => {
      clearTimeout(timer);
      stopWaiting = null;
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    stopWaiting = go;
  });
}

async function connect(): Promise<void> {
  // Where packets vanish, a browser would wait for minutes.
  const timer = setTimeout(() => void connection.stop(), ConnectMillisecondsMax);
  try {
    connection.baseUrl = new URL(socketUrl('/live'), location.href).href;
    await connection.start();
  } finally {
    clearTimeout(timer);
  }
}

/** Follows a topic until the function returned is called. */
export function follow(topic: string, follower: Follower): () => void {
  followers.set(topic, follower);
  if (connection.state === HubConnectionState.Connected) void ask(topic, follower);
  return () => {
    if (followers.get(topic) !== follower) return;
    followers.delete(topic);
    if (asked.delete(topic) && connection.state === HubConnectionState.Connected) connection.send('Unfollow', topic).catch(() => undefined);
  };
}

async function ask(topic: string, follower: Follower): Promise<void> {
  if (asked.has(topic)) return;
  asked.add(topic);
  try {
    const answer = await connection.invoke<Followed>('Follow', topic, follower.since());
    if (followers.get(topic) === follower) follower.followed(answer.version, answer.state);
  } catch (error) {
    asked.delete(topic);
    // A lost connection asks again by itself when it is back.
    if (followers.get(topic) !== follower || connection.state !== HubConnectionState.Connected) return;
    const problem = problemIn(error);
    if (problem && problem.status < 500) follower.gone(problem);
    else setTimeout(() => { if (followers.get(topic) === follower) void ask(topic, follower); }, FollowAgainMilliseconds);
  }
}

function setUp(): void {
  liveState.value = 'live';
  for (const [topic, follower] of followers) void ask(topic, follower);
}

function setDown(): void {
  if (connection.state === HubConnectionState.Connected && navigator.onLine) liveState.value = 'live';
  else if (!navigator.onLine) liveState.value = 'offline';
  else liveState.value = starts.value === 0 ? 'connecting' : 'reconnecting';
}

/** While no connection can be had: whether that is because the session has ended. The page keeps what was typed, and says so. */
async function lookForSession(): Promise<void> {
  try {
    await read('/api/me');
  } catch (error) {
    if (problemFrom(error).status === 401) liveState.value = 'signedOut';
    if (identityChanged.peek()) void connection.stop();
  }
}

const unknown: Problem = { code: 'gone', status: 404, title: 'This is no longer there, or no longer yours to see.' };
