// What becomes of words that the server refuses for good.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeAgain, reloaded, SignalRProvider } from '@annotate/signalr-provider';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { Connection, randomFrom, Room, turn } from './network.mjs';

const textId = 'c.s.sec';
const mandateMissing = { code: 'mandate-missing', status: 403, title: 'Your organisation has not given you a mandate for this.' };
const tooLarge = { code: 'too-large', status: 413, title: 'The text would have too many bytes.' };
const clientIdTaken = { code: 'client-id-taken', status: 403, title: 'Somebody else writes under this client id.' };
const notFound = { code: 'not-found', status: 404, title: 'There is nothing here, or nothing you may see.' };

/** A writer with all that was set aside of theirs. */
function writer(room, options = {}) {
  const doc = new Y.Doc();
  const connection = new Connection(room);
  const provider = new SignalRProvider(connection, textId, doc, options);
  const setAside = [];
  provider.on('setAside', event => setAside.push(event));
  return { doc, connection, provider, setAside, get text() { return doc.getText('default'); } };
}

/** What a document says once an update is in it as well. */
function saysWith(base, ...updates) {
  const doc = new Y.Doc();
  for (const update of [Y.encodeStateAsUpdate(base), ...updates]) Y.applyUpdate(doc, update);
  return doc.getText('default').toString();
}

const seed = Number(process.env.SEED ?? (Date.now() & 0x7fffffff));

for (const problem of [mandateMissing, tooLarge, clientIdTaken]) {
  test(`${problem.code}: what was not durable is set aside, and a fresh document holds what the server holds`, async () => {
    const room = new Room(() => 0);
    const { text, doc, provider, setAside } = writer(room);
    await room.settle();
    text.insert(0, 'kept');
    await room.settle();
    room.refuseWith = problem;
    text.insert(4, ' refused');
    await turn(); // It is in flight.
    text.insert(0, 'and more, ');
    await room.settle();
    assert.equal(setAside.length, 1);
    const [event] = setAside;
    assert.deepEqual([event.problem.code, event.doc === doc, event.doc.getText('default').toString()], [problem.code, true, 'and more, kept refused']);
    assert.equal(saysWith(room.doc, event.unsent), 'and more, kept refused');
    assert.notEqual(event.fresh.clientID, doc.clientID);

    const next = provider.goOn(event.fresh);
    await room.settle();
    assert.deepEqual([next.status, next.synced, next.saved, event.fresh.getText('default').toString()], ['live', true, true, 'kept']);
    assert.equal(room.edits, 2, 'nothing that was refused is sent again');
    assert.throws(() => new SignalRProvider(new Connection(room), textId, doc), /fresh one/);

    room.refuseWith = null;
    Y.applyUpdate(event.fresh, madeAgain(event.unsent, event.fresh));
    await room.settle();
    assert.equal(room.doc.getText('default').toString(), 'and more, kept refused');
    assert.equal(Y.decodeStateVector(Y.encodeStateVector(room.doc)).get(doc.clientID), 4, 'under another client id');
    assert.equal(next.saved, true);
  });
}

test('what was typed offline and is refused after reconnecting is set aside, with its own deletions only', async () => {
  const room = new Room(() => 0);
  const [one, other] = [writer(room), writer(room)];
  one.text.insert(0, 'one two three');
  await room.settle();
  one.connection.cut();
  one.text.delete(0, 4);
  one.text.insert(0, 'first ');
  other.text.delete(8, 5);
  await room.settle();
  room.refuseWith = mandateMissing;
  one.connection.mend();
  await room.settle();
  const [{ unsent, fresh }] = one.setAside;
  assert.deepEqual([...Y.decodeUpdate(unsent).ds.clients.values()].flat().map(({ clock, len }) => [clock, len]), [[0, 4]]);
  const next = one.provider.goOn(fresh);
  await room.settle();
  assert.equal(fresh.getText('default').toString(), 'one two ');
  room.refuseWith = null;
  Y.applyUpdate(fresh, madeAgain(unsent, fresh));
  await room.settle();
  assert.equal(room.doc.getText('default').toString(), 'first two ');
  next.destroy();
});

