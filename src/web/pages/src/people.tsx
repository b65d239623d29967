import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Header } from './header';
import { PageLink, takeArrival } from './page';
import { ProblemNote } from './parts';
import { AdmitForm, OrganisationForm } from './people-forms';
import { administratorsOf, refusals } from './people-words';
import { PersonRow } from './person-row';
import type { Feed, PeopleDeeds, Person } from './shapes';
import { useView } from './view';
import { useWorkspace } from './workspace';

/** The coalition's organisations and people, and what the person who looks may do about them. */
export function PeoplePage(): JSX.Element {
  const { coalition, me, people } = useWorkspace();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takeArrival()) title.current?.focus();
    const before = document.title;
    document.title = `People · ${before}`;
    return () => { document.title = before; };
  }, []);
  const shown = people.value.value;
  const own = shown?.organisations.find(one => one.id === me.organisation);
  const others = shown?.organisations.filter(one => one !== own).sort((a, b) => a.name.localeCompare(b.name)) ?? [];
  return (
    <div class="page">
      <a class="skip" href="#people-title" onClick={event => { event.preventDefault(); title.current?.focus(); }}>Skip to the people</a>
      <Header />
      <main class="people">
        <p><PageLink to="">Back to the articles and the statement</PageLink></p>
        <h2 id="people-title" tabIndex={-1} ref={title}>People of {shown?.name ?? coalition}</h2>
        <ProblemNote problem={people.problem.value} />
        {!shown && !people.problem.value && <p class="quiet-words" role="status">Opening…</p>}
        {own && <Group key={own.id} id={own.id} name={own.name} isOpen />}
        {others.map(one => <Group key={one.id} id={one.id} name={one.name} isOpen={false} />)}
        {shown && <Group id={null} name="Of no organisation" isOpen={!me.organisation} />}
      </main>
    </div>
  );
}

interface GroupProps {
  id: string | null;
  name: string;
  isOpen: boolean;
}

function Group({ id, name, isOpen }: GroupProps): JSX.Element {
  const { people } = useWorkspace();
  const open = useSignal(isOpen);
  const members = people.value.value!.people.filter(one => one.organisation === id).sort((a, b) => a.name.localeCompare(b.name));
  return (
    <details class="group-of-people" open={open.value} onToggle={event => { open.value = event.currentTarget.open; }}>
      <summary><h3>{name}</h3> <span class="hint">{members.length === 1 ? '1 person' : `${members.length} people`}</span></summary>
      {open.value && <Members id={id} name={name} members={members} />}
    </details>
  );
}

type Form = 'none' | 'admit' | 'rename' | 'organisation';

function Members({ id, name, members }: { id: string | null; name: string; members: Person[] }): JSX.Element {
  const { coalition, me, people } = useWorkspace();
  const deeds = useView<PeopleDeeds>(`/api/coalitions/${coalition}/people${id === null ? '' : `?organisation=${id}`}`, null)!;
  const feed = useView<Feed>(`/api/coalitions/${coalition}/feed?tier=coalition`, `feed/${coalition}/coalition`)!;
  // What may be done follows from the coalition, which is live.
  useEffect(() => void deeds.refresh(), [people.version.value]);
  const form = useSignal<Form>('none');
  const fresh = useSignal<string | null>(null);
  const opener = useRef<HTMLButtonElement | null>(null);
  const told = deeds.value.value;
  const close = (): void => {
    form.value = 'none';
    opener.current?.focus();
  };
  const button = (to: Form, words: string): JSX.Element => (
    <button type="button" class="button quiet" aria-expanded={form.value === to}
      onClick={event => { opener.current = event.currentTarget; form.value = form.value === to ? 'none' : to; }}>{words}</button>
  );
  if (!told) return deeds.problem.value ? <ProblemNote problem={deeds.problem.value} /> : <p class="quiet-words" role="status">Asking what you may do…</p>;

  // Where nothing can be done about anybody, why is said once.
  const others = told.people.filter(one => one.id !== me.person);
  const common = others.length > 1 && others.every(one => one.may.length === 0)
    ? refusals(others[0]!).filter(words => others.every(one => refusals(one).includes(words)))
    : [];
  return (
    <div class="members">
      {id !== null && <p class="hint">{administratorsOf(members, told.hasAdministrators)}</p>}
      {id !== null && !told.hasAnybodyCome && (
        <p class="hint">Nobody of it has come yet. Until somebody has, any steward of the coalition may make a link for one of its people; each link ends the one before.</p>
      )}
      <ProblemNote problem={deeds.problem.value} />
      <div class="row wrap">
        {told.may.includes('admit') && button('admit', id === null ? 'Bring in an expert' : `Bring somebody into ${name}`)}
        {told.may.includes('rename') && button('rename', 'Change its name')}
        {told.may.includes('bringInOrganisation') && button('organisation', 'Bring in an organisation')}
      </div>
      {form.value === 'admit' && (
        <AdmitForm organisation={id} name={name} give={told.give} cancel={close} done={person => { fresh.value = person; form.value = 'none'; }} />
      )}
      {form.value === 'rename' && <OrganisationForm organisation={id} name={name} done={close} cancel={close} />}
      {form.value === 'organisation' && <OrganisationForm organisation={null} name="" done={close} cancel={close} />}
      {[...refusals(told), ...common].map(words => <p key={words} class="reason">{words}</p>)}
      {members.length === 0 && <p class="quiet-words">Nobody yet.</p>}
      <ul>
        {members.map(person => (
          <PersonRow key={person.id} person={person} deeds={told.people.find(one => one.id === person.id)} feed={feed.value.value} common={common}
            isFresh={fresh.value === person.id} refresh={() => void deeds.refresh()} />
        ))}
      </ul>
    </div>
  );
}
