import { signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { ClockMilliseconds } from './limits';
import type { By, Coalition, Mandate, Me, Tier } from './shapes';
import type { View } from './view';

/** Who looks at the page, and the coalition they look at. */
export interface Workspace {
  me: Me;
  coalition: string;
  people: View<Coalition>;
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error('This part of the page needs somebody signed in.');
  return workspace;
}

/** Why a control cannot be used, in words for the person; null when it can. */
export type Bar = string | null;

/** "…has a mandate to …" */
export const mandateDeeds: Record<Mandate, string> = {
  annotate: 'annotate', position: 'take positions', draft: 'draft the statement', signOff: 'sign off sections', endorse: 'endorse',
  administer: 'administer the organisation',
};

/** What keeps this person from acting under a mandate. The coalition's list is live, so a mandate given or ended shows at once. */
export function barTo({ me, people }: Workspace, mandate: Mandate): Bar {
  if (me.operator) return 'The server’s operator reads and administers; only people of the coalition take part.';
  const mine = people.value.value?.people.find(person => person.id === me.person);
  if ((mine?.role ?? me.role) === 'observer') return 'You follow this coalition as an observer: you read along.';
  const held = (mine?.mandates ?? me.mandates.map(one => ({ mandate: one, until: null }))).find(one => one.mandate === mandate);
  if (!held) return `Your organisation has not given you a mandate to ${mandateDeeds[mandate]}.`;
  if (held.until && Date.parse(held.until) <= now.value) return `Your mandate to ${mandateDeeds[mandate]} ended on ${dateOf(held.until)}.`;
  if (mandate === 'position' && !me.organisation) return 'Positions are taken by organisations; you take part as an individual.';
  return null;
}

export function personName({ people }: Workspace, by: By): string {
  if (by.person === '@operator') return 'The operator';
  if (by.person === '@coalition') return 'The coalition';
  return people.value.value?.people.find(person => person.id === by.person)?.name ?? by.person;
}

export function organisationName({ people }: Workspace, organisation: string): string {
  return people.value.value?.organisations.find(one => one.id === organisation)?.name ?? organisation;
}

/** What stands behind a person's name: their organisation, or an expert's affiliation. */
export function standingBehind(workspace: Workspace, by: By): string | null {
  if (by.organisation) return organisationName(workspace, by.organisation);
  return workspace.people.value.value?.people.find(person => person.id === by.person)?.affiliation ?? null;
}

/** The last part of topic keys: organisations have a tier of their own. */
export function tierKey({ me }: Workspace, tier: Tier): string {
  return tier === 'coalition' ? 'coalition' : `organisation.${me.organisation}`;
}

/** Goes on slowly; for "3 minutes ago" and for mandates that end. */
export const now = signal(Date.now());
setInterval(() => { now.value = Date.now(); }, ClockMilliseconds);

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const spans = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

export const dateOf = (iso: string): string => dates.format(new Date(iso));
export const momentOf = (iso: string): string => moments.format(new Date(iso));

/** "just now", "12 min. ago", and the date for what is older than a week. */
export function sinceThen(iso: string, at: number): string {
  const minutes = Math.round((at - Date.parse(iso)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return spans.format(-minutes, 'minute');
  if (minutes < 24 * 60) return spans.format(-Math.round(minutes / 60), 'hour');
  if (minutes < 7 * 24 * 60) return spans.format(-Math.round(minutes / 1440), 'day');
  return dateOf(iso);
}

/** A colour for a person's caret and badge, the same on every screen. Hues only: lightness is set where contrast is known. */
export function hueOf(person: string): number {
  let hash = 0;
  for (const character of person) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return hash % 360;
}
