import * as Y from 'yjs';
import type { Range, Ranges, Struct } from './update.js';
import { deletedIn, structsIn, written } from './update.js';

/** Where the structs of one client begin to count anew, under another client id. */
interface Moved extends Range {
  client: number;
  to: number;
}

/**
 * The same edits made again, as new ones: under client ids that nobody has written under, at the same places of a document that holds what
 * they build on.
 * @param unsent What was set aside.
 * @returns An update to apply to `doc`; null when the words would not stand there as they were: what they were written in is gone.
 */
export function madeAgain(unsent: Uint8Array, doc: Y.Doc): Uint8Array | null {
  const structs = structsIn(unsent);
  const deleted = deletedIn(unsent);
  const moves = movesOf(structs);
  const update = written(movedStructs(structs, moves), movedRanges(deleted, moves));
  return standsWhole(update, doc) ? update : null;
}

/** A new id for each client, since the structs of two may build on each other both ways, and a gap in a client's clock is not allowed. */
function movesOf(structs: Map<number, Struct[]>): Map<number, Moved[]> {
  const moves = new Map<number, Moved[]>();
  for (const [client, list] of structs) {
    const fresh = new Y.Doc().clientID;
    const ranges: Moved[] = [];
    let at = 0;
    for (const struct of list) {
      if (struct instanceof Y.Skip) continue;
      const last = ranges.at(-1);
      if (last && last.clock + last.len === struct.id.clock) last.len += struct.length;
      else ranges.push({ clock: struct.id.clock, len: struct.length, client: fresh, to: at });
      at += struct.length;
    }
    moves.set(client, ranges);
  }
  return moves;
}

function movedStructs(structs: Map<number, Struct[]>, moves: Map<number, Moved[]>): Map<number, Struct[]> {
  const moved = new Map<number, Struct[]>();
  for (const [client, list] of structs) {
    const kept = list.filter(struct => !(struct instanceof Y.Skip));
    for (const struct of kept) move(struct, moves);
    if (kept.length > 0) moved.set(moves.get(client)![0]!.client, kept);
  }
  return moved;
}

/** The struct was decoded for this, and is nobody else's. */
function move(struct: Struct, moves: Map<number, Moved[]>): void {
  struct.id = movedId(struct.id, moves);
  if (!(struct instanceof Y.Item)) return;
  if (struct.origin !== null) struct.origin = movedId(struct.origin, moves);
  if (struct.rightOrigin !== null) struct.rightOrigin = movedId(struct.rightOrigin, moves);
  if (struct.parent instanceof Y.ID) struct.parent = movedId(struct.parent, moves);
}

function movedId(id: Y.ID, moves: Map<number, Moved[]>): Y.ID {
  const range = moves.get(id.client)?.find(({ clock, len }) => id.clock >= clock && id.clock < clock + len);
  return range ? Y.createID(range.client, range.to + id.clock - range.clock) : id;
}

/** Deletions of what is itself made again go along; a range may be partly so. */
function movedRanges(ranges: Ranges, moves: Map<number, Moved[]>): Ranges {
  const moved: Ranges = new Map();
  const add = (client: number, range: Range): void => { moved.set(client, [...moved.get(client) ?? [], range]); };
  for (const [client, list] of ranges) {
    for (const range of list) {
      for (let clock = range.clock, end = range.clock + range.len; clock < end;) {
        const within = moves.get(client)?.find(one => clock >= one.clock && clock < one.clock + one.len);
        const next = moves.get(client)?.map(one => one.clock).filter(start => start > clock).reduce((a, b) => Math.min(a, b), end) ?? end;
        const to = Math.min(end, within ? within.clock + within.len : next);
        add(within?.client ?? client, { clock: within ? within.to + clock - within.clock : clock, len: to - clock });
        clock = to;
      }
    }
  }
  return moved;
}

/** Whether all that the update adds and does not delete itself would stand in the document. Tried on a copy. */
function standsWhole(update: Uint8Array, doc: Y.Doc): boolean {
  const copy = new Y.Doc({ gc: false });
  try {
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
    Y.applyUpdate(copy, update);
    if (copy.store.pendingStructs !== null || copy.store.pendingDs !== null) return false;
    const ownDeletions = Y.mergeDeleteSets([Y.decodeUpdate(update).ds]);
    return [...structsIn(update).keys()].every(client => copy.store.clients.get(client)?.every(struct =>
      !struct.deleted || isDeletedThroughout(ownDeletions, struct)) === true);
  } finally {
    copy.destroy();
  }
}

/** Formats and attributes that a later one overrides are taken away by Yjs itself: words are what counts. */
function isDeletedThroughout(deletions: Parameters<typeof Y.isDeleted>[0], struct: Y.Item | Y.GC): boolean {
  if (struct instanceof Y.Item && (!struct.countable || struct.parentSub !== null)) return true;
  return Y.isDeleted(deletions, struct.id) && Y.isDeleted(deletions, Y.createID(struct.id.client, struct.id.clock + struct.length - 1));
}
