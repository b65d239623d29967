import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { command } from './api';
import { ProvisionChoice } from './article';
import { keptValues, useKeptForm } from './kept-form';
import { Ago, Choice, CommandForm, Field, Guarded, ProblemNote } from './parts';
import type { Coalition, CoalitionIndex, Consent, ConsentKind, OrganisationPosition, PositionKind, Positions, Provision } from './shapes';
import { useView } from './view';
import { barTo, organisationName, personName, useWorkspace } from './workspace';
import { consentChoices, consentWords, flatten, pinpoint, positionWords, stateWords } from './words';

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
                {positions.coalition && <button type="button" class="button primary" onClick={() => { form.value = 'consent'; }}>Answer the proposal</button>}
                <button type="button" class="button quiet" onClick={() => { form.value = 'position'; }}>{mine ? 'Change our position' : 'Take our position'}</button>
                <button type="button" class="button quiet" onClick={() => { form.value = 'proposal'; }}>{positions.coalition ? 'Propose another' : 'Propose the coalition’s'}</button>
              </>
            )
            : <Guarded bar={bar} label="Take a position" onClick={() => undefined} />}
        </div>
      )}
      {form.value === 'position' && <PositionForm key={shown} form={`position/${instrument}/${shown}`} url={`${url}/positions/${me.organisation}`} mine={mine} close={close} where={pinpoint(shown)} />}
      {form.value === 'proposal' && <ProposalForm key={shown} form={`proposal/${instrument}/${shown}`} url={`${url}/coalition-position`} positions={positions} close={close} />}
      {form.value === 'consent' && positions?.coalition && (
        <ConsentForm key={shown} form={`consent/${instrument}/${shown}`} url={`${url}/consents/${me.organisation}`} proposal={positions.coalition.version} mine={positions.consents.find(one => one.organisation === me.organisation)} close={close} />
      )}
      {positions && <Holders positions={positions} coalition={people.value.value} />}
    </section>
  );
}

function CoalitionPosition({ positions }: { positions: Positions }): JSX.Element {
  const workspace = useWorkspace();
  const { coalition, state } = positions;
  if (!coalition) return <p class="quiet-words">The coalition has no position here yet.</p>;
  return (
    <div class="coalition-position" data-state={state}>
      <p class="coalition-line">
        <span class="eyebrow">The coalition’s position</span>
        <PositionMark kind={coalition.kind} />
        <span class={`mark-state ${state}`}>{stateWords[state]}</span>
      </p>
      {coalition.reason && <p class="written">{coalition.reason}</p>}
      <p class="hint">Proposed by {personName(workspace, coalition.proposedBy)}, <Ago at={coalition.at} /></p>
    </div>
  );
}

/** Every organisation, with its position and its answer to the proposal; those who have said nothing last. */
function Holders({ positions, coalition }: { positions: Positions; coalition: Coalition | undefined }): JSX.Element {
  const all = new Set([...positions.positions.map(one => one.organisation), ...positions.consents.map(one => one.organisation)]);
  const silent = coalition?.organisations.filter(one => !all.has(one.id)) ?? [];
  return (
    <>
      <ul class="holders">
        {[...all].sort().map(organisation => (
          <Holder key={organisation} organisation={organisation}
            position={positions.positions.find(one => one.organisation === organisation)}
            consent={positions.consents.find(one => one.organisation === organisation)} />
        ))}
      </ul>
      {silent.length > 0 && <p class="hint">Not heard from yet: {silent.map(one => one.name).join(', ')}.</p>}
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

function PositionForm({ form, url, mine, close, where }: { form: string; url: string; mine: OrganisationPosition | undefined; close: () => void; where: string }): JSX.Element {
  const workspace = useWorkspace();
  const kind = useSignal<PositionKind>(mine?.kind ?? 'amend');
  const redLine = useSignal(mine?.redLine ?? false);
  const reason = useSignal(mine?.reason ?? '');
  const kept = useKeptForm(form, { kind, redLine, reason });
  return (
    <CommandForm label="Our position" kept={kept} submit="Take this position" done={close} cancel={close}
      send={() => command('PUT', url, { kind: kind.value, redLine: redLine.value, reason: reason.value })}>
      <Choice legend={`The position of ${organisationName(workspace, workspace.me.organisation!)} on ${where}`} name="position" options={positionWords}
        value={kind.value} onChange={to => { kind.value = to; }} />
      <label class="check">
        <input type="checkbox" checked={redLine.value} onChange={event => { redLine.value = event.currentTarget.checked; }} />
        <span>This is a red line for us</span>
      </label>
      <Field label="Why" hint="(seen by the coalition)">
        <textarea rows={3} value={reason.value} onInput={event => { reason.value = event.currentTarget.value; }} />
      </Field>
    </CommandForm>
  );
}

function ProposalForm({ form, url, positions, close }: { form: string; url: string; positions: Positions | undefined; close: () => void }): JSX.Element {
  const kind = useSignal<PositionKind>(positions?.coalition?.kind ?? 'amend');
  const reason = useSignal('');
  const kept = useKeptForm(form, { kind, reason });
  return (
    <CommandForm label="The coalition’s position" kept={kept} submit="Propose" done={close} cancel={close}
      send={() => command('PUT', url, { kind: kind.value, reason: reason.value })}>
      <Choice legend="Proposed for the whole coalition" name="proposal" options={positionWords} value={kind.value} onChange={to => { kind.value = to; }} />
      <Field label="Why"><textarea rows={3} value={reason.value} onInput={event => { reason.value = event.currentTarget.value; }} /></Field>
      {positions?.coalition && <p class="hint">A new proposal begins again: the answers so far were to the old one.</p>}
    </CommandForm>
  );
}

function ConsentForm({ form, url, proposal, mine, close }: { form: string; url: string; proposal: number; mine: Consent | undefined; close: () => void }): JSX.Element {
  const consent = useSignal<ConsentKind>(mine?.consent ?? 'agree');
  const caveat = useSignal(mine?.caveat ?? '');
  // The proposal that was on the screen when the form was opened: if another has replaced it since, the server says so.
  const about = useSignal(proposal);
  const kept = useKeptForm(form, { consent, caveat, about });
  const needsCaveat = consent.value === 'agreeWithCaveat';
  const says = needsCaveat ? 'Caveat' : 'Why';
  return (
    <CommandForm label="Our answer to the proposal" kept={kept} submit="Give this answer" ready={!needsCaveat || caveat.value.trim() !== ''} done={close} cancel={close}
      send={() => command('PUT', url, { consent: consent.value, caveat: consent.value === 'agree' ? '' : caveat.value, proposal: about.value })}>
      <Choice legend="Our answer to the coalition’s position" name="consent" options={consentChoices} value={consent.value} onChange={to => { consent.value = to; }} />
      {consent.value !== 'agree' && <Field label={says}><textarea rows={2} value={caveat.value} onInput={event => { caveat.value = event.currentTarget.value; }} /></Field>}
    </CommandForm>
  );
}
