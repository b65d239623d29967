import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { PlacesWalkedMax, ReloadQuietMilliseconds } from './limits.js';

/*
 * Undoing, yjs may put an item between two that never stood side by side (`redoItem`). Where it stands then depends on what was there when it
 * came: the same updates read otherwise in a document that is loaded than in one that was open, though both hold the same, so that no update
 * can mend it. What counts is what loads; a document that reads otherwise is replaced by a fresh one.
 */

/**
 * Whether a transaction put an item where it may stand otherwise once the document is loaded: between two that cannot have stood side by
 * side. Cheap, and true where it would not be. To be asked when the transaction has ended (`afterTransaction` or later).
 */
export function placesOddly({ doc, beforeState, afterState }: Y.Transaction): boolean {
  return areOdd(doc.store, [...afterState].map(([client]) => [client, beforeState.get(client) ?? 0]));
}

/** Whether anything in a document may stand otherwise once it is loaded: what {@link placesOddly} would have said of all that came so far. */
export function holdsOdd({ store }: Y.Doc): boolean {
  return areOdd(store, [...store.clients.keys()].map((client) => [client, 0]));
}

function areOdd(store: Store, since: [client: number, clock: number][]): boolean {
  const walk = { left: PlacesWalkedMax };
  for (const [client, clock] of since) {
    if (Y.getState(store, client) <= clock) continue;
    const structs = store.clients.get(client)!;
    for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
      const struct = structs[index]!;
      // What was joined to an earlier item goes on where that one ended.
      if (struct instanceof Y.Item && struct.id.clock >= clock && isOdd(store, struct, walk)) return true;
    }
  }
  return false;
}

/**
 * Watches over a document, and gives a fresh one in its place when it says something else than what it loads as. Once something odd is in it,
 * any change may make that difference, so it is compared whenever it has not changed for a moment.
 */
