import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdsOdd, placesOddly, reloaded, ReloadWatch } from '@annotate/signalr-provider';
import * as Y from 'yjs';
import { randomFrom } from './network.mjs';

const Programs = Number(process.env.PROGRAMS ?? 200);
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const says = (doc) => doc.getXmlFragment('default').toString();

/** A document that got updates one by one, and which of them it called odd. */
function applied(updates) {
  const doc = new Y.Doc();
  const odd = [];
  doc.on('afterTransaction', (transaction) => odd.push(placesOddly(transaction)));
  for (const update of updates) Y.applyUpdate(doc, bytes(update));
  return { doc, odd };
}

const wordUndone = [
  'AQMBAAcBB2RlZmF1bHQDCXBhcmFncmFwaAcAAQAGBAABAQVoZWxsbwA=', 'AAEBAQIC', 'AQEBB0QBAgJoZQA=', 'AQEBCcQBBwEIAVgA', 'AAEBAQkB', 'AAEBAgACBAU=',
  'AQUBCkcBAAMJcGFyYWdyYXBoBwABCgYEAAELA2xsb0QBDAFoxAEPAQ8BZQA=', 'AQEBEUQBDwVsYXRlcgA='];
const helloUndone = [
  'AQIBAAcBB2RlZmF1bHQGBAABAAVoZWxsbwA=', 'AAEBAQQC', 'AQEBBsQBAwEEAmxvAA==', 'AQEBCMQBBgEHAUcA', 'AAEBAQgB', 'AAEBAgAEBgI=',
  'AQMBCUcBAAYEAAEJBGhlbGzEAQ0BDQFvAA=='];

test('an odd place is called odd, and only that', () => {
  assert.deepEqual(applied(wordUndone).odd, [false, false, false, false, false, false, true, false]);
  assert.deepEqual(applied(helloUndone).odd, [false, false, false, false, false, false, true]);
});

test('a document that says the same is kept', () => {
  const { doc } = applied(wordUndone);
  assert.equal(says(doc), '<paragraph>laterhello</paragraph>');
  assert.equal(reloaded(doc), null);
});

/** Somebody who undid has in their own document what nobody else reads. */
function author() {
  const doc = new Y.Doc();
  doc.clientID = 1;
  const fragment = doc.getXmlFragment('default');
  const undo = new Y.UndoManager(fragment, { captureTimeout: 0 });
  const text = new Y.XmlText('hello');
  fragment.insert(0, [text]);
  text.delete(3, 2);
  undo.undo();
  text.insert(4, 'G');
  undo.undo();
  fragment.delete(0, 1);
  undo.undo();
  return { doc };
}

test('a document that says something else is replaced by what all others read, once', () => {
  const { doc } = author();
  const fresh = reloaded(doc);
  assert.equal(says(doc), 'hello');
  assert.equal(says(fresh), 'helol');
  assert.deepEqual(Y.encodeStateVector(fresh), Y.encodeStateVector(doc));
  assert.equal(reloaded(fresh), null);
  assert.equal(reloaded(applied(helloUndone).doc), null);
});

test('a watch replaces a document that has come to say something else, after which the fresh one stays', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { doc } = author();
  assert.equal(holdsOdd(doc), true);
  const given = [];
  new ReloadWatch(doc, (fresh) => given.push(fresh));
  t.mock.timers.tick(1_000);
  doc.getXmlFragment('default').insert(0, [new Y.XmlText('late')]);
  t.mock.timers.tick(1_000);
  assert.deepEqual(given.map(says), ['helol']);
  const watch = new ReloadWatch(given[0], () => assert.fail('a fresh document was replaced'));
  given[0].getXmlFragment('default').insert(0, [new Y.XmlText('more')]);
  t.mock.timers.tick(1_000);
  watch.destroy();
});

/** One of several who edit lists in lists and text in them, undo and redo. */
class Peer {
  constructor(clientId, random) {
    this.random = random;
    this.doc = new Y.Doc();
    this.doc.clientID = clientId;
    this.updates = [];
    this.isOdd = false;
    this.hasFailed = false;
    this.doc.on('update', (update, origin) => origin !== 'peer' && this.updates.push(update));
    this.doc.on('afterTransaction', (transaction) => (this.isOdd ||= placesOddly(transaction)));
    this.undo = new Y.UndoManager(this.doc.getXmlFragment('default'), { captureTimeout: 0 });
  }

  below(count) {
    return Math.floor(this.random() * count);
  }

  act() {
    const dice = this.random();
    if (dice < 0.4) for (let times = this.below(3); times >= 0; times--) this.step(dice < 0.3 ? 'undo' : 'redo');
    else for (let times = this.below(2); times >= 0; times--) this.edit(this.doc.getXmlFragment('default'), 0);
  }

  step(back) {
    if (this.hasFailed) return;
    try {
      this.undo[back]();
    } catch {
      // Yjs does not always find what somebody else has deleted meanwhile, and its undo manager is of no use afterwards.
      this.hasFailed = true;
    }
  }

  edit(parent, depth) {
    const at = this.below(parent.length + 1);
    const child = parent instanceof Y.XmlText || at === parent.length ? null : parent.get(at);
    if (child !== null && this.random() < 0.75) this.edit(child, depth + 1);
    else if (parent.length > 0 && this.random() < 0.5) parent.delete(Math.min(at, parent.length - 1), parent instanceof Y.XmlText ? Math.min(2, parent.length - Math.min(at, parent.length - 1)) : 1);
    else if (parent instanceof Y.XmlText) parent.insert(at, ['a', 'xyz', 'hello'][this.below(3)]);
    else if (depth < 2 && this.random() < 0.5) parent.insert(at, [new Y.XmlElement('p')]);
    else parent.insert(at, [new Y.XmlText('hello')]);
  }
}

test('whoever was not told of an odd place reads what a reload reads, and reloaded all read the same', (t) => {
  const seed = Number(process.env.SEED ?? (Date.now() & 0x7fffffff));
  t.diagnostic(`SEED=${seed}`);
  let replaced = 0;
  for (let program = 0; program < Programs; program++) {
    const random = randomFrom(seed + program);
    const peers = Array.from({ length: 1 + (program % 3) }, (_, index) => new Peer(index + 1, random));
    for (let step = 0; step < 60; step++) {
      const peer = peers[peers[0].below(peers.length)];
      peer.act();
      for (const update of peer.updates.splice(0)) for (const other of peers) if (other !== peer) Y.applyUpdate(other.doc, update, 'peer');
    }
    const texts = peers.map(({ doc, isOdd }) => {
      const fresh = reloaded(doc);
      assert.ok(isOdd || fresh === null, `SEED=${seed + program}: ${says(doc)} loads as ${fresh && says(fresh)}`);
      assert.ok(fresh === null || reloaded(fresh) === null, `SEED=${seed + program}: ${says(doc)} does not come to rest`);
      if (fresh !== null) replaced++;
      return says(fresh ?? doc);
    });
    assert.deepEqual(new Set(texts).size, 1, `SEED=${seed + program}: ${texts.join(' | ')}`);
  }
  t.diagnostic(`${replaced} documents were replaced`);
});
