import * as Y from 'yjs';
import { heldBeyond } from './reload.js';
import type { Ranges, Struct } from './update.js';
import { deletedIn, rangesOf, structsIn, without, written } from './update.js';

/**
 * What a document holds that the server lacks; null when that is nothing. Yjs' own difference always carries all deletions, so that every
 * opening would be an edit, and what is set aside would delete what others had deleted.
 * @param update What the server answered: it carries all of its deletions.
 */
export function lackedBy(serverVector: Uint8Array, update: Uint8Array, doc: Y.Doc): Uint8Array | null {
  const theirs = Y.decodeStateVector(serverVector);
  const hasMore = [...Y.decodeStateVector(Y.encodeStateVector(doc))].some(([client, clock]) => clock > (theirs.get(client) ?? 0));
  const structs = hasMore ? structsIn(heldBeyond(serverVector, doc)) : new Map<number, Struct[]>();
  const deleted: Ranges = without(rangesOf(Y.createDeleteSetFromStructStore(doc.store)), deletedIn(update));
  return structs.size + deleted.size === 0 ? null : written(structs, deleted);
}
