import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { command } from './api';
import { ProvisionChoice } from './article';
import { keptValues, useKeptForm } from './kept-form';
import { ProposalOpenDays, ProposalOpenDaysDefault } from './limits';
import { Ago, Choice, CommandForm, Field, Guarded, ProblemNote } from './parts';
import type { Coalition, CoalitionIndex, Consent, ConsentKind, OrganisationPosition, PositionKind, Positions, Proposal, Provision, Tally } from './shapes';
import { useView } from './view';
import type { Workspace } from './workspace';
import { barTo, dateOf, momentOf, now, organisationName, personName, useWorkspace } from './workspace';
import { consentChoices, consentWords, flatten, pinpoint, policyWords, positionWords, reasonWords, stateWords, tallyWords } from './words';

type Form = 'none' | 'position' | 'proposal' | 'consent';

const forms: Form[] = ['position', 'proposal', 'consent'];

/** Where each organisation stands on a provision, and what the coalition makes of it. */
export function PositionsPart({ instrument, article, index }: { instrument: string; article: Provision; index: CoalitionIndex | undefined }): JSX.Element {
  const workspace = useWorkspace();
  const { coalition, people, me } = workspace;
  const chosen = useSignal<string | null>(null);
  const totalOn = (eId: string): number => index?.positions.find(one => one.instrument === instrument && one.eId === eId)?.total ?? 0;
  const settled = useRef<string | null>(null);
  const begun = (eId: string): Form | undefined => forms.find(one => keptValues(workspace, `${one}/${instrument}/${eId}`) !== null);
  const firstThat = (holds: (eId: string) => boolean): string | undefined => [...flatten(article)].map(one => one.provision.eId).find(holds);
  // Positions may be about a paragraph only: the first provision that has any is shown, and stays while others appear; or, before it, the
  // one that somebody had begun to write about here.
  settled.current ??= index ? firstThat(eId => begun(eId) !== undefined) ?? firstThat(eId => totalOn(eId) > 0) ?? article.eId : null;
  const shown = chosen.value ?? settled.current ?? article.eId;
  const form = useSignal<Form>('none');
  const url = `/api/coalitions/${coalition}/instruments/${instrument}/provisions/${shown}`;
  const view = useView<Positions>(`${url}/positions`, `positions/${coalition}/${instrument}/${shown}`)!;
  const positions = view.value.value;
  const bar = barTo(workspace, 'position');
  const mine = positions?.positions.find(one => one.organisation === me.organisation);
  const close = (): void => { form.value = 'none'; };
  useEffect(() => { form.value = (bar === null && begun(shown)) || 'none'; }, [shown]);

  return (
    <section class="part" aria-labelledby="positions">
      <header class="part-head">
        <h3 id="positions">Positions</h3>
        {article.provisions.length > 0 && (
          <label class="inline-field"><span>on</span>
            <ProvisionChoice article={article} value={shown} onChange={eId => { chosen.value = eId; }}
              noteOn={eId => totalOn(eId) > 0 ? `(${totalOn(eId)}) ` : ''} />
          </label>
        )}
      </header>
      <ProblemNote problem={view.problem.value} />
      {positions && <CoalitionPosition positions={positions} />}
      {positions && form.value === 'none' && (
        <div class="row wrap">
          {bar === null
            ? (
              <>
                {positions.coalition && <Guarded bar={barToAnswer(positions, me.organisation, now.value)} kind="primary" label="Answer the proposal" onClick={() => { form.value = 'consent'; }} />}
                <button type="button" class="button quiet" onClick={() => { form.value = 'position'; }}>{mine ? 'Change our position' : 'Take our position'}</button>
                <button type="button" class="button quiet" onClick={() => { form.value = 'proposal'; }}>{positions.coalition ? 'Propose another' : 'Propose the coalition’s'}</button>
              </>
            )
            : <Guarded bar={bar} label="Take a position" onClick={() => undefined} />}
        </div>
      )}
      {form.value === 'position' && <PositionForm key={shown} form={`position/${instrument}/${shown}`} url={`${url}/positions/${me.organisation}`} mine={mine} close={close} where={pinpoint(shown)} />}
      {form.value === 'proposal' && <ProposalForm key={shown} form={`proposal/${instrument}/${shown}`} url={`${url}/coalition-position`} positions={positions} close={close} where={pinpoint(shown)} />}
      {form.value === 'consent' && positions?.coalition && (
        <ConsentForm key={shown} form={`consent/${instrument}/${shown}`} url={`${url}/consents/${me.organisation}`} proposal={positions.coalition} mine={positions.consents.find(one => one.organisation === me.organisation)} close={close} where={pinpoint(shown)} />
      )}
      {positions && <Holders positions={positions} coalition={people.value.value} />}
    </section>
  );
}

