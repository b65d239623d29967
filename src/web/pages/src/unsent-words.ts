import type { Schema } from '@tiptap/pm/model';
import * as Y from 'yjs';
import { nodesOf } from './stranger';

/** Words of a block: those that were not sent, or those around them. */
export interface Part {
  words: string;
  mine: boolean;
}

/** A paragraph, heading, list … in which somebody wrote what was not sent. */
export interface Block {
  /** As it is read: a list for each line. */
  lines: Part[][];
  /** As ProseMirror's JSON, to be put into an editor; null when ours cannot show it. */
  nodes: object[] | null;
}

export interface UnsentWords {
  blocks: Block[];
  /** Some of what was not sent takes words away. */
  deletes: boolean;
}

/** What a person would recognise of an unsent update: the blocks that it writes in, as they read in the document it comes from. */
export function unsentWords(doc: Y.Doc, unsent: Uint8Array, schema: Schema): UnsentWords {
  const { structs, ds } = Y.decodeUpdate(unsent);
  const written = new Ids();
  for (const struct of structs) if (!(struct instanceof Y.Skip)) written.add(struct.id.client, struct.id.clock, struct.length);
  const deletes = [...ds.clients].some(([client, ranges]) => ranges.some(({ clock, len }) => written.countIn(client, clock, len) < len));
  const blocks = doc.getXmlFragment('default').toArray()
    .filter(block => isWrittenIn(block, written))
    .map(block => ({ lines: linesOf(block, written), nodes: nodesIn(block, schema) }))
    .filter(({ lines }) => lines.some(line => line.length > 0));
  return { blocks, deletes };
}

/** As people copy it. */
export const plainWords = (blocks: Block[]): string =>
  blocks.map(({ lines }) => lines.map(line => line.map(part => part.words).join('')).join('\n')).join('\n\n');

/** Ids of structs, as ranges of each client's clock. */
class Ids {
  readonly #ranges = new Map<number, { from: number; to: number }[]>();

  add(client: number, clock: number, length: number): void {
    const ranges = this.#ranges.get(client) ?? [];
    const last = ranges.at(-1);
    if (last?.to === clock) last.to += length;
    else ranges.push({ from: clock, to: clock + length });
    this.#ranges.set(client, ranges);
  }

  /** The parts of a range that are among these, from its beginning. */
  within(client: number, clock: number, length: number): { from: number; to: number }[] {
    return (this.#ranges.get(client) ?? [])
      .map(({ from, to }) => ({ from: Math.max(from - clock, 0), to: Math.min(to - clock, length) }))
      .filter(({ from, to }) => from < to);
  }

  countIn(client: number, clock: number, length: number): number {
    return this.within(client, clock, length).reduce((sum, { from, to }) => sum + to - from, 0);
  }
}

type Shared = Y.AbstractType<any>;

/** What stands in a type, in order. */
function* itemsOf(type: Shared): Generator<Y.Item> {
  for (let item = type._start; item !== null; item = item.right) if (!item.deleted) yield item;
}

const isAmong = (item: Y.Item, ids: Ids): boolean => ids.countIn(item.id.client, item.id.clock, item.length) > 0;

function isWrittenIn(type: Shared, written: Ids): boolean {
  if (type._item !== null && isAmong(type._item, written)) return true;
  if ([...type._map.values()].some(item => !item.deleted && isAmong(item, written))) return true;
  for (const item of itemsOf(type)) {
    if (isAmong(item, written)) return true;
    if (item.content instanceof Y.ContentType && isWrittenIn(item.content.type, written)) return true;
  }
  return false;
}

function linesOf(type: Shared, written: Ids): Part[][] {
  if (type instanceof Y.XmlText) return [partsOf(type, written)];
  const lines: Part[][] = [];
  let isOpen = false;
  for (const { content } of itemsOf(type)) {
    if (!(content instanceof Y.ContentType)) continue;
    const inner = content.type;
    // Words of one line may be several texts, with line breaks between them.
    if (inner instanceof Y.XmlElement && inner.nodeName === 'hardBreak') lines.push([]);
    else if (inner instanceof Y.XmlText && isOpen) lines.at(-1)!.push(...partsOf(inner, written));
    else lines.push(...linesOf(inner, written));
    isOpen = inner instanceof Y.XmlText || (inner instanceof Y.XmlElement && inner.nodeName === 'hardBreak');
  }
  return lines;
}

function partsOf(text: Y.XmlText, written: Ids): Part[] {
  const parts: Part[] = [];
  const add = (words: string, mine: boolean): void => {
    const last = parts.at(-1);
    if (words === '') return;
    if (last?.mine === mine) last.words += words;
    else parts.push({ words, mine });
  };
  for (const item of itemsOf(text)) {
    if (!(item.content instanceof Y.ContentString)) continue;
    const { str } = item.content;
    let at = 0;
    for (const { from, to } of written.within(item.id.client, item.id.clock, str.length)) {
      add(str.slice(at, from), false);
      add(str.slice(from, to), true);
      at = to;
    }
    add(str.slice(at), false);
  }
  return parts;
}

function nodesIn(block: unknown, schema: Schema): object[] | null {
  try {
    return nodesOf(block, schema).map(node => node.toJSON() as object);
  } catch {
    return null; // Something that another editor wrote.
  }
}