export class ReloadWatch {
  readonly #doc: Y.Doc;
  readonly #replace: (fresh: Y.Doc) => void;
  #isOdd: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param replace Called at most once, with the fresh document; the watch has then ended. */
  constructor(doc: Y.Doc, replace: (fresh: Y.Doc) => void) {
    this.#doc = doc;
    this.#replace = replace;
    this.#isOdd = holdsOdd(doc);
    doc.on('afterTransaction', this.#changed);
    doc.on('destroy', this.#end);
    if (this.#isOdd) this.#wait();
  }

  destroy(): void {
    this.#end();
  }

  #changed = (transaction: Y.Transaction): void => {
    const hasChanged = transaction.changed.size > 0;
    this.#isOdd ||= hasChanged && placesOddly(transaction);
    if (this.#isOdd && hasChanged) this.#wait();
  };

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const fresh = reloaded(this.#doc);
      if (fresh === null) return;
      this.#end();
      this.#replace(fresh);
    }, ReloadQuietMilliseconds);
  }

  #end = (): void => {
    clearTimeout(this.#timer);
    this.#doc.off('afterTransaction', this.#changed);
    this.#doc.off('destroy', this.#end);
  };
}

type Store = Y.Doc['store'];
type Id = { client: number; clock: number } | null;

function isOdd(store: Store, item: Y.Item, walk: { left: number }): boolean {
  if (item.parent === null || (item.origin === null && item.rightOrigin === null)) return false;
  const left = item.origin && Y.getItem(store, item.origin);
  const right = item.rightOrigin && Y.getItem(store, item.rightOrigin);
  if ((left !== null && !(left instanceof Y.Item)) || (right !== null && !(right instanceof Y.Item))) return false;
  const rightOfLeft: Id = left === null ? null : left.rightOrigin;
  const leftOfRight: Id = right === null ? null
    : right.id.clock === item.rightOrigin!.clock ? right.origin : { client: right.id.client, clock: item.rightOrigin!.clock - 1 };
  if (right === null) return rightOfLeft !== null;
  if (left === null) return leftOfRight !== null;
  // One item holds both: which part of it stands left depends on what is one item just then.
  if (left === right) return true;
  for (let between = left.right; between !== right; between = between.right) {
    if (between === null || walk.left-- === 0) return true;
    if (between !== item && (holds(between, leftOfRight) || holds(between, rightOfLeft))) return true;
  }
  return false;
}

function holds(item: Y.Item, id: Id): boolean {
  return id !== null && item.id.client === id.client && item.id.clock <= id.clock && id.clock < item.id.clock + item.length;
}

/**
 * Loads what a document holds into a fresh one, and compares what the two say.
 * @returns The fresh document if it says something else, with all that the document holds, whether sent or not; null if the two say the same.
 */
export function reloaded(doc: Y.Doc): Y.Doc | null {
  // The first forgets what was deleted, which this document may keep to undo it, and whoever joins never had.
  const forgetful = load(new Y.Doc(), Y.encodeStateAsUpdate(doc));
  const { guid, gc, gcFilter, meta } = doc;
  const fresh = load(new Y.Doc({ guid, gc, gcFilter, meta }), encodeRuns(forgetful, seamsIn(doc)), Y.encodeStateAsUpdate(forgetful));
  forgetful.destroy();
  if (!isSame(doc, fresh)) return fresh;
  fresh.destroy();
  return null;
}

/**
 * What a document holds beyond a state vector, written so that whoever loads it reads what {@link reloaded} reads: a run that an odd item cut where it
 * stands now goes out whole, as it was written.
 */
export function heldBeyond(vector: Uint8Array, doc: Y.Doc): Uint8Array {
  const update = Y.encodeStateAsUpdate(doc, vector);
  return holdsOdd(doc) ? Y.mergeUpdates([Y.diffUpdate(encodeRuns(doc, seamsIn(doc)), vector), update]) : update;
}

/** Loads a document, and leaves formatting marks as they are that yjs would otherwise tidy away: they would make a difference. */
function load(doc: Y.Doc, ...updates: Uint8Array[]): Y.Doc {
  doc.once('afterTransaction', (transaction) => {
    transaction._needFormattingCleanup = false;
  });
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return doc;
}

/**
 * The structs that a document holds, each run as one struct, whatever stands in it now, other than at seams: what a document says that loads them
 * then depends on nothing but what was written. The server writes them in the same way.
 */
function encodeRuns(doc: Y.Doc, seams: Map<number, Set<number>>): Uint8Array {
  const byClient = new Map<number, Struct[]>();
  for (const struct of Y.decodeUpdate(Y.encodeStateAsUpdate(doc)).structs) {
    const known = byClient.get(struct.id.client);
    if (known) known.push(struct);
    else byClient.set(struct.id.client, [struct]);
  }
  const encoder = new Y.UpdateEncoderV1();
  encoding.writeVarUint(encoder.restEncoder, byClient.size);
  for (const [client, structs] of byClient) {
    const runs = runsOf(structs, seams.get(client) ?? new Set());
    encoding.writeVarUint(encoder.restEncoder, runs.length);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, structs[0]!.id.clock);
    for (const run of runs) run.write(encoder, 0);
  }
  encoding.writeVarUint(encoder.restEncoder, 0);
  return encoder.toUint8Array();
}

type Type = Y.AbstractType<Y.YEvent<any>>;
type Struct = Y.Item | Y.GC | Y.Skip;

function runsOf(structs: Struct[], seams: Set<number>): Struct[] {
  const runs: Struct[] = [];
  for (const struct of structs.flatMap((struct) => cutAt(struct, seams))) {
    const last = runs.at(-1);
    const goesOn = last instanceof Y.Item && struct instanceof Y.Item && !seams.has(struct.id.clock)
      && last.content.constructor === struct.content.constructor
      && Y.compareIDs(struct.origin, last.lastId) && Y.compareIDs(struct.rightOrigin, last.rightOrigin)
      && last.content.mergeWith(struct.content as never);
    if (goesOn) last.length += struct.length;
    else runs.push(struct);
  }
  return runs;
}

