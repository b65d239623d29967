import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { command, problemFrom } from './api';
import type { LiveState } from './live';
import { liveState } from './live';
import { Badge } from './parts';
import type { Presence } from './shapes';
import { useView } from './view';
import { organisationName, personName, standingBehind, useWorkspace } from './workspace';

/** Sections whose latest words here are not yet durable at the server. */
export const unsaved = signal<ReadonlySet<string>>(new Set());

const stateWords: Record<LiveState, string> = {
  connecting: 'Connecting…', live: 'Live', reconnecting: 'Reconnecting…', offline: 'Offline', signedOut: 'Signed out',
};

export function Header(): JSX.Element {
  const workspace = useWorkspace();
  const { me, people, coalition } = workspace;
  return (
    <header class="top">
      <h1 class="mark"><span class="mark-name">Annotate</span> <span class="mark-coalition">{people.value.value?.name ?? coalition}</span></h1>
      <Connection />
      <Present />
      <div class="me">
        <span class="me-name">{me.operator ? 'Operator' : me.name}</span>
        <span class="me-organisation">{me.organisation ? organisationName(workspace, me.organisation) : me.role}</span>
      </div>
      <button type="button" class="button quiet sign-out" onClick={() => void signOut()}>Sign out</button>
    </header>
  );
}

async function signOut(): Promise<void> {
  try {
    await command('DELETE', '/api/tokens/current');
  } catch (error) {
    const problem = problemFrom(error);
    if (problem.code === 'last-session') {
      if (!confirm(`${problem.title} ${problem.detail}`)) return;
      await command('DELETE', '/api/tokens/current?confirm=true').catch(() => undefined);
    }
  }
  location.reload(); // Whatever the server said, nothing of the session stays on this page.
}

/** Always there, so that a lost connection is never a surprise. */
function Connection(): JSX.Element {
  const waiting = unsaved.value.size;
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => { if (unsaved.peek().size > 0) event.preventDefault(); };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, []);
  const down = liveState.value !== 'live';
  return (
    <p class="connection" data-state={liveState.value} role="status">
      <span class="dot" aria-hidden="true" />
      {stateWords[liveState.value]}
      {liveState.value === 'signedOut' && <a href="/sign-in" target="_blank">Sign in again</a>}
      {down && waiting > 0 && <span class="unsaved">, your edits are kept here and sent later</span>}
    </p>
  );
}

/** Who has the page open, each person once. */
function Present(): JSX.Element {
  const workspace = useWorkspace();
  const { people } = workspace;
  const present = useView<Presence>(null, `presence/${workspace.coalition}`)!;
  const there = present.value.value?.people ?? [];
  const shown = there.slice(0, 5);
  return (
    <ul class="present" aria-label="Here now">
      {shown.map(person => {
        const by = { person, organisation: people.value.value?.people.find(one => one.id === person)?.organisation ?? null };
        const name = personName(workspace, by);
        const behind = standingBehind(workspace, by);
        const whole = behind ? `${name}, ${behind}` : name;
        return <li key={person} title={whole}><Badge person={person} name={name} /><span class="unseen">{whole}</span></li>;
      })}
      {there.length > shown.length && <li class="more">+{there.length - shown.length}<span class="unseen"> more</span></li>}
    </ul>
  );
}
