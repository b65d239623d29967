/** What the server's answers look like. */

export interface Problem {
  code: string;
  status: number;
  title: string;
  detail?: string | null;
}

export type Mandate = 'annotate' | 'position' | 'draft' | 'signOff' | 'endorse' | 'administer';
export type Role = 'steward' | 'member' | 'observer';
export type Tier = 'coalition' | 'organisation';

export interface MandateHeld {
  mandate: Mandate;
  until: string | null;
}

export interface Me {
  coalition: string | null;
  person: string;
  name: string;
  organisation: string | null;
  /** Null for the operator. */
  role: Role | null;
  /** Those held when asked. */
  mandates: Mandate[];
  operator: boolean;
  /** As requests name them. */
  as: string;
  /** What they have not been told yet. */
  notices: Notice[];
}

/** Somebody else made a sign-in link for them although they had come before. */
export interface Notice {
  kind: 'link-made';
  at: string;
  by: By;
}

/** What somebody can come in with. */
export interface MyToken {
  id: string;
  /** Null for one of before kinds were kept; so are the name, the time and the maker then. */
  kind: 'bearer' | 'signIn' | 'session' | null;
  /** Of a session what the browser calls itself; else what its maker called it. */
  name: string | null;
  made: string | null;
  by: string | null;
  expires: string;
  /** Whether this page came with it. */
  current: boolean;
}

/** Of those that this browser holds. */
export interface BrowserSession {
  id: string;
  coalitionName: string;
  person: string;
  name: string;
  organisationName: string | null;
  selected: boolean;
  expires: string;
}

export interface Named {
  id: string;
  name: string;
}

export interface Person extends Named {
  organisation: string | null;
  affiliation: string | null;
  role: Role;
  mandates: MandateHeld[];
}

export interface Coalition extends Named {
  policy: 'unanimity' | 'noBlock';
  organisations: Named[];
  people: Person[];
  version: number;
}

export type Deed = 'bringInOrganisation' | 'rename' | 'admit' | 'makeLink' | 'endTokens' | 'remove' | 'giveMandate' | 'takeMandate';

/** What the person who asks may do, and why not, as the server decides it. */
export interface Allowed {
  may: Deed[];
  mayNot: { deeds: Deed[]; problem: Problem }[];
}

export interface PersonDeeds extends Allowed {
  id: string;
  hasCome: boolean;
  /** That somebody else made and that can be used. */
  link: { by: By; expires: string } | null;
  give: Mandate[];
  take: Mandate[];
}

/** The people of an organisation, or of none. */
export interface PeopleDeeds extends Allowed {
  hasAdministrators: boolean;
  hasAnybodyCome: boolean;
  people: PersonDeeds[];
  /** To somebody who is brought in. */
  give: Mandate[];
}

/** A link that signs in once, or a token for a program. */
export interface MadeToken {
  token: string;
  link: string | null;
  expires: string;
}

export interface By {
  person: string;
  organisation: string | null;
}

export interface Provision {
  eId: string;
  kind: 'part' | 'title' | 'chapter' | 'section' | 'preamble' | 'recital' | 'article' | 'paragraph' | 'point';
  number: string;
  heading: string | null;
  /** Its own words, without those of the provisions in it. */
  text: string;
  provisions: Provision[];
  /** The innermost group it is in. */
  within: string | null;
}

export interface InstrumentList {
  instruments: { id: string; title: string }[];
}

export interface Instrument {
  id: string;
  title: string;
  version: number;
  drafts: { id: string; title: string; language: string }[];
}

export interface Draft {
  instrument: string;
  draft: string;
  /** The draft's own: "A/AC.291/L.15". */
  title: string;
  language: string;
  /** What stands before the first provision, such as that it is a summary. */
  note: string | null;
  /** Parts, titles, chapters and sections, without what is in them. */
  groups: Provision[];
  articles: Provision[];
}

export interface Quote {
  exact: string;
  prefix?: string | null;
  suffix?: string | null;
}

export interface Target {
  instrument: string;
  draft: string;
  eId: string;
  quote?: Quote | null;
}

export type Motivation = 'commenting' | 'questioning' | 'editing' | 'assessing' | (string & {});

export interface Written {
  id: string;
  by: By;
  at: string;
  text: string | null;
  edits: { at: string; by: By; text: string }[];
  deleted: boolean;
  version: number;
}

export interface Annotation extends Written {
  motivation: Motivation;
  target: Target;
  tags: string[];
  resolved: boolean;
  replies: Written[];
}

export interface Thread {
  version: number;
  tier: Tier;
  annotations: Annotation[];
}

export type PositionKind = 'support' | 'amend' | 'delete' | 'oppose' | 'noPosition';
export type ConsentKind = 'agree' | 'agreeWithCaveat' | 'standAside' | 'block';

export interface OrganisationPosition {
  organisation: string;
  kind: PositionKind;
  redLine: boolean;
  reason: string;
  by: By;
  at: string;
}

export interface Consent {
  organisation: string;
  consent: ConsentKind;
  /** What it agrees under, or why it blocks or stands aside; may be empty. */
  caveat: string;
  by: By;
  at: string;
}

export type Policy = Coalition['policy'];
export type OutcomeReason = 'everyVoiceHeard' | 'nobodyBlocked' | 'blocked' | 'nobodyAgreed' | 'voicesMissing';

/** How many of those who were asked said what. */
export interface Tally {
  agreed: number;
  agreedWithCaveat: number;
  stoodAside: number;
  blocked: number;
  unheard: number;
}

export interface Proposal {
  kind: PositionKind;
  reason: string | null;
  proposedBy: By;
  at: string;
  version: number;
  /** By what it is decided; null when it was proposed before proposals recorded it: it cannot be adopted. */
  terms: { policy: Policy; voices: string[]; closesAt: string } | null;
  /** Null while it is open. */
  outcome: { isAdopted: boolean; reason: OutcomeReason; tally: Tally; at: string } | null;
}

export interface Positions {
  version: number;
  positions: OrganisationPosition[];
  /** What was proposed last. */
  coalition: Proposal | null;
  consents: Consent[];
  state: 'none' | 'open' | 'adopted' | 'blocked' | 'lapsed';
  /** What was adopted last; it stands until something else is. */
  adopted: Proposal | null;
}

export interface StatementSection {
  id: string;
  title: string;
  text: string;
  citations: string[];
}

export interface Statement {
  id: string;
  title: string;
  destination: string;
  instrument: string;
  draft: string;
  version: number;
  sections: StatementSection[];
}

export interface Activity {
  version: number;
  at: string;
  by: By;
  kind: string;
  topic: string;
  subject: string;
  summary: string;
}

export interface Feed {
  version: number;
  activities: Activity[];
}

export interface CoalitionIndex {
  threads: { instrument: string; eId: string; tier: string; open: number; total: number; version: number }[];
  /** How many organisations took a position. */
  positions: { instrument: string; eId: string; total: number; version: number }[];
  statements: { id: string; sections: number; version: number }[];
}

export interface Presence {
  version: number;
  /** Who has a page open, by id. */
  people: string[];
}
