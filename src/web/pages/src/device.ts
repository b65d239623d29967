import { EraseMillisecondsMax, KeptDaysMax } from './limits';

/**
 * What a browser keeps of what a person wrote and the server does not hold: texts, words set aside, half-written forms. All of it is filed
 * under the coalition and the person, and listed in local storage, where a name can be looked for and one tab hears of another's changes;
 * what may be large lies in databases of the same names.
 */
export interface Owner {
  coalition: string;
  person: string;
}

/**
 * Which history of a text a kept copy belongs to: what was written in one must not be joined with another. Every text has one history so
 * far; when the server numbers them (a text that was begun anew is another), its number takes the place of this one.
 */
export const TextEpoch = 0;

const root = 'annotate/';

const ownerName = ({ coalition, person }: Owner): string => `${root}${encodeURIComponent(coalition)}/${encodeURIComponent(person)}/`;

export const textName = (owner: Owner, text: string): string => `${ownerName(owner)}text/${text}/${TextEpoch}`;

export const setAsideName = (owner: Owner): string => `${ownerName(owner)}set-aside`;

export const formName = (owner: Owner, form: string): string => `${ownerName(owner)}form/${form}`;

/** What one tab tells the others. */
type Word =
  | { kind: 'left'; owner: string; signedOut: boolean }
  | { kind: 'changed'; name: string };

const listeners = new Set<(word: Word) => void>();

/** Whose things are no longer kept, by this page: they signed out, or lost their right, and what this page still shows must not come back. */
const left = new Set<string>();

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('annotate-device') : null;
channel?.addEventListener('message', event => hear(event.data as Word));

function hear(word: Word): void {
  if (word.kind === 'left') left.add(word.owner);
  for (const listener of [...listeners]) listener(word);
}

/** Whether anything of this person is kept by this page. */
export const mayKeep = (owner: Owner): boolean => !left.has(ownerName(owner));

/** Tells other tabs that something of this name is no longer what it was. */
export function tellChanged(name: string): void {
  channel?.postMessage({ kind: 'changed', name } satisfies Word);
}

/** Another tab changed what is kept under this name. */
export function onChanged(name: string, changed: () => void): () => void {
  return listen(word => { if (word.kind === 'changed' && word.name === name) changed(); });
}

/** The person signed out, in this tab or another, or lost their right here. */
export function onLeft(owner: Owner, gone: (signedOut: boolean) => void): () => void {
  const mine = ownerName(owner);
  return listen(word => { if (word.kind === 'left' && word.owner === mine) gone(word.signedOut); });
}

function listen(listener: (word: Word) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keeps words under a name; null forgets it. False when the browser does not. */
export function keep(owner: Owner, name: string, words: string | null): boolean {
  return mayKeep(owner) && write(name, words);
}

function write(name: string, words: string | null): boolean {
  try {
    if (words === null) localStorage.removeItem(name);
    else localStorage.setItem(name, words);
    return true;
  } catch {
    return false; // No storage at all, or it is full.
  }
}

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Puts a database on the list, so that it is found when all is to be erased: not every browser can list its databases. */
export const list = (owner: Owner, name: string): boolean => keep(owner, name, String(Date.now()));

const isDatabase = (name: string): boolean => /\/(text\/.*|set-aside)$/.test(name);

const listed = (beginning: string): string[] => {
  try {
    return Object.keys(localStorage).filter(name => name.startsWith(beginning));
  } catch {
    return [];
  }
};

/** Whether anything of this person would go with them. */
export const keepsAny = (owner: Owner): boolean => listed(`${ownerName(owner)}form/`).length > 0;

/** Erases all that this browser keeps of a person, in every tab: when they sign out, and when they lost their right. */
export async function eraseAll(owner: Owner, signedOut: boolean): Promise<void> {
  const mine = ownerName(owner);
  const word: Word = { kind: 'left', owner: mine, signedOut };
  channel?.postMessage(word);
  hear(word);
  await Promise.all(listed(mine).map(erase));
}

/** Erases what is kept under a name, and takes it off the list when it is gone; what is still there then is erased by the next page. */
export async function erase(name: string): Promise<void> {
  if (isDatabase(name)) {
    write(name, '0');
    if (!await eraseDatabase(name)) return;
  }
  write(name, null);
}

/**
 * Another tab may have the database open, and hold up its deletion for as long as it likes (a tab put to sleep does): so it is emptied
 * first, which needs nobody's leave.
 * @returns Whether it is gone.
 */
async function eraseDatabase(name: string): Promise<boolean> {
  if (!('indexedDB' in globalThis)) return true;
  await emptied(name).catch(() => undefined);
  return new Promise<boolean>(resolve => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve(true);
    request.onerror = () => resolve(false);
    setTimeout(() => resolve(false), EraseMillisecondsMax);
  });
}

async function emptied(name: string): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The database could not be opened.'));
  });
  try {
    const stores = [...database.objectStoreNames];
    if (stores.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction(stores, 'readwrite');
      for (const store of stores) transaction.objectStore(store).clear();
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error('The database could not be emptied.'));
    });
  } finally {
    database.close();
  }
}

/** Nothing is kept for ever for somebody who never comes back to it; and what could not be erased then is erased now. */
export function eraseOld(): void {
  const oldest = Date.now() - KeptDaysMax * 86_400_000;
  for (const name of listed(root)) {
    // A page that has begun to use it meanwhile takes it up again.
    if (!(touchedAt(kept(name) ?? '') > oldest)) void erase(name).then(() => tellChanged(name));
  }
}

/** Databases are listed with their time alone, forms have it among their words. */
function touchedAt(words: string): number {
  try {
    const read: unknown = JSON.parse(words);
    return typeof read === 'number' ? read : Number((read as { at?: unknown } | null)?.at);
  } catch {
    return NaN;
  }
}