function cutAt(struct: Struct, seams: Set<number>): Struct[] {
  const parts = [struct];
  if (!(struct instanceof Y.Item)) return parts;
  const within = [...seams].filter((clock) => clock > struct.id.clock && clock < struct.id.clock + struct.length);
  for (const clock of within.sort((a, b) => b - a)) {
    const content = struct.content.splice(clock - struct.id.clock);
    struct.length = clock - struct.id.clock;
    parts.splice(1, 0, new Y.Item(Y.createID(struct.id.client, clock), null, struct.lastId, null, struct.rightOrigin, null, null, content));
  }
  return parts;
}

/**
 * Where runs are cut: something has both its origins in one, the right one no later than the left one, and stands behind both. Loading the run
 * whole, yjs would put it between the two. What is our own the others have put there if they got the run whole, as it is sent where nothing
 * stands in it.
 */
function seamsIn({ store, clientID }: Y.Doc): Map<number, Set<number>> {
  const seams = new Map<number, Set<number>>();
  for (const structs of store.clients.values()) {
    for (const item of structs) {
      if (!(item instanceof Y.Item) || !item.origin || !item.rightOrigin || item.origin.client !== item.rightOrigin.client) continue;
      const { client, clock } = item.rightOrigin;
      if (clock > item.origin.clock || !isRun(store.clients.get(client)!, clock, item.origin.clock) || standsBefore(item, item.rightOrigin)) continue;
      if (item.id.client === clientID && Y.getItem(store, item.origin).id.clock < clock) continue;
      if (!seams.has(client)) seams.set(client, new Set());
      seams.get(client)!.add(clock);
    }
  }
  return seams;
}

/** Whether what was written up to a clock goes on with what was written before another. */
function isRun(structs: (Y.Item | Y.GC)[], before: number, upTo: number): boolean {
  for (let index = Y.findIndexSS(structs, upTo); ; index--) {
    const struct = structs[index]!;
    if (struct.id.clock < before) return true;
    const last = structs[index - 1];
    if (!(struct instanceof Y.Item) || !(last instanceof Y.Item)) return false;
    if (!Y.compareIDs(struct.origin, last.lastId) || !Y.compareIDs(struct.rightOrigin, last.rightOrigin)) return false;
  }
}

function standsBefore(item: Y.Item, id: Y.ID): boolean {
  let left = PlacesWalkedMax;
  for (let next = item.right; next !== null && left-- > 0; next = next.right) if (holds(next, id)) return true;
  return false;
}

/** Whether two documents that hold the same say the same: what can be seen of each type stands in the same order. */
function isSame(one: Y.Doc, other: Y.Doc): boolean {
  const types: [Type | undefined, Type | undefined][] =
    [...new Set([...one.share.keys(), ...other.share.keys()])].map((name) => [one.share.get(name), other.share.get(name)]);
  for (let pair = types.pop(); pair !== undefined; pair = types.pop()) {
    const [ours, theirs] = [visibleIn(pair[0]), visibleIn(pair[1])];
    if (ours.ids !== theirs.ids) return false;
    ours.types.forEach((type, index) => types.push([type, theirs.types[index]]));
  }
  return true;
}

/** What can be seen of a type: the ids in its order and under its keys, and the types that they are of. */
function visibleIn(type: Type | undefined): { ids: string; types: Type[] } {
  const items: Y.Item[] = [];
  for (let item = type?._start ?? null; item !== null; item = item.right) if (!item.deleted) items.push(item);
  const runs: { client: number; from: number; to: number }[] = [];
  for (const { id, length } of items) {
    const last = runs.at(-1);
    if (last?.client === id.client && last.to === id.clock) last.to += length;
    else runs.push({ client: id.client, from: id.clock, to: id.clock + length });
  }
  const keys = [...(type?._map ?? [])].filter(([, item]) => !item.deleted).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ids: JSON.stringify([runs.map(({ client, from, to }) => [client, from, to]), keys.map(([key, item]) => [key, item.lastId])]),
    types: [...items, ...keys.map(([, item]) => item)].flatMap(({ content }) => (content instanceof Y.ContentType ? [content.type] : [])),
  };
}
