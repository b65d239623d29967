import type { Activity, ConsentKind, Mandate, OutcomeReason, PositionKind } from './shapes';
import type { Workspace } from './workspace';
import { mandateDeeds, organisationName, personName } from './workspace';
import { consentWords, positionWords, reasonWords } from './words';

/** What somebody did, to be read after their name. Where it is about a provision, the provision comes after it. */
export function deedOf(workspace: Workspace, { kind, subject, summary }: Activity): string {
  const person = (): string => personName(workspace, { person: subject, organisation: null });
  const mandate = (): string => mandateDeeds[summary as Mandate] ?? summary;
  switch (kind) {
    case 'annotated': return summary.startsWith('questioning') ? 'asked about' : 'annotated';
    case 'replied': return 'replied to an annotation of';
    case 'annotation-edited': return 'reworded an annotation of';
    case 'annotation-resolved': return 'resolved an annotation of';
    case 'annotation-reopened': return 'reopened an annotation of';
    case 'annotation-deleted': return 'deleted an annotation of';
    case 'position-taken': return `took the position “${position(summary)}” for ${organisationName(workspace, subject)} on`;
    case 'coalition-position-proposed': return `proposed “${position(summary)}” as the coalition’s position on`;
    case 'consent-given': return `answered for ${organisationName(workspace, subject)}, “${consentWords[summary as ConsentKind] ?? summary}”, on`;
    case 'coalition-position-adopted': return `adopted “${position(summary)}” as its position, since ${reason(subject)}, on`;
    case 'coalition-position-lapsed': return `let the proposal “${position(summary)}” lapse, since ${reason(subject)}, on`;
    case 'statement-described': return `described the statement “${summary}”`;
    case 'section-added': return `added the section “${summary}”`;
    case 'section-described': return `changed the section “${summary}”`;
    case 'section-moved': return 'moved a section';
    case 'coalition-described': return 'described the coalition';
    case 'policy-chosen': return 'chose how the coalition agrees';
    case 'organisation-named': return `listed ${summary}`;
    case 'person-admitted': return `admitted ${summary}`;
    case 'person-left': return `ended the membership of ${person()}`;
    case 'mandate-granted': return `gave ${person()} the mandate to ${mandate()}`;
    case 'mandate-revoked': return `took back the mandate of ${person()} to ${mandate()}`;
    case 'person-invited': return `made a sign-in link for ${person()}`;
    case 'person-came': return 'came in';
    case 'tokens-ended': return `signed ${person()} out everywhere`;
    default: return [kind.replaceAll('-', ' '), summary].filter(Boolean).join(': '); // Of a later version of the server.
  }
}

/** The provision it is about; empty when it is about none. */
export function provisionOf({ kind, topic, summary }: Activity): string {
  if (!/^(thread|positions)\//.test(topic)) return '';
  const within = kind === 'annotated' ? summary.split(' ')[1] : undefined;
  return within ?? topic.split('/').at(-1) ?? '';
}

const reason = (word: string): string => reasonWords[word as OutcomeReason] ?? word;

/** "delete, red line" in the words of the page. */
function position(summary: string): string {
  const [kind = '', ...rest] = summary.split(', ');
  return [positionWords[kind as PositionKind] ?? kind, ...rest].join(', ');
}
