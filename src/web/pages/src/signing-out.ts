import { command, read } from './api';
import type { Owner } from './device';
import { eraseAll, keepsAny } from './device';
import { drafts } from './drafts';
import { unsaved } from './unsaved';

/** Whether something that was written here would be erased unsent. */
export const losesWords = (owner: Owner): boolean => unsaved.value.size > 0 || drafts.value.length > 0 || keepsAny(owner);

export const lostWords = 'What you wrote here and have not sent is erased from this device.';

/** What signing out costs, in words; empty where it costs nothing. */
export async function costsOf(owner: Owner): Promise<string> {
  return [
    losesWords(owner) ? lostWords : '',
    await isLastWayIn() ? 'You are signed in nowhere else: afterwards an administrator of your organisation has to let you in again.' : '',
  ].filter(Boolean).join(' ');
}

async function isLastWayIn(): Promise<boolean> {
  try {
    const { tokens } = (await read<{ tokens: { current: boolean }[] }>('/api/me/tokens'))!.value;
    return tokens.length === 1 && tokens[0]!.current;
  } catch {
    return false; // Whoever cannot be asked is not kept from leaving.
  }
}

/** Signs out here, whatever the server says. */
export async function signOut(owner: Owner): Promise<void> {
  try {
    await command('DELETE', '/api/tokens/current?confirm=true'); // It was asked here.
  } finally {
    await leave(owner);
  }
}

/**
 * Nothing of the session stays on this page and this device. Not before it has ended: another tab that begins anew while it lives would
 * take it all up again.
 */
export async function leave(owner: Owner): Promise<void> {
  await eraseAll(owner, true);
  unsaved.value = new Set();
  location.reload();
}
