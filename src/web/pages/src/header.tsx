import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Owner } from './device';
import type { LiveState } from './live';
import { liveState, tryNow } from './live';
import { Notices } from './notices';
import { PageLink } from './page';
import { Badge } from './parts';
import type { Presence } from './shapes';
import { costsOf, signOut } from './signing-out';
import { unsaved } from './unsaved';
import { useView } from './view';
import { organisationName, personName, standingBehind, useWorkspace } from './workspace';

const stateWords: Record<LiveState, string> = {
  connecting: 'Connecting…', live: 'Live', reconnecting: 'Reconnecting…', offline: 'Offline', signedOut: 'Signed out',
};

export function Header(): JSX.Element {
  const workspace = useWorkspace();
  const { me, people, coalition } = workspace;
  return (
    <header class="top">
      <h1 class="mark" tabIndex={-1}><span class="mark-name">Annotate</span> <span class="mark-coalition">{people.value.value?.name ?? coalition}</span></h1>
      <Connection />
      <Present />
      <div class="me">
        <span class="me-name">{me.operator ? 'Operator' : me.name}</span>
        <span class="me-organisation">{me.organisation ? organisationName(workspace, me.organisation) : me.role}</span>
      </div>
      <PageLink to="people">People</PageLink>
      {!me.operator && <PageLink to="sign-ins">Sign-ins</PageLink>}
      <SignOut owner={{ coalition, person: me.person }} />
      <Notices />
    </header>
  );
}

/** Asks once when something would go with it that nobody else has, or when it would lock out. */
function SignOut({ owner }: { owner: Owner }): JSX.Element {
  const costs = useSignal('');
  const onClick = async (): Promise<void> => {
    if (!costs.value) {
      costs.value = await costsOf(owner);
      if (costs.value) return;
    }
    await signOut(owner);
  };
  return (
    <span class="guarded">
      <button type="button" class="button quiet sign-out" aria-describedby={costs.value ? 'sign-out-costs' : undefined} onClick={() => void onClick()} onBlur={() => { costs.value = ''; }}>
        {costs.value ? 'Sign out all the same' : 'Sign out'}
      </button>
      <span class="reason" id="sign-out-costs" role="status">{costs.value}</span>
    </span>
  );
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
    <div class="connection" data-state={liveState.value}>
      <p role="status">
        <span class="dot" aria-hidden="true" />
        {stateWords[liveState.value]}
        {liveState.value === 'signedOut' && <a href="/sign-in" target="_blank">Sign in again</a>}
        {down && waiting > 0 && <span class="unsaved">, your edits are kept here and sent later</span>}
      </p>
      {(liveState.value === 'reconnecting' || liveState.value === 'offline') && <button type="button" class="button link" onClick={tryNow}>Try now</button>}
    </div>
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