function CoalitionPosition({ positions }: { positions: Positions }): JSX.Element {
  const workspace = useWorkspace();
  const { coalition, state, adopted } = positions;
  if (!coalition) return <p class="quiet-words">The coalition has no position here yet.</p>;
  const standing = adopted && adopted.version !== coalition.version ? adopted : null;
  return (
    <div class="coalition-position" data-state={state}>
      <p class="coalition-line">
        <span class="eyebrow">{coalition.outcome?.isAdopted ? 'The coalition’s position' : 'Proposed as the coalition’s position'}</span>
        <PositionMark kind={coalition.kind} />
        <span class={`mark-state ${state}`}>{stateWords[state]}</span>
      </p>
      {coalition.reason && <p class="written">{coalition.reason}</p>}
      <p>{standWords(positions, now.value)}</p>
      {standing && <p>Until something else is adopted, the coalition’s position is “{positionWords[standing.kind]}”, adopted on {dateOf(standing.outcome!.at)}: {tallyWords(standing.outcome!.tally)}.</p>}
      <p class="hint">Proposed by {personName(workspace, coalition.proposedBy)}, <Ago at={coalition.at} /></p>
    </div>
  );
}

/** How the proposal stands, by what rule, with what count. */
function standWords({ coalition, consents }: Positions, at: number): string {
  const { terms, outcome } = coalition!;
  if (!terms) return 'It was proposed before proposals recorded whom they ask and until when, so it cannot be adopted: propose it again.';
  const rule = `Adopted when ${policyWords[terms.policy]}`;
  if (outcome) return `${outcome.isAdopted ? 'Adopted' : 'Lapsed'} on ${momentOf(outcome.at)}, because ${reasonWords[outcome.reason]}: ${tallyWords(outcome.tally)}. (${rule}.)`;
  const count = tallyWords(tallyOf(terms.voices, consents));
  if (Date.parse(terms.closesAt) <= at) return `Closed on ${momentOf(terms.closesAt)}; its outcome is being recorded. So far ${count}.`;
  return `${rule}. So far ${count}. It closes on ${momentOf(terms.closesAt)}, or as soon as everyone has agreed.`;
}

function tallyOf(voices: string[], consents: Consent[]): Tally {
  const heard = consents.filter(one => voices.includes(one.organisation));
  const count = (kind: ConsentKind): number => heard.filter(one => one.consent === kind).length;
  return { agreed: count('agree'), agreedWithCaveat: count('agreeWithCaveat'), stoodAside: count('standAside'), blocked: count('block'), unheard: voices.length - heard.length };
}

/** Why this organisation's answer would not be taken; null when it would. */
function barToAnswer({ coalition }: Positions, organisation: string | null, at: number): string | null {
  if (!coalition) return null;
  const { terms, outcome } = coalition;
  if (outcome) return outcome.isAdopted ? 'It is adopted; to change it, propose another.' : 'It has lapsed; propose it again, or another.';
  if (terms && Date.parse(terms.closesAt) <= at) return 'It has closed.';
  if (terms && organisation && !terms.voices.includes(organisation)) return 'Your organisation had no mandate to take positions when this was proposed, so it is not asked.';
  return null;
}

