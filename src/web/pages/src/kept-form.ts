import type { Signal } from '@preact/signals';
import { effect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { formName, keep, kept } from './device';
import type { Workspace } from './workspace';
import { useWorkspace } from './workspace';

type Fields = Record<string, Signal<any>>;
type Values = Record<string, unknown>;

/** How a form stands to what the device keeps of it. */
export interface KeptForm {
  /** It begins with what was written in it before, and not sent. */
  isRestored: boolean;
  /** It was sent, or given up. */
  forget: () => void;
}

/** What is kept of a form that somebody has begun to fill in; null when there is nothing. */
export function keptValues({ coalition, me }: Workspace, form: string): Values | null {
  try {
    return (JSON.parse(kept(formName({ coalition, person: me.person }, form)) ?? 'null') as { values: Values } | null)?.values ?? null;
  } catch {
    return null; // Of another version of this page.
  }
}

/**
 * Keeps a half-written form on the device, for this person: it outlives the page and every way through it.
 * @param form What it is for, such as `reply/{annotation}`.
 * @param fields Restored and kept; called before they are first read.
 * @param alongside Kept only, for whoever opens the form again.
 */
export function useKeptForm(form: string, fields: Fields, alongside: Fields = {}): KeptForm {
  const workspace = useWorkspace();
  const owner = { coalition: workspace.coalition, person: workspace.me.person };
  const opened = useRef<{ isRestored: boolean; begun: string; isForgotten: boolean } | null>(null);
  if (opened.current === null) {
    const begun = JSON.stringify(valuesOf(fields));
    const found = keptValues(workspace, form);
    for (const [field, signal] of Object.entries(fields)) if (found && field in found) signal.value = found[field];
    opened.current = { isRestored: found !== null, begun, isForgotten: false };
  }
  const { current } = opened;
  const name = formName(owner, form);
  // Not `useSignalEffect`, which waits for the next frame: a page that is left before it would lose the last letter.
  useLayoutEffect(() => effect(() => {
    const values = { ...valuesOf(fields), ...valuesOf(alongside) };
    if (current.isForgotten) return;
    const isUntouched = JSON.stringify(valuesOf(fields)) === current.begun;
    keep(owner, name, isUntouched ? null : JSON.stringify({ at: Date.now(), values }));
  }), [name]);
  return {
    isRestored: current.isRestored,
    forget: () => {
      current.isForgotten = true;
      keep(owner, name, null);
    },
  };
}

const valuesOf = (fields: Fields): Values => Object.fromEntries(Object.entries(fields).map(([field, signal]) => [field, signal.value as unknown]));
