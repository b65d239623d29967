import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { command } from './api';
import { Badge, CommandForm } from './parts';
import { LinkForm, MandatesForm } from './people-forms';
import { historyOf, refusals } from './people-words';
import type { Deed, Feed, Person, PersonDeeds } from './shapes';
import { dateOf, mandateDeeds, momentOf, now, personName, useWorkspace } from './workspace';

type Form = 'none' | 'link' | 'end' | 'mandates' | 'remove';

/** What is one's own affair, not somebody else's. */
const own: readonly Deed[] = ['makeLink', 'endTokens'];

interface PersonRowProps {
  person: Person;
  /** Not known yet for who has just been brought in. */
  deeds: PersonDeeds | undefined;
  feed: Feed | undefined;
  /** What is said above already. */
  common: string[];
  isFresh: boolean;
  refresh: () => void;
}

/** A person, how they came to be here, and what can be done about them. */
export function PersonRow({ person, deeds, feed, common, isFresh, refresh }: PersonRowProps): JSX.Element {
  const workspace = useWorkspace();
  const isMe = person.id === workspace.me.person;
  const form = useSignal<Form>('none');
  const said = useSignal('');
  const row = useRef<HTMLLIElement>(null);
  const opener = useRef<HTMLButtonElement | null>(null);
  useEffect(() => { if (isFresh) row.current?.focus(); }, [isFresh]);
  const close = (words = ''): void => {
    form.value = 'none';
    said.value = words;
    (opener.current?.isConnected ? opener.current : row.current)?.focus();
  };
  const done = (words: string) => (): void => {
    close(words);
    refresh();
  };
  const may = (deed: Deed): boolean => deeds !== undefined && deeds.may.includes(deed) && !(isMe && own.includes(deed));
  const button = (to: Form, words: string): JSX.Element => (
    <button type="button" class="button quiet" aria-expanded={form.value === to} aria-label={`${words}: ${person.name}`}
      onClick={event => {
        opener.current = event.currentTarget;
        said.value = '';
        form.value = form.value === to ? 'none' : to;
        // Whether somebody can still come in changes without a word of the coalition's.
        refresh();
      }}>{words}</button>
  );
  const url = `/api/coalitions/${workspace.coalition}/people/${person.id}`;
  return (
    <li class="person" ref={row} tabIndex={-1} aria-label={person.name}>
      <div class="person-head">
        <Badge person={person.id} name={person.name} />
        <p class="person-name"><strong>{person.name}</strong>{isMe && ' (you)'}</p>
        <p class="hint">{[person.affiliation, person.role === 'member' ? null : person.role].filter(Boolean).join(' · ')}</p>
      </div>
      <p class="hint">{mandateWords(person)}</p>
      {deeds && <p class="hint">{historyOf(workspace, feed, person.id, deeds.hasCome)}{deeds.link && ` A link that ${personName(workspace, deeds.link.by)} made can be used until ${momentOf(deeds.link.expires)}.`}</p>}
      <div class="row wrap">
        {may('makeLink') && button('link', deeds!.hasCome ? 'Make a new link' : 'Make a link')}
        {(may('giveMandate') || may('takeMandate')) && button('mandates', 'Change mandates')}
        {may('endTokens') && button('end', 'Sign out everywhere')}
        {may('remove') && button('remove', isMe ? 'Leave the coalition' : 'End the membership')}
      </div>
      {form.value === 'link' && deeds && <LinkForm person={person} deeds={deeds} url={`${url}/tokens`} close={() => close()} refresh={refresh} />}
      {form.value === 'mandates' && deeds && <MandatesForm person={person} deeds={deeds} url={`${url}/mandates`} done={done('The mandates were changed.')} cancel={() => close()} />}
      {form.value === 'end' && (
        <CommandForm label={`Sign ${person.name} out everywhere`} submit={`Sign ${person.name} out everywhere`} cancel={() => close()}
          done={done(`${person.name} is signed out everywhere.`)} send={() => command('DELETE', `${url}/tokens`)}>
          <p data-first tabIndex={-1}>
            Everything that {person.name} can come in with ends at once: sessions in browsers, programs’ tokens and links, on open pages too.
            Then somebody who may has to make a new link for them. What they wrote stays. The coalition sees that you did this.
          </p>
        </CommandForm>
      )}
      {form.value === 'remove' && (
        <CommandForm label={`End the membership of ${person.name}`} submit={isMe ? 'Leave the coalition' : `End the membership of ${person.name}`} cancel={() => close()}
          done={done('')} send={() => command('DELETE', url)}>
          <p data-first tabIndex={-1}>
            {isMe ? 'You read and write' : `${person.name} reads and writes`} nothing here any more, at once and on open pages too. What {isMe ? 'you' : 'they'} wrote stays, under {isMe ? 'your' : 'their'} name.
          </p>
        </CommandForm>
      )}
      <p class="said" role="status">{said.value}</p>
      {deeds && refusals(deeds, isMe ? own : []).filter(words => !common.includes(words)).map(words => <p key={words} class="reason">{words}</p>)}
    </li>
  );
}

function mandateWords({ mandates, role }: Person): string {
  if (role === 'observer') return 'Reads along.';
  if (mandates.length === 0) return 'No mandates.';
  const each = mandates.map(({ mandate, until }) => {
    const time = !until ? '' : Date.parse(until) <= now.value ? ` (ended on ${dateOf(until)})` : ` (until ${momentOf(until)})`;
    return `${mandateDeeds[mandate]}${time}`;
  });
  return `May ${each.join('; ')}.`;
}
