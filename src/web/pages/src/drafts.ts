import { signal } from '@preact/signals';
import * as idb from 'lib0/indexeddb';
import type { Owner } from './device';
import { erase, kept, list, mayKeep, onChanged, onLeft, setAsideName, tellChanged } from './device';
import type { Problem } from './shapes';
import type { UnsentWords } from './unsent-words';

/** Words that the server refused, kept under the name of their text until somebody decides what becomes of them. */
export interface Draft extends UnsentWords {
  id: string;
  /** The text's id and title. */
  text: string;
  title: string;
  person: string;
  /** ISO 8601. */
  at: string;
  problem: Problem;
  /** The refused edits themselves. */
  unsent: Uint8Array;
}

/** A draft, and how it stands. */
export interface KeptDraft {
  draft: Draft;
  /** On the device; else it lives as long as the page. */
  isKept: boolean;
}

const storeName = 'drafts';

/** All drafts of the person who looks at the page, the oldest first. */
export const drafts = signal<KeptDraft[]>([]);

let owner: Owner | null = null;

/** Words that were on their way when their text was closed, by text. The device keeps them with it, unless all of it is erased. */
const onTheirWay = new Map<string, Draft>();

addEventListener('beforeunload', event => { if (drafts.peek().some(one => !one.isKept)) event.preventDefault(); });

/** From now on shows the drafts of this person. */
export async function openDrafts(of: Owner): Promise<void> {
  owner = of;
  onChanged(setAsideName(of), () => void readAll());
  // Who signs out leaves nothing behind; who lost their right may still copy what they wrote.
  onLeft(of, signedOut => {
    const all = signedOut ? [] : [...drafts.peek().map(one => one.draft), ...onTheirWay.values()];
    onTheirWay.clear();
    drafts.value = all.map(draft => ({ draft, isKept: false }));
  });
  await readAll();
}

/** Keeps a draft; it is offered at once, whether or not the device takes it. The same words of the same text are kept once. */
export async function addDraft(draft: Draft): Promise<KeptDraft> {
  const same = drafts.peek().find(one => one.draft.text === draft.text && wordsIn(one.draft) === wordsIn(draft));
  if (same) return same;
  const added: KeptDraft = { draft, isKept: false };
  drafts.value = [...drafts.peek(), added];
  const isKept = await inStore(store => idb.put(store, draft as never, draft.id));
  if (!isKept) return added;
  const onDevice = { draft, isKept };
  drafts.value = drafts.peek().map(one => one.draft.id === draft.id ? onDevice : one);
  tell();
  return onDevice;
}

/** A text is closed before all of its words are durable. */
export function leaveOnTheirWay(draft: Draft | null): void {
  if (draft) onTheirWay.set(draft.text, draft);
}

/** All words of a text are durable. */
export function haveArrived(text: string): void {
  onTheirWay.delete(text);
}

/** It is in the text again, or nobody wants it. */
export async function removeDraft(id: string): Promise<void> {
  // The device first: a page that is opened anew a moment later must not offer again what was seen to go.
  await inStore(store => idb.del(store, id));
  drafts.value = drafts.peek().filter(one => one.draft.id !== id);
  tell();
}

const wordsIn = ({ blocks, deletes }: Draft): string => JSON.stringify([blocks, deletes]);

function tell(): void {
  if (owner) tellChanged(setAsideName(owner));
}

async function readAll(): Promise<void> {
  if (!owner || kept(setAsideName(owner)) === null) return; // Nothing was ever kept, and no database is made for that.
  let read: Draft[] = [];
  if (!await inStore(async store => { read = await idb.getAll(store) as Draft[]; })) return;
  const onPage = drafts.peek().filter(one => !one.isKept && !read.some(({ id }) => id === one.draft.id));
  drafts.value = [...read.map(draft => ({ draft, isKept: true })), ...onPage].sort((a, b) => a.draft.at.localeCompare(b.draft.at));
}

/** @returns False when the device does not keep it. Opened for each use, so that no page stands in the way of another that erases. */
async function inStore(use: (store: IDBObjectStore) => Promise<unknown>): Promise<boolean> {
  if (!owner || !mayKeep(owner) || !('indexedDB' in globalThis)) return false;
  const name = setAsideName(owner);
  if (!list(owner, name)) return false;
  try {
    const database = await idb.openDB(name, made => idb.createStores(made, [[storeName]]));
    try {
      const [opened] = idb.transact(database, [storeName]);
      const done = new Promise<void>((resolve, reject) => {
        opened!.transaction.oncomplete = () => resolve();
        opened!.transaction.onabort = () => reject(opened!.transaction.error ?? new Error('The draft could not be written.'));
      });
      await use(opened!);
      await done;
    } finally {
      database.close();
    }
  } catch (error) {
    console.warn('What was set aside could not be kept on this device.', error);
    return false;
  }
  if (mayKeep(owner)) return true;
  await erase(name); // They left while it was written.
  return false;
}
