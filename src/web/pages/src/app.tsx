import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { AccountPage } from './account';
import { Announcer } from './announce';
import { actAs, identityChanged, problemFrom, read } from './api';
import { Desk } from './desk';
import { eraseAll, eraseOld, onLeft } from './device';
import { openDrafts } from './drafts';
import { unsaved } from './unsaved';
import { start } from './live';
import { page } from './page';
import { ProblemNote } from './parts';
import { PeoplePage } from './people';
import type { Coalition, Me, Named, Problem } from './shapes';
import { SignIn } from './sign-in';
import { Stopped } from './stopped';
import { useView } from './view';
import type { Workspace } from './workspace';
import { WorkspaceContext } from './workspace';

type Session = { kind: 'asking' } | { kind: 'nobody' } | { kind: 'unclear'; problem: Problem } | { kind: 'somebody'; me: Me };

/** Finds out who is there, and shows them their coalition, or how to sign in. */
export function App(): JSX.Element {
  const session = useSignal<Session>({ kind: 'asking' });

  const ask = async (): Promise<void> => {
    try {
      const answer = await read<Me>('/api/me');
      session.value = { kind: 'somebody', me: answer!.value };
    } catch (error) {
      const problem = problemFrom(error);
      session.value = problem.status === 401 ? { kind: 'nobody' } : { kind: 'unclear', problem };
    }
  };

  useEffect(() => {
    eraseOld();
    void ask();
  }, []);

  if (identityChanged.value) return <Stopped />;
  const current = session.value;
  switch (current.kind) {
    case 'asking': return <main class="alone" aria-busy="true"><p class="quiet-words">Opening…</p></main>;
    case 'nobody': return <SignIn signedIn={() => void ask()} />;
    case 'unclear': return (
      <main class="alone">
        <h1>Annotate</h1>
        <ProblemNote problem={current.problem} />
        <button type="button" class="button primary" onClick={() => void ask()}>Try again</button>
      </main>
    );
    case 'somebody': return <Somebody me={current.me} />;
  }
}

function Somebody({ me }: { me: Me }): JSX.Element {
  actAs(me.as);
  useEffect(() => void start(), []);
  const coalition = me.coalition ?? new URLSearchParams(location.search).get('coalition');
  return coalition ? <InCoalition me={me} coalition={coalition} /> : <Coalitions />;
}

function InCoalition({ me, coalition }: { me: Me; coalition: string }): JSX.Element {
  const people = useView<Coalition>(`/api/coalitions/${coalition}`, `coalition/${coalition}`)!;
  useEffect(() => {
    const owner = { coalition, person: me.person };
    void openDrafts(owner);
    return onLeft(owner, signedOut => {
      if (!signedOut) return;
      unsaved.value = new Set(); // Nobody is to be asked whether they really want to leave.
      location.reload();
    });
  }, [coalition, me.person]);
  // Whose right is gone leaves nothing behind on the device. (Who is signed out by time alone is asked to sign in again, and finds it all.)
  const status = people.problem.value?.status;
  useEffect(() => { if (status === 403 || status === 404) void eraseAll({ coalition, person: me.person }, false); }, [status]);
  const workspace = useMemo<Workspace>(() => ({ me, coalition, people }), [me, coalition, people]);
  return (
    <WorkspaceContext.Provider value={workspace}>
      {page.value === 'people' ? <PeoplePage /> : page.value === 'sign-ins' && !me.operator ? <AccountPage /> : <Desk />}
      <Announcer />
    </WorkspaceContext.Provider>
  );
}

/** For the server's operator, who is of no coalition. */
function Coalitions(): JSX.Element {
  const all = useView<{ coalitions: Named[] }>('/api/coalitions', null)!;
  return (
    <main class="alone">
      <h1>Coalitions on this server</h1>
      <ProblemNote problem={all.problem.value} />
      <ul>{all.value.value?.coalitions.map(one => <li key={one.id}><a href={`?coalition=${one.id}`}>{one.name}</a></li>)}</ul>
    </main>
  );
}
