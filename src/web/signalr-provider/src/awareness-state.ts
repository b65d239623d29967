import * as Y from 'yjs';

type State = Record<string, unknown>;

/**
 * What another client says of itself, without what an editor would stumble over. Editor bindings read cursors and users without a check
 * of their own, in the middle of showing a change; one that throws there shows no further change, and what is typed next overwrites
 * everybody else's text.
 */
export function readable(state: unknown, doc: Y.Doc): State | null {
  if (!isObject(state)) return null;
  const kept = { ...state };
  if ('cursor' in kept && !isCursor(kept['cursor'], doc)) delete kept['cursor'];
  if ('user' in kept) {
    if (isObject(kept['user'])) kept['user'] = Object.fromEntries(Object.entries(kept['user']).filter(([, value]) => isPrimitive(value)));
    else delete kept['user'];
  }
  return kept;
}

function isCursor(cursor: unknown, doc: Y.Doc): boolean {
  return cursor === null || (isObject(cursor) && isPosition(cursor['anchor'], doc) && isPosition(cursor['head'], doc));
}

/** A position in text that has yet to arrive is one too: cursors travel faster than the edits they follow, which wait for the disk. */
function isPosition(position: unknown, doc: Y.Doc): boolean {
  if (!isObject(position)) return false;
  const { type, tname, item, assoc } = position;
  // Looking for a root type that is not there would make it.
  const isNamed = tname == null || (typeof tname === 'string' && doc.share.has(tname));
  if (!isNamed || !isId(type) || !isId(item) || !(assoc == null || Number.isInteger(assoc))) return false;
  try {
    Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(position), doc);
    return true;
  } catch {
    return false; // It names nothing at all, or a place inside something that has none.
  }
}

/** Absent, or the id of a struct. */
function isId(id: unknown): boolean {
  return id == null || (isObject(id) && isClock(id['client']) && isClock(id['clock']));
}

const isClock = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isPrimitive = (value: unknown): boolean => value === null || typeof value !== 'object';

const isObject = (value: unknown): value is State => typeof value === 'object' && value !== null && !Array.isArray(value);
