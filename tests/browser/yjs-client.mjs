// One stock Yjs client in a process of its own: told what to do over the channel to its parent, it edits at random from a seed.
import { createHash } from 'node:crypto';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { randomFrom } from './server.mjs';

const { url, text, token, seed, edits } = JSON.parse(process.argv[2]);
const random = randomFrom(seed);
let isTold = false;
const pick = count => Math.floor(random() * count);
const doc = new Y.Doc();
doc.clientID = 1 + pick(2 ** 32 - 2);
const fragment = doc.getXmlFragment('default');

const provider = new WebsocketProvider(url, text, doc, { WebSocketPolyfill: WebSocket, params: { token }, disableBc: true, connect: false });
provider.on('closed', close => tell('refused', { code: close.code, reason: close.reason }));
provider.on('sync', synced => synced && tellState());
doc.on('update', tellState);

const orders = {
  connect: async () => {
    await connected();
    tellStateNow();
    tell('connected', {});
  },
  edit: async () => {
    for (let index = 0; index < edits; index++) {
      editOnce();
      if (random() < 0.05) await away();
      else if (random() < 0.3) await turn();
    }
    // Before it says that it is done: whoever compares states then compares those that hold all edits.
    tellStateNow();
    tell('edited', {});
  },
  leave: () => {
    provider.destroy();
    process.disconnect();
  },
};

process.on('message', order => {
  Promise.resolve(orders[order]()).catch(error => tell('failed', { error: String(error?.stack ?? error) }));
});
process.once('disconnect', () => process.exit(0));

/** Goes offline, goes on writing there, and comes back. */
async function away() {
  provider.disconnect();
  for (let count = pick(10); count > 0; count--) {
    editOnce();
    await turn();
  }
  await connected();
}

function connected() {
  const synced = new Promise(resolve => {
    const onSync = isSynced => {
      if (!isSynced) return;
      provider.off('sync', onSync);
      resolve();
    };
    provider.on('sync', onSync);
  });
  provider.connect();
  return synced;
}

/** Lets the socket have its turn, so that edits cross those of others. */
function turn() {
  return new Promise(resolve => setImmediate(resolve));
}

function editOnce() {
  const paragraphs = fragment.toArray();
  const words = paragraphs.length > 0 ? paragraphs[pick(paragraphs.length)].get(0) : undefined;
  const dice = random();
  if (!words || dice < 0.08) insertParagraph(pick(paragraphs.length + 1));
  else if (dice < 0.1 && paragraphs.length > 3) fragment.delete(pick(paragraphs.length), 1);
  else if (dice < 0.35 && words.length > 0) deleteIn(words);
  else if (dice < 0.45 && words.length > 0) formatIn(words);
  else words.insert(place(words), word());
}

function insertParagraph(at) {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(word())]);
  fragment.insert(at, [paragraph]);
}

function deleteIn(words) {
  const [from, to] = range(words);
  words.delete(from, to - from);
}

function formatIn(words) {
  const [from, to] = range(words);
  words.format(from, to - from, { bold: random() < 0.5 ? {} : null });
}

function range(words) {
  const [one, other] = [place(words), place(words)];
  return one < other ? [one, Math.min(other, one + 4)].map(at => whole(words, at)) : [other, Math.min(one, other + 4)].map(at => whole(words, at));
}

const place = words => whole(words, pick(words.length + 1));

/** The place itself, or the one after it in the middle of an emoji: yjs replaces half characters, and not everywhere alike. */
function whole(words, at) {
  const text = words.toDelta().map(part => part.insert).join('');
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at;
}

function word() {
  const letters = ['a', 'é', 'ß', '語', '🙂', ' ', 'n', 'o'];
  return Array.from({ length: 1 + pick(6) }, () => letters[pick(letters.length)]).join('');
}

/** Tells how the document stands, once for all that happened in this turn of the event loop. */
function tellState() {
  if (isTold) return;
  isTold = true;
  setImmediate(() => {
    isTold = false;
    tellStateNow();
  });
}

function tellStateNow() {
  tell('state', { text: fragment.toString(), hash: hashOf() });
}

/** Of everything in the document, deletions too, in an order that does not depend on who was heard of first. */
function hashOf() {
  const { sv, ds } = Y.snapshot(doc);
  const byClient = ([one], [other]) => one - other;
  const deleted = [...Y.mergeDeleteSets([ds]).clients].sort(byClient).map(([client, items]) => [client, items.map(({ clock, len }) => [clock, len])]);
  return createHash('sha256').update(JSON.stringify([[...sv].sort(byClient), deleted, fragment.toString()])).digest('hex');
}

function tell(kind, what) {
  if (process.connected) process.send({ kind, ...what });
}
