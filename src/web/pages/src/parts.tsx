import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { problemFrom } from './api';
import type { KeptForm } from './kept-form';
import type { By, Problem } from './shapes';
import type { Bar } from './workspace';
import { hueOf, momentOf, now, personName, sinceThen, standingBehind, useWorkspace } from './workspace';

export function Ago({ at }: { at: string }): JSX.Element {
  return <time class="ago" dateTime={at} title={momentOf(at)}>{sinceThen(at, now.value)}</time>;
}

export function Byline({ by, at }: { by: By; at: string }): JSX.Element {
  const workspace = useWorkspace();
  const behind = standingBehind(workspace, by);
  return (
    <p class="byline">
      <Badge person={by.person} name={personName(workspace, by)} />
      <span class="byline-who">
        <span class="byline-name">{personName(workspace, by)}</span>
        {behind && <span class="byline-behind">{behind}</span>}
      </span>
      <Ago at={at} />
    </p>
  );
}

/** Initials on the person's colour; the name stands beside it or is given to screen readers by the caller. */
export function Badge({ person, name }: { person: string; name: string }): JSX.Element {
  const initials = name.split(/\s+/).filter(Boolean).map(word => [...word][0]).filter((_, index, all) => index === 0 || index === all.length - 1).join('');
  return <span class="badge" aria-hidden="true" style={{ '--hue': String(hueOf(person)) }}>{initials}</span>;
}

export function ProblemNote({ problem }: { problem: Problem | undefined | null }): JSX.Element | null {
  if (!problem) return null;
  return <p class="problem" role="alert"><strong>{problem.title}</strong>{problem.detail ? ` ${problem.detail}` : ''}</p>;
}

/** A button that opens a form, or says why the person may not. */
export function Guarded({ bar, label, onClick, kind = 'quiet' }: { bar: Bar; label: string; onClick: () => void; kind?: 'quiet' | 'primary' }): JSX.Element {
  return (
    <span class="guarded">
      <button type="button" class={`button ${kind}`} disabled={bar !== null} onClick={onClick}>{label}</button>
      {bar !== null && <span class="reason">{bar}</span>}
    </span>
  );
}

interface CommandFormProps {
  label: string;
  submit: string;
  children: ComponentChildren;
  /** Sends; what it throws is shown, and the form stays as it is. */
  send: () => Promise<void>;
  done: () => void;
  /** Without it the form cannot be cancelled. */
  cancel?: () => void;
  ready?: boolean;
  /** What the device keeps of it: gone when it was sent or cancelled; Escape only closes it. */
  kept?: KeptForm;
}

/** A small form for one command: Escape cancels, Ctrl+Enter sends, a refusal is told where it happened. */
export function CommandForm({ label, submit, children, send, done, cancel, ready = true, kept }: CommandFormProps): JSX.Element {
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const first = form.current?.querySelector<HTMLElement>('[data-first]') ?? form.current?.querySelector<HTMLElement>('textarea, input:checked, input, select');
    // What comes back by itself does not take the keyboard from where it is.
    if (cancel && !kept?.isRestored) first?.focus();
  }, []);

  const onSubmit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy.value || !ready) return;
    busy.value = true;
    problem.value = null;
    try {
      await send();
      kept?.forget();
      done();
    } catch (error) {
      problem.value = problemFrom(error);
    } finally {
      busy.value = false;
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && cancel) {
      event.stopPropagation();
      cancel();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.current?.requestSubmit();
    }
  };

  return (
    <form ref={form} class="command" aria-label={label} onSubmit={event => void onSubmit(event)} onKeyDown={onKeyDown}>
      {kept?.isRestored && <p class="hint" role="status">You had begun to write this; it was kept on this device, and is not sent yet.</p>}
      {children}
      <ProblemNote problem={problem.value} />
      <div class="row">
        <button type="submit" class="button primary" disabled={busy.value || !ready}>{busy.value ? 'Sending…' : submit}</button>
        {cancel && <button type="button" class="button quiet" onClick={() => { kept?.forget(); cancel(); }}>Cancel</button>}
      </div>
    </form>
  );
}

/** One choice of several, as radio buttons; null while nothing is chosen, since what is preset would be sent by a mere click. */
export function Choice<T extends string>({ legend, name, options, value, onChange }: {
  legend: string; name: string; options: Record<T, string>; value: T | null; onChange: (value: T) => void;
}): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {(Object.entries(options) as [T, string][]).map(([option, words]) => (
        <label key={option}>
          <input type="radio" name={name} value={option} checked={option === value} onChange={() => onChange(option)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Field({ label, hint, children }: { label: string; hint?: string; children: ComponentChildren }): JSX.Element {
  return <label class="field"><span class="field-label">{label}{hint && <span class="hint"> {hint}</span>}</span>{children}</label>;
}