/** Every organisation, with its position and its answer to the proposal; those who have said nothing last. */
function Holders({ positions, coalition }: { positions: Positions; coalition: Coalition | undefined }): JSX.Element {
  const all = new Set([...positions.positions.map(one => one.organisation), ...positions.consents.map(one => one.organisation)]);
  const asked = positions.coalition?.terms?.voices;
  const nameOf = (id: string): string => coalition?.organisations.find(one => one.id === id)?.name ?? id;
  const unheard = asked?.filter(id => !positions.consents.some(one => one.organisation === id)) ?? [];
  const silent = coalition?.organisations.filter(one => !all.has(one.id) && !unheard.includes(one.id)) ?? [];
  return (
    <>
      <ul class="holders">
        {[...all].sort().map(organisation => (
          <Holder key={organisation} organisation={organisation}
            position={positions.positions.find(one => one.organisation === organisation)}
            consent={positions.consents.find(one => one.organisation === organisation)} />
        ))}
      </ul>
      {unheard.length > 0 && <p class="hint">Asked, and not heard from: {unheard.map(nameOf).join(', ')}.</p>}
      {silent.length > 0 && <p class="hint">{asked ? 'Without a position, and not asked' : 'Not heard from yet'}: {silent.map(one => one.name).join(', ')}.</p>}
    </>
  );
}

function Holder({ organisation, position, consent }: { organisation: string; position: OrganisationPosition | undefined; consent: Consent | undefined }): JSX.Element {
  const workspace = useWorkspace();
  return (
    <li class="holder">
      <span class="holder-name">{organisationName(workspace, organisation)}</span>
      <span class="holder-marks">
        {position && <PositionMark kind={position.kind} />}
        {position?.redLine && <span class="red-line"><span aria-hidden="true">⚑ </span>Red line</span>}
        {consent && <span class={`consent ${consent.consent}`}>{consentWords[consent.consent]}</span>}
      </span>
      {position?.reason && <p class="written">{position.reason}</p>}
      {consent?.caveat && <p class="written"><span class="eyebrow">{consent.consent === 'agreeWithCaveat' ? 'Caveat' : 'Why'}</span> {consent.caveat}</p>}
    </li>
  );
}

export function PositionMark({ kind }: { kind: PositionKind }): JSX.Element {
  return <span class={`position ${kind}`}>{positionWords[kind]}</span>;
}

