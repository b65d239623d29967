import type { Allowed, By, Deed, Feed, Person, Problem } from './shapes';
import type { Workspace } from './workspace';
import { dateOf, now, personName } from './workspace';

const deedWords: Record<Deed, string> = {
  bringInOrganisation: 'bring in organisations', rename: 'change its name', admit: 'bring people in', makeLink: 'make a sign-in link',
  endTokens: 'sign people out everywhere', remove: 'end a membership', giveMandate: 'give mandates', takeMandate: 'take mandates back',
};

/** Where it may be done about some and not about others. */
const partlyWords: Partial<Record<Deed, string>> = { giveMandate: 'give every mandate', takeMandate: 'take every mandate back' };

/** "a, b and c" */
export const listed = (words: string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** A refusal in sentences; the title of a conflict says no more than that there is one. */
const sentenceOf = ({ code, title, detail }: Problem): string => !detail ? title : code === 'conflict' ? detail : `${title} ${detail}`;

/** What may not be done here, each with its reason, in sentences. */
export const refusals = ({ may, mayNot }: Allowed, except: readonly Deed[] = []): string[] => mayNot
  .map(({ deeds, problem }) => ({ deeds: deeds.filter(deed => !except.includes(deed)), problem }))
  .filter(({ deeds }) => deeds.length > 0)
  .map(({ deeds, problem }) => `You cannot ${deeds.map(deed => (may.includes(deed) && partlyWords[deed]) || deedWords[deed]).join(' or ')}. ${sentenceOf(problem)}`);

/** Whoever administers an organisation, in words. */
export function administratorsOf(people: Person[], hasAdministrators: boolean): string {
  const names = people.filter(one => hasAdministrators
    ? one.mandates.some(held => held.mandate === 'administer' && !(held.until && Date.parse(held.until) <= now.value))
    : one.role === 'steward').map(one => one.name);
  if (names.length > 0) return `${hasAdministrators ? 'Administered' : 'Until somebody is given the mandate to administer it, kept'} by ${listed(names)}.`;
  return 'Nobody administers it at present; the server’s operator does what has to be done.';
}

/** How somebody came to be here, so far as the coalition's record at hand reaches. */
export function historyOf(workspace: Workspace, feed: Feed | undefined, person: string, hasCome: boolean): string {
  const about = feed?.activities.filter(one => one.subject === person && one.topic.startsWith('coalition/')) ?? [];
  // What came before the oldest that is at hand is not known: there it may have been said who somebody is for the first time.
  const admitted = feed?.activities[0]?.version === 1 ? about.find(one => one.kind === 'person-admitted') : undefined;
  const came = about.find(one => one.kind === 'person-came');
  const by = (who: By): string => who.person === '@operator' ? 'the operator' : personName(workspace, who);
  return [
    admitted && `Brought in by ${by(admitted.by)} on ${dateOf(admitted.at)}`,
    came && hasCome ? `${admitted ? 'came' : 'Came'} on ${dateOf(came.at)}` : hasCome ? `${admitted ? 'has' : 'Has'} come` : `${admitted ? 'has' : 'Has'} not come yet`,
  ].filter(Boolean).join(', ') + '.';
}

/** An id out of a name, as a proposal: "Zoë O’Hara" is zoe-o-hara. */
export function idFrom(name: string, taken: (id: string) => boolean): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 56).replace(/-+$/, '');
  if (plain === '') return '';
  for (let number = 1; ; number++) {
    const id = number === 1 ? plain : `${plain}-${number}`;
    if (!taken(id)) return id;
  }
}
