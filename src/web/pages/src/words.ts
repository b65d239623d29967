import type { ConsentKind, Draft, Motivation, OutcomeReason, Policy, PositionKind, Positions, Provision, Tally } from './shapes';

/** The words for what the server names by identifiers. */

export const positionWords: Record<PositionKind, string> = {
  support: 'Support', amend: 'Amend', delete: 'Delete', oppose: 'Oppose', noPosition: 'No position',
};

export const consentWords: Record<ConsentKind, string> = {
  agree: 'Agrees', agreeWithCaveat: 'Agrees, with a caveat', standAside: 'Stands aside', block: 'Blocks',
};

export const consentChoices: Record<ConsentKind, string> = {
  agree: 'Agree', agreeWithCaveat: 'Agree, with a caveat', standAside: 'Stand aside', block: 'Block',
};

export const stateWords: Record<Positions['state'], string> = {
  none: 'No proposal yet', open: 'Open for consent', adopted: 'Adopted', blocked: 'Blocked', lapsed: 'Lapsed',
};

export const policyWords: Record<Policy, string> = {
  unanimity: 'everyone who is asked agrees or stands aside', noBlock: 'somebody agrees and nobody blocks',
};

/** "Adopted because …" */
export const reasonWords: Record<OutcomeReason, string> = {
  everyVoiceHeard: 'everyone who was asked has answered, and nobody blocks',
  nobodyBlocked: 'nobody had blocked it when it closed, which is enough here',
  blocked: 'it was blocked when it closed',
  nobodyAgreed: 'nobody had agreed when it closed',
  voicesMissing: 'not everyone who was asked had answered when it closed',
};

/** "2 of 4 agree (1 with a caveat), 1 blocks, 1 not heard from". */
export function tallyWords({ agreed, agreedWithCaveat, stoodAside, blocked, unheard }: Tally): string {
  const all = agreed + agreedWithCaveat + stoodAside + blocked + unheard;
  const yes = agreed + agreedWithCaveat;
  return [
    `${yes} of ${all} ${yes === 1 ? 'agrees' : 'agree'}${agreedWithCaveat > 0 ? ` (${agreedWithCaveat} with a caveat)` : ''}`,
    stoodAside > 0 && `${stoodAside} ${stoodAside === 1 ? 'stands' : 'stand'} aside`,
    blocked > 0 && `${blocked} ${blocked === 1 ? 'blocks' : 'block'}`,
    unheard > 0 && `${unheard} not heard from`,
  ].filter(Boolean).join(', ');
}

/** The motivations offered, of those of the Web Annotation vocabulary, in plain words. */
export const motivationWords: Record<string, string> = {
  commenting: 'Comment', questioning: 'Question', editing: 'Proposed change', assessing: 'Assessment',
};

export const motivationWord = (motivation: Motivation): string =>
  motivationWords[motivation] ?? motivation.charAt(0).toUpperCase() + motivation.slice(1);

const kindWords: Partial<Record<Provision['kind'], string>> = {
  part: 'Part', title: 'Title', chapter: 'Chapter', section: 'Section', preamble: 'Preamble', recital: 'Recital', article: 'Article',
};

/** "Article 40", "Preamble", "Recital 7"; a report's paragraph is just its number. */
export function nameOf(provision: Provision): string {
  const kind = kindWords[provision.kind];
  if (!kind) return `Paragraph ${provision.number}`;
  return provision.number ? `${kind} ${provision.number}` : kind;
}

/** The chapter or section an article is in, "Chapter II. Criminalization"; empty when it is in none. */
export function groupOf(draft: Draft, article: Provision): string {
  const group = draft.groups.find(one => one.eId === article.within);
  return group ? [nameOf(group), group.heading].filter(Boolean).join('. ') : '';
}

/** How a provision is numbered in print: "4." for a paragraph, "(b)" for a point. */
export function printed(provision: Provision): string {
  if (!provision.number) return '';
  return provision.kind === 'point' ? `(${provision.number})` : `${provision.number}.`;
}

/** The pinpoint of an address in words: art_36__para_1__point_b is "Art. 36(1)(b)". */
export function pinpoint(eId: string): string {
  if (eId === '') return '';
  const [root = '', ...steps] = eId.split('__');
  const [prefix, number] = split(root);
  const heads: Record<string, string> = { art: 'Art.', rec: 'Rec.', para: 'Para.', preamble: 'Preamble' };
  const head = heads[prefix] ?? prefix.charAt(0).toUpperCase() + prefix.slice(1);
  return [head, number].filter(Boolean).join('\u00a0') + steps.map(step => `(${split(step)[1]})`).join('');
}

function split(step: string): [string, string] {
  const at = step.indexOf('_');
  return at < 0 ? [step, ''] : [step.slice(0, at), step.slice(at + 1).replaceAll('_', ' ')];
}

/** A provision and all that is in it, with how deep each lies. */
export function* flatten(provision: Provision, depth = 0): Generator<{ provision: Provision; depth: number }> {
  yield { provision, depth };
  for (const inner of provision.provisions) yield* flatten(inner, depth + 1);
}

const strangers: Record<string, string> = {
  table: 'a table', image: 'a picture', highlight: 'highlighted words', taskList: 'a list of tasks', mention: 'a mention', embedded: 'an embedded object',
};

/** Why a section cannot be edited here: something that another editor wrote, by the name it has there. */
export const strangerWords = (stranger: string): string =>
  `Another editor has put ${strangers[stranger] ?? `something that it calls “${stranger}”`} into this section, which this page cannot edit without losing it. `
  + 'You can read the words here, without their formatting; to change them, use that editor.';
