// A section as ProseMirror's JSON, read in three ways that know nothing of each other: what a page shows, what yjs makes of the server's
// bytes, and what the server itself says.
import * as Y from 'yjs';

/** What a page shows of a section: its elements, not the editor's own state. */
export async function shownIn(page, title) {
  return plainest(await page.evaluate(nodesOf, title));
}

/** What yjs makes of an update. */
export function heldIn(update) {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  try {
    return plainest(doc.getXmlFragment('default').toArray().map(nodeOf));
  } finally {
    doc.destroy();
  }
}

/** ProseMirror's JSON without what the readings may write in more than one way. An editor shows an empty section as an empty paragraph. */
export function plainest(nodes) {
  const plain = nodes.map(plainestOf);
  return plain.length === 1 && plain[0].type === 'paragraph' && !plain[0].content ? [] : plain;
}

/** The words of a section, a line for each block that has some. */
export function linesOf(nodes) {
  return nodes.flatMap(node => node.content?.some(inner => inner.type === 'text')
    ? [node.content.map(inner => inner.text ?? '\n').join('')]
    : linesOf(node.content ?? []));
}

/** The plain text that the server gives of these nodes: a line for each textblock, and for each rule between blocks. */
export function plainIn(nodes) {
  return nodes.map(({ type, content = [] }) => ['paragraph', 'heading', 'codeBlock'].includes(type)
    ? `${content.map(inner => inner.text ?? '\n').join('')}\n`
    : type === 'horizontalRule' ? '\ufffc\n' : plainIn(content)).join('');
}

/** The parts of a section's words with the names of their marks. */
export function markedIn(nodes) {
  return nodes.flatMap(node => node.type === 'text' ? [[node.text, ...(node.marks ?? []).map(mark => mark.type)]] : markedIn(node.content ?? []));
}

const attributesKept = { heading: ['level'], orderedList: ['start', 'type'], codeBlock: ['language'], link: ['href', 'title'] };

function plainestOf({ type, attrs, content, text, marks }) {
  const plain = { type };
  if (text !== undefined) plain.text = text;
  const kept = keptOf(type, attrs);
  if (kept) plain.attrs = kept;
  if (marks?.length > 0) plain.marks = marks.map(mark => ({ type: mark.type, ...keptOf(mark.type, mark.attrs) && { attrs: keptOf(mark.type, mark.attrs) } })).sort((a, b) => a.type < b.type ? -1 : 1);
  const inner = joined((content ?? []).filter(node => node.text !== '').map(plainestOf));
  if (inner.length > 0) plain.content = inner;
  return plain;
}

function keptOf(type, attrs = {}) {
  const kept = (attributesKept[type] ?? []).filter(name => (attrs?.[name] ?? null) !== null && !(name === 'start' && attrs[name] === 1));
  return kept.length > 0 ? Object.fromEntries(kept.map(name => [name, attrs[name]])) : undefined;
}

function joined(nodes) {
  const result = [];
  for (const node of nodes) {
    const last = result.at(-1);
    if (node.type === 'text' && last?.type === 'text' && JSON.stringify(last.marks) === JSON.stringify(node.marks)) last.text += node.text;
    else result.push(node);
  }
  return result;
}

function nodeOf(element) {
  return {
    type: element.nodeName,
    attrs: element.getAttributes(),
    content: element.toArray().flatMap(child => child instanceof Y.XmlText
      ? child.toDelta().map(({ insert, attributes = {} }) => ({ type: 'text', text: insert, marks: Object.entries(attributes).map(([type, attrs]) => ({ type, attrs })) }))
      : [nodeOf(child)]),
  };
}

/* Runs in the page. Carets of others, and what the editor adds so that a browser can place a caret, are no part of the text. */
function nodesOf(title) {
  const blocks = { P: 'paragraph', UL: 'bulletList', OL: 'orderedList', LI: 'listItem', BLOCKQUOTE: 'blockquote', HR: 'horizontalRule', BR: 'hardBreak', H3: 'heading', H4: 'heading', PRE: 'codeBlock' };
  const marks = { STRONG: 'bold', EM: 'italic', U: 'underline', S: 'strike', CODE: 'code', A: 'link' };
  const attributesOf = element => ({
    level: /^H\d$/.test(element.tagName) ? Number(element.tagName[1]) : null,
    start: element.tagName === 'OL' ? element.start : null,
    type: element.getAttribute('type'),
    language: element.tagName === 'PRE' ? /language-(\S+)/.exec(element.firstElementChild?.className ?? '')?.[1] ?? null : null,
    href: element.getAttribute('href'),
    title: element.getAttribute('title'),
  });
  const read = (parent, within, inCode) => [...parent.childNodes].flatMap(child => {
    if (child instanceof Text) return [{ type: 'text', text: child.data, marks: within }];
    if (!(child instanceof Element) || child.matches('.caret, .ProseMirror-separator, .ProseMirror-trailingBreak, .ProseMirror-gapcursor')) return [];
    if (child.tagName === 'SPAN' || (inCode && child.tagName === 'CODE')) return read(child, within, inCode);
    const attrs = attributesOf(child);
    if (marks[child.tagName]) return read(child, [...within, { type: marks[child.tagName], attrs }], inCode);
    return [{ type: blocks[child.tagName] ?? child.tagName, attrs, content: read(child, [], child.tagName === 'PRE') }];
  });
  return read(document.querySelector(`[aria-label="Text of ${title}"]`), [], false);
}
