import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Field } from './parts';

interface MadeOnceProps {
  label: string;
  what: 'link' | 'token';
  value: string;
  close: () => void;
  /** What it is good for, and how to keep it. */
  children: ComponentChildren;
}

/** A secret that was just made: shown this once, to be copied. */
export function MadeOnce({ label, what, value, close, children }: MadeOnceProps): JSX.Element {
  const said = useSignal('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      said.value = 'Copied.';
    } catch {
      // The browser gives its clipboard to nobody here.
      field.current?.select();
      said.value = 'It is selected: copy it with your keyboard, or from the menu of the field.';
    }
  };
  return (
    <section class="command" aria-label={label}>
      <p><strong>It is shown this once.</strong> {children}</p>
      <Field label={label}><input ref={field} type="text" readOnly value={value} /></Field>
      <div class="row wrap">
        <button type="button" class="button primary" onClick={() => void copy()}>Copy the {what}</button>
        <button type="button" class="button quiet" onClick={close}>Put it away</button>
        <p class="said" role="status">{said.value}</p>
      </div>
    </section>
  );
}