test('a text that is taken away, or may not be opened again, gives its unsent words out once', async () => {
  for (const take of [
    (room, one) => {
      room.refuseWith = mandateMissing; // It is on its way when the right goes.
      room.takeFrom(one.connection, notFound);
    },
    (room, one) => {
      room.refuseOpeningWith = notFound;
      one.connection.cut();
      one.connection.mend();
    }]) {
    const room = new Room(() => 0);
    const one = writer(room);
    one.text.insert(0, 'kept');
    await room.settle();
    one.text.insert(4, ' and lost');
    take(room, one);
    await room.settle();
    assert.deepEqual(one.setAside.map(({ problem }) => problem.code), ['not-found']);
    assert.equal(saysWith(room.doc, one.setAside[0].unsent), 'kept and lost');
    assert.equal(room.doc.getText('default').toString(), 'kept');
  }
});

test('a refusal with nothing unsent sets nothing aside', async () => {
  const room = new Room(() => 0);
  const one = writer(room);
  one.text.insert(0, 'kept');
  await room.settle();
  room.takeFrom(one.connection, notFound);
  await room.settle();
  assert.deepEqual([one.setAside, one.provider.unsent], [[], null]);
});

test('going on with another document misses nothing that others write meanwhile, and tells them of a new caret', async () => {
  const room = new Room(() => 0);
  const awareness = new Awareness(new Y.Doc());
  const other = writer(room, { awareness });
  const carets = () => [...awareness.getStates().values()].map(state => state.name).filter(Boolean);
  const mine = new Awareness(new Y.Doc());
  mine.setLocalStateField('name', 'first');
  const one = writer(room, { awareness: mine });
  await room.settle();
  assert.deepEqual(carets(), ['first']);
  room.refuseWith = tooLarge;
  one.text.insert(0, 'x');
  await room.settle();
  room.refuseWith = null;
  other.text.insert(0, 'before ');
  const fresh = new Awareness(one.setAside[0].fresh);
  fresh.setLocalStateField('name', 'second');
  const next = one.provider.goOn(one.setAside[0].fresh, { awareness: fresh });
  other.text.insert(7, 'after');
  await room.settle();
  assert.equal(next.doc.getText('default').toString(), 'before after');
  assert.deepEqual(carets(), ['second']);
  for (const each of [awareness, mine, fresh]) each.destroy();
  for (const each of [other.provider, next]) each.destroy();
});

test('a document that reads otherwise when it is loaded is replaced, with what was not sent', { timeout: 5000 }, async () => {
  const room = new Room(() => 0);
  const { doc, connection, provider, setAside } = writer(room);
  const rebuilt = new Promise(resolve => provider.on('rebuilt', resolve));
  await room.settle();
  connection.cut();
  undoing(doc);
  const event = await rebuilt;
  assert.equal(event.doc, doc);
  assert.deepEqual([doc, event.fresh].map(one => one.getXmlFragment('default').toString()), ['hello', 'helol']);
  const next = provider.goOn(event.fresh);
  assert.deepEqual([next.saved, Y.encodeStateVectorFromUpdate(next.unsent)], [false, Y.encodeStateVector(doc)]);
  connection.mend();
  await room.settle();
  // The simulated server does not look after its own document, as the real one does.
  assert.deepEqual([(reloaded(room.doc) ?? room.doc).getXmlFragment('default').toString(), next.saved, setAside], ['helol', true, []]);
  next.destroy();
});

test('who may write from now on sends what was changed meanwhile', async () => {
  const room = new Room(() => 0);
  const { text, provider } = writer(room, { readOnly: true });
  await room.settle();
  text.insert(0, 'kept for later');
  await room.settle();
  assert.equal(room.edits, 0);
  provider.readOnly = false;
  await room.settle();
  assert.deepEqual([room.doc.getText('default').toString(), provider.saved, provider.readOnly], ['kept for later', true, false]);
});

/** What one person does with undo until yjs' live text is another than its text after a reload. */
function undoing(doc) {
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
}

