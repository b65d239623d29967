import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

export type Struct = Y.Item | Y.GC | Y.Skip;

/** From `clock` on, `len` long. */
export interface Range {
  clock: number;
  len: number;
}

export type Ranges = Map<number, Range[]>;

/** Structs by client, each client's in order and without a gap (a `Skip` stands for what is left out); and what is deleted. */
export function written(structs: Map<number, Struct[]>, deleted: Ranges): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  encoding.writeVarUint(encoder.restEncoder, structs.size);
  // Yjs writes the highest client ids first, and reads fastest what comes so.
  for (const [client, list] of [...structs].sort(([a], [b]) => b - a)) {
    encoding.writeVarUint(encoder.restEncoder, list.length);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, list[0]!.id.clock);
    for (const struct of list) struct.write(encoder, 0);
  }
  encoding.writeVarUint(encoder.restEncoder, deleted.size);
  for (const [client, ranges] of deleted) {
    encoding.writeVarUint(encoder.restEncoder, client);
    encoding.writeVarUint(encoder.restEncoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
  return encoder.toUint8Array();
}

/** The structs of an update by client, in order. */
export function structsIn(update: Uint8Array): Map<number, Struct[]> {
  const structs = new Map<number, Struct[]>();
  for (const struct of Y.decodeUpdate(update).structs) {
    const list = structs.get(struct.id.client);
    if (list) list.push(struct);
    else structs.set(struct.id.client, [struct]);
  }
  return structs;
}

/** What an update deletes, in order and joined. */
export const deletedIn = (update: Uint8Array): Ranges => rangesOf(Y.mergeDeleteSets([Y.decodeUpdate(update).ds]));

/** Each client's ranges without those of the other. Both are in order and joined. */
export function without(ranges: Ranges, other: Ranges): Ranges {
  const left: Ranges = new Map();
  for (const [client, list] of ranges) {
    const rest = list.flatMap(range => rangeWithout(range, other.get(client) ?? []));
    if (rest.length > 0) left.set(client, rest);
  }
  return left;
}

export const rangesOf = (deleted: ReturnType<typeof Y.createDeleteSet>): Ranges =>
  new Map([...deleted.clients].filter(([, list]) => list.length > 0).map(([client, list]) => [client, list.map(({ clock, len }) => ({ clock, len }))]));

function rangeWithout({ clock, len }: Range, others: Range[]): Range[] {
  const end = clock + len;
  const rest: Range[] = [];
  let from = clock;
  for (const other of others) {
    if (other.clock >= end) break;
    if (other.clock > from) rest.push({ clock: from, len: other.clock - from });
    from = Math.max(from, other.clock + other.len);
  }
  if (from < end) rest.push({ clock: from, len: end - from });
  return rest;
}