/** What will stand in whose name, in words, before it is sent. */
function Stands({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="stands" role="status">{children}</p>;
}

function PositionForm({ form, url, mine, close, where }: { form: string; url: string; mine: OrganisationPosition | undefined; close: () => void; where: string }): JSX.Element {
  const workspace = useWorkspace();
  const ours = organisationName(workspace, workspace.me.organisation!);
  const kind = useSignal<PositionKind | null>(mine?.kind ?? null);
  const redLine = useSignal(mine?.redLine ?? false);
  const reason = useSignal(mine?.reason ?? '');
  const kept = useKeptForm(form, { kind, redLine, reason });
  return (
    <CommandForm label="Our position" kept={kept} submit="Take this position" ready={kind.value !== null} done={close} cancel={close}
      send={() => command('PUT', url, { kind: kind.value, redLine: redLine.value, reason: reason.value })}>
      <Choice legend={`The position of ${ours} on ${where}`} name="position" options={positionWords}
        value={kind.value} onChange={to => { kind.value = to; }} />
      <label class="check">
        <input type="checkbox" checked={redLine.value} onChange={event => { redLine.value = event.currentTarget.checked; }} />
        <span>This is a red line for us</span>
      </label>
      <Field label="Why" hint="(seen by the coalition)">
        <textarea rows={3} value={reason.value} onInput={event => { reason.value = event.currentTarget.value; }} />
      </Field>
      <Stands>
        {kind.value === null ? `Choose what ${ours} wants of ${where}.`
          : `In the name of ${ours} will stand: “${positionWords[kind.value]}”${redLine.value ? ', a red line,' : ''} on ${where}. The whole coalition sees it.`}
      </Stands>
    </CommandForm>
  );
}

function ProposalForm({ form, url, positions, close, where }: { form: string; url: string; positions: Positions | undefined; close: () => void; where: string }): JSX.Element {
  const workspace = useWorkspace();
  const kind = useSignal<PositionKind | null>(null);
  const reason = useSignal('');
  const days = useSignal(ProposalOpenDaysDefault);
  const voidsThem = useSignal<number | null>(null);
  const kept = useKeptForm(form, { kind, reason, days });
  const voided = voidWords(workspace, positions);
  const isAgreed = voided === null || voidsThem.value === positions!.version;
  const closesAt = new Date(now.value + days.value * 86_400_000).toISOString();
  const policy = workspace.people.value.value?.policy;
  return (
    <CommandForm label="The coalition’s position" kept={kept} submit="Propose" ready={kind.value !== null && isAgreed} done={close} cancel={close}
      send={() => command('PUT', url, { kind: kind.value, reason: reason.value, closesAt }, positions?.version)}>
      <Choice legend="Proposed for the whole coalition" name="proposal" options={positionWords} value={kind.value} onChange={to => { kind.value = to; }} />
      <Field label="Why"><textarea rows={3} value={reason.value} onInput={event => { reason.value = event.currentTarget.value; }} /></Field>
      <Field label="Open for answers">
        <select value={days.value} onChange={event => { days.value = Number(event.currentTarget.value); }}>
          {ProposalOpenDays.map(one => <option key={one} value={one}>{one} days</option>)}
        </select>
      </Field>
      {voided && (
        <label class="check">
          <input type="checkbox" checked={isAgreed} onChange={event => { voidsThem.value = event.currentTarget.checked ? positions!.version : null; }} />
          <span>{voided}</span>
        </label>
      )}
      <Stands>
        {kind.value === null ? `Choose what the coalition shall want of ${where}.`
          : `“${positionWords[kind.value]}” on ${where} is put to every organisation that may take positions now, until ${dateOf(closesAt)}`
            + `${policy ? `; it is adopted when ${policyWords[policy]}` : ''}. Proposing is not agreeing: ${organisationName(workspace, workspace.me.organisation!)} answers apart from it.`}
      </Stands>
    </CommandForm>
  );
}

/** What a new proposal takes away, to be agreed to; null when it takes nothing. */
function voidWords(workspace: Workspace, positions: Positions | undefined): string | null {
  const { coalition, consents } = positions ?? {};
  if (!coalition) return null;
  const names = consents!.map(one => `${organisationName(workspace, one.organisation)} (${consentWords[one.consent].toLowerCase()})`);
  if (coalition.outcome) return names.length === 0 ? null : `Ask everyone anew: the ${count(names)} to the last proposal no longer ${names.length === 1 ? 'counts' : 'count'}. They were of ${names.join(', ')}.`;
  return names.length === 0
    ? `Put an end to the open proposal “${positionWords[coalition.kind]}”, which nobody has answered yet.`
    : `Put an end to the open proposal “${positionWords[coalition.kind]}” and make void the ${count(names)} to it, of ${names.join(', ')}.`;
}

const count = (names: string[]): string => names.length === 1 ? 'one answer' : `${names.length} answers`;

interface ConsentFormProps {
  form: string;
  url: string;
  proposal: Proposal;
  mine: Consent | undefined;
  close: () => void;
  where: string;
}

function ConsentForm({ form, url, proposal, mine, close, where }: ConsentFormProps): JSX.Element {
  const workspace = useWorkspace();
  const ours = organisationName(workspace, workspace.me.organisation!);
  const consent = useSignal<ConsentKind | null>(mine?.consent ?? null);
  const caveat = useSignal(mine?.caveat ?? '');
  // The proposal that was on the screen when the form was opened: if another has replaced it since, the server says so.
  const about = useSignal(proposal.version);
  const to = useSignal(positionWords[proposal.kind]);
  const kept = useKeptForm(form, { consent, caveat, about, to });
  const needsCaveat = consent.value === 'agreeWithCaveat';
  const says = needsCaveat ? 'Caveat' : 'Why';
  return (
    <CommandForm label="Our answer to the proposal" kept={kept} submit="Give this answer" ready={consent.value !== null && (!needsCaveat || caveat.value.trim() !== '')} done={close} cancel={close}
      send={() => command('PUT', url, { consent: consent.value, caveat: consent.value === 'agree' ? '' : caveat.value, proposal: about.value })}>
      <Choice legend="Our answer to the coalition’s position" name="consent" options={consentChoices} value={consent.value} onChange={chosen => { consent.value = chosen; }} />
      {consent.value !== null && consent.value !== 'agree' && <Field label={says}><textarea rows={2} value={caveat.value} onInput={event => { caveat.value = event.currentTarget.value; }} /></Field>}
      <Stands>
        {consent.value === null ? `Choose what ${ours} says to “${to.value}” on ${where}.`
          : `In the name of ${ours} will stand: “${consentWords[consent.value]}”, as its answer to “${to.value}” as the coalition’s position on ${where}.`}
      </Stands>
    </CommandForm>
  );
}
