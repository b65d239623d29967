import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { kindWords, tokenWords } from './account-words';
import { command, make, Refused, reloadAs } from './api';
import { Header } from './header';
import { ProgramDays, ProgramDaysDefault } from './limits';
import { MadeOnce } from './made';
import { PageLink, takeArrival } from './page';
import { CommandForm, Field, ProblemNote } from './parts';
import type { BrowserSession, MadeToken, MyToken } from './shapes';
import { leave, losesWords, lostWords, signOut } from './signing-out';
import type { View } from './view';
import { useView } from './view';
import { dateOf, momentOf, personName, useWorkspace } from './workspace';

/** What somebody can come in with: looked through, ended, and made; and the people that this browser holds sessions of. */
export function AccountPage(): JSX.Element {
  const { me } = useWorkspace();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takeArrival()) title.current?.focus();
    const before = document.title;
    document.title = `Sign-ins · ${before}`;
    return () => { document.title = before; };
  }, []);
  return (
    <div class="page">
      <a class="skip" href="#sign-ins-title" onClick={event => { event.preventDefault(); title.current?.focus(); }}>Skip to your sign-ins</a>
      <Header />
      <main class="people">
        <p><PageLink to="">Back to the articles and the statement</PageLink></p>
        <h2 id="sign-ins-title" tabIndex={-1} ref={title}>Your sign-ins</h2>
        <p class="hint">Everything by which somebody can act here as {me.name}. End what you do not know.</p>
        <Tokens />
        <Held />
      </main>
    </div>
  );
}

type Form = 'none' | 'device' | 'program' | 'others' | 'everywhere';

function Tokens(): JSX.Element {
  const { coalition, me } = useWorkspace();
  const tokens = useView<{ tokens: MyToken[] }>('/api/me/tokens', null)!;
  const form = useSignal<Form>('none');
  const said = useSignal('');
  const opener = useRef<HTMLButtonElement | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const all = tokens.value.value?.tokens;
  const others = all?.filter(one => !one.current) ?? [];
  const owner = { coalition, person: me.person };
  const refresh = (): void => void tokens.refresh();
  const close = (words = ''): void => {
    form.value = 'none';
    said.value = words;
    (opener.current?.isConnected ? opener.current : list.current)?.focus();
  };
  const ended = (words: string): void => {
    refresh();
    close(words);
  };
  const button = (to: Form, words: string): JSX.Element => (
    <button type="button" class="button quiet" aria-expanded={form.value === to}
      onClick={event => { opener.current = event.currentTarget; said.value = ''; form.value = form.value === to ? 'none' : to; }}>{words}</button>
  );
  return (
    <section aria-labelledby="sign-ins-title" class="members">
      <ProblemNote problem={tokens.problem.value} />
      <div class="row wrap">
        {button('device', 'A link for another device')}
        {button('program', 'A token for a program')}
        {others.length > 0 && button('others', 'Sign out everywhere else')}
        {button('everywhere', 'Sign out everywhere')}
      </div>
      <p class="said" role="status">{said.value}</p>
      {form.value === 'device' && <DeviceForm close={() => close()} refresh={refresh} />}
      {form.value === 'program' && <ProgramForm close={() => close()} refresh={refresh} />}
      {form.value === 'others' && (
        <CommandForm label="Sign out everywhere else" submit="Sign out everywhere else" cancel={() => close()} send={() => command('DELETE', '/api/me/tokens?others=true')}
          done={() => ended('You are signed in here only.')}>
          <p data-first tabIndex={-1}>Everything in the list but what this page came with ends at once, on open pages too: {countWords(others.length)}.</p>
        </CommandForm>
      )}
      {form.value === 'everywhere' && (
        <CommandForm label="Sign out everywhere" submit="Sign out everywhere" cancel={() => close()} send={endEverything} done={() => void leave(owner)}>
          <p data-first tabIndex={-1}>
            Everything in the list ends at once, this page too. Afterwards nothing is left that you could come in with: an administrator of your
            organisation, or the operator, has to make a link for you. {losesWords(owner) && lostWords}
          </p>
        </CommandForm>
      )}
      {!all && !tokens.problem.value && <p class="quiet-words" role="status">Opening…</p>}
      <ul ref={list} tabIndex={-1} aria-label="What you can come in with">
        {all?.map(one => <TokenRow key={one.id} token={one} ended={ended} />)}
      </ul>
    </section>
  );
}

/** When the answer was lost, whoever asks again is signed out already. Whoever was signed out before has ended nothing, and is told so. */
async function endEverything(): Promise<void> {
  try {
    await command('DELETE', '/api/me/tokens');
  } catch (error) {
    if (!(error instanceof Refused && error.isRepeat && error.problem.status === 401)) throw error;
  }
}

const countWords = (count: number): string => count === 1 ? 'one' : `${count} of them`;

