import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { command, make } from './api';
import { useKeptForm } from './kept-form';
import { LinkHours, LinkHoursDefault } from './limits';
import { MadeOnce } from './made';
import { CommandForm, Field } from './parts';
import { idFrom, listed } from './people-words';
import { isId } from './reading';
import type { MadeToken, Mandate, Person, PersonDeeds } from './shapes';
import { mandateDeeds, momentOf, personName, useWorkspace } from './workspace';

interface AdmitFormProps {
  organisation: string | null;
  name: string;
  give: Mandate[];
  done: (person: string) => void;
  cancel: () => void;
}

/** Puts somebody new on the list; a link lets them in afterwards. */
export function AdmitForm({ organisation, name, give, done, cancel }: AdmitFormProps): JSX.Element {
  const { coalition, people } = useWorkspace();
  const words = useSignal('');
  const affiliation = useSignal('');
  const chosenId = useSignal<string | null>(null);
  const mandates = useSignal<Mandate[]>([]);
  const isTaken = (id: string): boolean => people.value.value?.people.some(one => one.id === id) ?? false;
  const kept = useKeptForm(`admit/${organisation ?? ''}`, { words, affiliation, chosenId, mandates });
  const id = chosenId.value ?? idFrom(words.value, isTaken);
  const isReady = words.value.trim() !== '' && isId(id) && !isTaken(id) && (organisation !== null || affiliation.value.trim() !== '');
  return (
    <CommandForm label={organisation === null ? 'Bring in an expert' : `Bring somebody into ${name}`} submit="Put on the list" ready={isReady} kept={kept} cancel={cancel} done={() => done(id)}
      send={() => command('PUT', `/api/coalitions/${coalition}/people/${id}`, {
        name: words.value.trim(), organisation, affiliation: organisation === null ? affiliation.value.trim() : null, role: 'member',
        mandates: mandates.value.map(mandate => ({ mandate, until: null })),
      })}>
      <Field label="Name" hint="as everybody here will see it">
        <input type="text" autocomplete="off" value={words.value} onInput={event => { words.value = event.currentTarget.value; }} />
      </Field>
      {organisation === null && (
        <Field label="Affiliation" hint="printed beside the name; experts speak for themselves">
          <input type="text" autocomplete="off" value={affiliation.value} onInput={event => { affiliation.value = event.currentTarget.value; }} />
        </Field>
      )}
      <Field label="Short name" hint="for addresses: a to z, 0 to 9 and hyphens; nobody else ever gets it">
        <input type="text" autocomplete="off" autocapitalize="none" spellcheck={false} value={id} onInput={event => { chosenId.value = event.currentTarget.value.trim(); }} />
      </Field>
      {isTaken(id) && <p class="reason" role="status">Somebody here has that short name; choose another.</p>}
      <Mandates legend="Mandates" offered={give} chosen={mandates.value} onChange={next => { mandates.value = next; }} />
    </CommandForm>
  );
}