for (let round = 0; round < 60; round++) {
  test(`whatever was not sent says the same when it is made again (SEED=${seed}, round ${round})`, () => {
    const random = randomFrom(seed + round);
    const base = new Y.Doc();
    for (let step = 0; step < 20; step++) editTree(random, base);
    const mine = new Y.Doc();
    Y.applyUpdate(mine, Y.encodeStateAsUpdate(base));
    const updates = [];
    mine.on('update', update => updates.push(update));
    for (let step = 0; step < 20; step++) editTree(random, mine);
    const unsent = Y.mergeUpdates(updates);
    const again = madeAgain(unsent, base);
    const clients = new Set(Y.decodeUpdate(again).structs.map(struct => struct.id.client));
    assert.ok(!clients.has(mine.clientID));
    const [once, twice] = [new Y.Doc(), new Y.Doc()];
    for (const doc of [once, twice]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(base));
    Y.applyUpdate(once, again);
    assert.equal(once.getXmlFragment('default').toString(), mine.getXmlFragment('default').toString());
    // And a second time, as when they were refused again.
    Y.applyUpdate(twice, madeAgain(again, base));
    assert.equal(twice.getXmlFragment('default').toString(), mine.getXmlFragment('default').toString());
  });
}

test('words whose place is gone are not made again without a word', () => {
  const base = new Y.Doc();
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText('old')]);
  base.getXmlFragment('default').insert(0, [paragraph]);
  const mine = new Y.Doc();
  Y.applyUpdate(mine, Y.encodeStateAsUpdate(base));
  let unsent;
  mine.once('update', update => { unsent = update; });
  mine.getXmlFragment('default').get(0).get(0).insert(3, ' and new');
  base.getXmlFragment('default').delete(0, 1);
  assert.equal(madeAgain(unsent, base), null);
  assert.equal(madeAgain(unsent, new Y.Doc()), null, 'nor where what they build on never was');
});

for (let round = 0; round < 30; round++) {
  test(`every word is in the text or set aside, and none is both (SEED=${seed}, round ${round})`, async () => {
    const random = randomFrom(seed + round);
    const room = new Room(random);
    const aside = [];
    const typed = [];
    const writers = Array.from({ length: 3 }, () => {
      const one = { doc: new Y.Doc(), connection: new Connection(room) };
      const listen = provider => {
        one.provider = provider;
        one.doc = provider.doc;
        provider.on('setAside', event => {
          aside.push(...wordsOf(event.unsent));
          listen(provider.goOn(event.fresh));
        });
      };
      listen(new SignalRProvider(one.connection, textId, one.doc));
      return one;
    });
    for (let step = 0; step < 200; step++) {
      const one = writers[Math.floor(random() * writers.length)];
      const dice = random();
      room.refuseWith = random() < 0.1 ? tooLarge : null;
      if (dice < 0.35) {
        const word = `<${typed.length}>`;
        typed.push(word);
        one.doc.getText('default').insert(0, word);
      } else if (dice < 0.4) one.connection.cut();
      else if (dice < 0.5) one.connection.mend();
      else room.step();
      await turn();
    }
    room.refuseWith = null;
    for (const one of writers) one.connection.mend();
    await room.settle();
    const held = room.doc.getText('default').toString();
    for (const word of typed) assert.equal(Number(held.includes(word)) + aside.filter(one => one === word).length, 1, word);
    for (const one of writers) {
      assert.equal(one.doc.getText('default').toString(), held, 'nothing is shown that is not there');
      one.provider.destroy();
    }
  });
}

/** The words that an update brings; each was one insertion at the beginning, and may have been joined to others. */
function wordsOf(unsent) {
  return Y.decodeUpdate(unsent).structs.flatMap(({ content }) => content instanceof Y.ContentString ? content.str.match(/<\d+>/g) ?? [] : []);
}

/** Something that an editor does: paragraphs come and go, words are written, deleted and made bold, attributes are set. */
function editTree(random, doc) {
  const fragment = doc.getXmlFragment('default');
  const pick = count => Math.floor(random() * count);
  doc.transact(() => {
    if (fragment.length === 0 || random() < 0.2) {
      const paragraph = new Y.XmlElement('paragraph');
      paragraph.insert(0, [new Y.XmlText('new ')]);
      fragment.insert(pick(fragment.length + 1), [paragraph]);
      return;
    }
    const at = pick(fragment.length);
    const paragraph = fragment.get(at);
    const text = paragraph.get(0);
    const from = pick(text.length + 1);
    const length = Math.min(1 + pick(4), text.length - from);
    const dice = random();
    if (dice < 0.1) fragment.delete(at, 1);
    else if (dice < 0.2) paragraph.setAttribute('level', String(pick(3)));
    else if (dice < 0.7 || length === 0) text.insert(from, 'abcdefgh'.slice(0, 1 + pick(8)));
    else if (dice < 0.85) text.delete(from, length);
    else text.format(from, length, { bold: random() < 0.5 ? true : null });
  });
}