function TokenRow({ token, ended }: { token: MyToken; ended: (words: string) => void }): JSX.Element {
  const workspace = useWorkspace();
  const { coalition, me } = workspace;
  const isAsking = useSignal(false);
  const opener = useRef<HTMLButtonElement>(null);
  const words = tokenWords(token);
  const owner = { coalition, person: me.person };
  const close = (): void => {
    isAsking.value = false;
    opener.current?.focus();
  };
  const verb = token.current ? 'Sign out here' : 'End';
  return (
    <li class="person" aria-label={words}>
      <p><strong>{words}</strong></p>
      {token.kind && <p class="hint">{kindWords[token.kind]}.</p>}
      <p class="hint">
        {token.made && `Since ${momentOf(token.made)}${token.by && token.by !== me.person ? `, made by ${personName(workspace, { person: token.by, organisation: null })}` : ''}. `}
        It ends by itself on {dateOf(token.expires)}.
      </p>
      <div class="row wrap">
        <button ref={opener} type="button" class="button quiet" aria-expanded={isAsking.value} aria-label={`${verb}: ${words}`} onClick={() => { isAsking.value = !isAsking.value; }}>{verb}</button>
      </div>
      {isAsking.value && (
        <CommandForm label={`${verb}: ${words}`} submit={token.current ? 'Sign out' : 'End it'} cancel={close}
          send={() => token.current ? signOut(owner) : command('DELETE', `/api/me/tokens/${token.id}`)} done={() => { if (!token.current) ended(`Ended: ${words}.`); }}>
          <p data-first tabIndex={-1}>
            {token.current
              ? `You are signed out of this browser. ${losesWords(owner) ? lostWords : ''}`
              : 'It ends at once, on open pages too, with everything that was made with it and does not live its own time.'}
          </p>
        </CommandForm>
      )}
    </li>
  );
}

/** Makes a link that signs the same person in elsewhere. */
function DeviceForm({ close, refresh }: { close: () => void; refresh: () => void }): JSX.Element {
  const { me, coalition } = useWorkspace();
  const made = useSignal<MadeToken | null>(null);
  if (made.value) {
    return (
      <MadeOnce label="Link for another device" what="link" value={made.value.link!} close={close}>
        Open it on your other device until {momentOf(made.value.expires)}: it signs you in there, once. Whoever else opens it first is signed in as you.
      </MadeOnce>
    );
  }
  return (
    <CommandForm label="A link for another device" submit="Make the link" cancel={close} done={refresh}
      send={async () => { made.value = await make<MadeToken>(`/api/coalitions/${coalition}/people/${me.person}/tokens`, { kind: 'signIn' }); }}>
      <p data-first tabIndex={-1}>The link signs you in on your phone, or in another browser, once, within an hour. Make it when the other device is at hand.</p>
    </CommandForm>
  );
}

/** Makes a token by which a program acts as the person. */
function ProgramForm({ close, refresh }: { close: () => void; refresh: () => void }): JSX.Element {
  const { me, coalition } = useWorkspace();
  const name = useSignal('');
  const days = useSignal(ProgramDaysDefault);
  const made = useSignal<MadeToken | null>(null);
  if (made.value) {
    return (
      <MadeOnce label={`Token for ${name.value.trim()}`} what="token" value={made.value.token} close={close}>
        Until {momentOf(made.value.expires)} the program may do whatever you may. It sends the token with every request: Authorization: Bearer.
      </MadeOnce>
    );
  }
  return (
    <CommandForm label="A token for a program" submit="Make the token" cancel={close} done={refresh} ready={name.value.trim() !== ''}
      send={async () => { made.value = await make<MadeToken>(`/api/coalitions/${coalition}/people/${me.person}/tokens`, { kind: 'bearer', name: name.value.trim(), days: days.value }); }}>
      <Field label="Name" hint="by which you will know it in the list">
        <input type="text" autocomplete="off" value={name.value} onInput={event => { name.value = event.currentTarget.value; }} />
      </Field>
      <Field label="It is good for">
        <select value={days.value} onChange={event => { days.value = Number(event.currentTarget.value); }}>
          {ProgramDays.map(one => <option key={one} value={one}>{one === 1 ? 'a day' : `${one} days`}</option>)}
        </select>
      </Field>
    </CommandForm>
  );
}

/** The sessions that this browser holds, of this person and others. */
function Held(): JSX.Element | null {
  const { me } = useWorkspace();
  const held = useView<{ sessions: BrowserSession[] }>('/api/browser/sessions', null)!;
  const others = held.value.value?.sessions.filter(one => !one.selected) ?? [];
  return (
    <section class="members group-of-people" aria-labelledby="held-title">
      <h3 id="held-title">In this browser</h3>
      <ProblemNote problem={held.problem.value} />
      <p>This browser acts as <strong>{me.name}</strong>.{others.length > 0 && ' It is signed in as others, too; it acts as one at a time, and pages of the other stop.'}</p>
      {others.length > 0 && <ul>{others.map(one => <HeldRow key={one.id} session={one} held={held} />)}</ul>}
      <p class="hint">To act as somebody else as well, open a sign-in link of theirs here, or <a href="/sign-in">put it in by hand</a>. This session stays.</p>
    </section>
  );
}

function HeldRow({ session, held }: { session: BrowserSession; held: View<{ sessions: BrowserSession[] }> }): JSX.Element {
  return (
    <li class="person" aria-label={session.name}>
      <p><strong>{session.name}</strong> <Behind>{session.organisationName}</Behind> <span class="hint">in {session.coalitionName}</span></p>
      <CommandForm label={`Change to ${session.name}`} submit={`Change to ${session.name}`} done={() => void held.refresh()}
        send={async () => {
          await command('POST', `/api/browser/sessions/${session.id}/select`);
          reloadAs();
        }}>
        <></>
      </CommandForm>
    </li>
  );
}

function Behind({ children }: { children: ComponentChildren }): JSX.Element | null {
  return children ? <span>({children})</span> : null;
}
