import type { Node, Schema } from '@tiptap/pm/model';
import * as Y from 'yjs';

/**
 * What an editor with this schema would destroy of a fragment, by name; null when it can be edited. The binding between editor and
 * fragment deletes what it cannot show, for everybody, as soon as it sees it. Nothing is changed by looking.
 */
export function strangerIn(fragment: Y.XmlFragment, schema: Schema): string | null {
  try {
    for (const child of fragment.toArray()) nodesOf(child, schema);
    return null;
  } catch (error) {
    if (error instanceof Stranger) return error.message;
    throw error;
  }
}

class Stranger extends Error {}

type AnyElement = Y.XmlElement<Record<string, any>>;

/**
 * A part of a text as the nodes that an editor with this schema shows.
 * @throws When it cannot show it.
 */
export function nodesOf(part: unknown, schema: Schema): readonly Node[] {
  if (part instanceof Y.XmlElement) return elementOf(part as AnyElement, schema);
  if (part instanceof Y.XmlText) return textOf(part, schema);
  throw new Stranger('embedded');
}

function elementOf(element: AnyElement, schema: Schema): readonly Node[] {
  const type = schema.nodes[element.nodeName];
  if (!type) throw new Stranger(element.nodeName);
  const attributes = element.getAttributes();
  known(attributes, type.spec.attrs, element.nodeName);
  const inner = element.toArray().flatMap(child => nodesOf(child, schema));
  try {
    const node = type.createChecked(attributes, inner);
    node.check();
    return [node];
  } catch {
    // Two people who edit at once can leave a list without items: the editor clears that away, and no word is lost with it.
    if (inner.every(node => node.textContent === '')) return [];
    throw new Stranger(element.nodeName);
  }
}

function textOf(text: Y.XmlText, schema: Schema): readonly Node[] {
  return (text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[]).map(({ insert, attributes = {} }) => {
    if (typeof insert !== 'string') throw new Stranger('embedded');
    return schema.text(insert, Object.entries(attributes).map(([name, value]) => markOf(name, value, schema)));
  });
}

function markOf(name: string, value: unknown, schema: Schema): ReturnType<Schema['mark']> {
  const type = schema.marks[name];
  if (!type) throw new Stranger(name);
  const attributes = typeof value === 'object' && value !== null ? value as Record<string, unknown> : {};
  known(attributes, type.spec.attrs, name);
  return type.create(attributes);
}

function known(attributes: Record<string, unknown>, specified: object | undefined, of: string): void {
  const stranger = Object.keys(attributes).find(name => !(specified && Object.hasOwn(specified, name)));
  if (stranger !== undefined) throw new Stranger(`${of}.${stranger}`);
}

const tags: Record<string, string> = {
  paragraph: 'p', heading: 'h4', bulletList: 'ul', orderedList: 'ol', listItem: 'li', blockquote: 'blockquote', codeBlock: 'pre',
  hardBreak: 'br', table: 'table', tableRow: 'tr', tableCell: 'td', tableHeader: 'th',
};

/** Every word of a fragment, whatever it is in, for reading where no editor can show it. */
export function plainly(fragment: Y.XmlFragment, into: HTMLElement): HTMLElement {
  for (const child of fragment.toArray()) {
    if (child instanceof Y.XmlElement) into.append(plainly(child, document.createElement(tags[child.nodeName] ?? 'div')));
    else if (child instanceof Y.XmlText) into.append(wordsOf(child));
  }
  return into;
}

function wordsOf(text: Y.XmlText): string {
  return (text.toDelta() as { insert: unknown }[]).map(({ insert }) => typeof insert === 'string' ? insert : '\ufffc').join('');
}