function Mandates({ legend, offered, chosen, onChange }: { legend: string; offered: Mandate[]; chosen: Mandate[]; onChange: (next: Mandate[]) => void }): JSX.Element {
  return (
    <fieldset class="mandates">
      <legend class="field-label">{legend}</legend>
      {offered.map(mandate => (
        <label key={mandate} class="check">
          <input type="checkbox" checked={chosen.includes(mandate)}
            onChange={event => onChange(event.currentTarget.checked ? [...chosen, mandate] : chosen.filter(one => one !== mandate))} />
          <span>{mandateDeeds[mandate]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** A new organisation, or another name for one. */
export function OrganisationForm({ organisation, name, done, cancel }: { organisation: string | null; name: string; done: () => void; cancel: () => void }): JSX.Element {
  const { coalition, people } = useWorkspace();
  const words = useSignal(name);
  const id = organisation ?? idFrom(words.value, taken => people.value.value?.organisations.some(one => one.id === taken) ?? false);
  const isNew = organisation === null;
  return (
    <CommandForm label={isNew ? 'Bring in an organisation' : `Change the name of ${name}`} submit={isNew ? 'Bring it in' : 'Change the name'} done={done} cancel={cancel}
      ready={words.value.trim() !== '' && words.value.trim() !== name}
      send={() => command('PUT', `/api/coalitions/${coalition}/organisations/${id || `organisation-${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}`}`, { name: words.value.trim() })}>
      <Field label="Name" hint={isNew ? 'then bring in its first person, who is let in by a link' : 'the one that it had stays reserved for it'}>
        <input type="text" autocomplete="off" value={words.value} onInput={event => { words.value = event.currentTarget.value; }} />
      </Field>
    </CommandForm>
  );
}

interface LinkFormProps {
  person: Person;
  deeds: PersonDeeds;
  url: string;
  close: () => void;
  refresh: () => void;
}

/** Makes a link that signs somebody in, and shows it once. */
export function LinkForm({ person, deeds, url, close, refresh }: LinkFormProps): JSX.Element {
  const workspace = useWorkspace();
  const hours = useSignal(LinkHoursDefault);
  const made = useSignal<MadeToken | null>(null);
  if (made.value) {
    return (
      <MadeOnce label={`Link for ${person.name}`} what="link" value={made.value.link!} close={close}>
        It signs in {person.name}, once, until {momentOf(made.value.expires)}. Send it in a way that only they read.
      </MadeOnce>
    );
  }
  return (
    <CommandForm label={`A link for ${person.name}`} submit={`Make the link for ${person.name}`} cancel={close} done={refresh}
      send={async () => { made.value = await make<MadeToken>(url, { kind: 'signIn', minutes: hours.value * 60 }); }}>
      <p data-first tabIndex={-1}>
        Whoever opens the link is signed in as {person.name}, once. {deeds.link && `It ends the one that ${personName(workspace, deeds.link.by)} made. `}
        {deeds.hasCome && `${person.name} has come before: at their next visit they are told that you made it. `}
        The coalition sees that you made it, and when it was used.
      </p>
      <Field label="It can be used for">
        <select value={hours.value} onChange={event => { hours.value = Number(event.currentTarget.value); }}>
          {LinkHours.map(one => <option key={one} value={one}>{one === 1 ? 'an hour' : one % 24 === 0 && one > 24 ? `${one / 24} days` : `${one} hours`}</option>)}
        </select>
      </Field>
    </CommandForm>
  );
}

interface MandatesFormProps {
  person: Person;
  deeds: PersonDeeds;
  url: string;
  done: () => void;
  cancel: () => void;
}

/** Gives and takes mandates: what was chosen otherwise than it is now, sent one after the other. */
export function MandatesForm({ person, deeds, url, done, cancel }: MandatesFormProps): JSX.Element {
  const held = person.mandates.map(one => one.mandate);
  const toggled = useSignal<Mandate[]>([]);
  const until = useSignal('');
  const offered = (Object.keys(mandateDeeds) as Mandate[]).filter(one => deeds.give.includes(one) || deeds.take.includes(one));
  const given = toggled.value.filter(one => deeds.give.includes(one));
  const taken = toggled.value.filter(one => deeds.take.includes(one));
  const send = async (): Promise<void> => {
    const end = until.value === '' ? '' : `?until=${encodeURIComponent(endOf(until.value))}`;
    // What was done is done, if a later one is refused.
    const sent = async (mandate: Mandate, method: 'PUT' | 'DELETE', query: string): Promise<void> => {
      await command(method, `${url}/${mandate}${query}`);
      toggled.value = toggled.value.filter(one => one !== mandate);
    };
    for (const mandate of given) await sent(mandate, 'PUT', end);
    for (const mandate of taken) await sent(mandate, 'DELETE', '');
  };
  const deedsOf = (mandates: Mandate[]): string => listed(mandates.map(one => mandateDeeds[one]));
  return (
    <CommandForm label={`Mandates of ${person.name}`} submit="Change the mandates" ready={given.length + taken.length > 0} send={send} done={done} cancel={cancel}>
      <Mandates legend={`${person.name} may`} offered={offered} chosen={offered.filter(one => held.includes(one) !== toggled.value.includes(one))}
        onChange={next => { toggled.value = offered.filter(one => next.includes(one) !== held.includes(one)); }} />
      {given.length > 0 && (
        <Field label="New ones until the end of" hint="left empty, until somebody takes them back">
          <input type="date" value={until.value} onInput={event => { until.value = event.currentTarget.value; }} />
        </Field>
      )}
      <p class="stands" role="status">
        {given.length + taken.length === 0 ? 'Choose what is to change.'
          : [given.length > 0 && `${person.name} will be able to ${deedsOf(given)}.`, taken.length > 0 && `${person.name} will no longer ${deedsOf(taken)}, at once.`].filter(Boolean).join(' ')}
      </p>
    </CommandForm>
  );
}

/** The moment at which a day ends here. */
function endOf(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + 1).toISOString();
}
