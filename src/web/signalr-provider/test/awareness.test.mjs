// What others say of themselves must not get in the way of the text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignalRProvider } from '@annotate/signalr-provider';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { Connection, Room } from './network.mjs';

const textId = 'c.s.sec';

const unreadable = [
  { anchor: {}, head: null },
  { x: 10, y: 20 },
  'here',
  { anchor: { assoc: 0 }, head: { assoc: 0 } },
  { anchor: { tname: 'nowhere' }, head: { tname: 'nowhere' } },
  { anchor: { item: { client: 'a', clock: 0 } }, head: { tname: 'default' } },
  { anchor: { item: { client: 1 } }, head: { tname: 'default' } },
  { anchor: { item: { client: 1, clock: 0.5 } }, head: { tname: 'default' } },
];

for (const cursor of unreadable) {
  test(`a cursor that no editor can read is shown to none: ${JSON.stringify(cursor)}`, { timeout: 5000 }, async () => {
    const room = new Room(() => 0);
    const { one, other, end } = await pair(room);
    const seen = [];
    one.awareness.on('change', () => seen.push(one.awareness.getStates().get(other.awareness.clientID)));
    await told(room, one, () => other.awareness.setLocalState({ cursor, user: { name: 'Sami', color: { toString: 1 } } }));
    assert.ok(seen.length > 0, 'the rest is shown');
    for (const state of seen) assert.deepEqual(state, { user: { name: 'Sami' } });
    assert.deepEqual([...one.doc.share.keys()], ['default']);
    end();
  });
}

test('states that are no objects are nobody', { timeout: 5000 }, async () => {
  const room = new Room(() => 0);
  const { one, other, end } = await pair(room);
  for (const state of [[1], 7, 'x']) {
    await told(room, one, () => other.awareness.setLocalState(state));
    assert.equal(one.awareness.getStates().has(other.awareness.clientID), false);
  }
  end();
});

test('cursors in the text arrive, also those that are faster than their text', { timeout: 5000 }, async () => {
  const room = new Room(() => 0);
  const { one, other, end } = await pair(room);
  other.doc.getText('default').insert(0, 'some words');
  await room.settle();
  const at = Y.createRelativePositionFromTypeIndex(other.doc.getText('default'), 4);
  const soon = { type: null, tname: null, item: { client: other.doc.clientID, clock: 500 }, assoc: 0 };
  const cursor = JSON.parse(JSON.stringify({ anchor: at, head: soon }));
  await told(room, one, () => other.awareness.setLocalState({ cursor }));
  assert.deepEqual(one.awareness.getStates().get(other.awareness.clientID), { cursor });
  end();
});

test('a listener that fails stops neither the text nor what is written next', { timeout: 5000 }, async t => {
  const room = new Room(() => 0);
  const { one, other, end } = await pair(room);
  const logged = t.mock.method(console, 'error', () => undefined);
  const fail = () => { throw new Error('a listener fails'); };
  one.awareness.on('update', fail);
  one.doc.on('update', fail);
  one.doc.getText('default').observe(fail);
  await told(room, one, () => other.awareness.setLocalState({ user: { name: 'Sami' } }));
  other.doc.getText('default').insert(0, 'words');
  await room.settle();
  assert.equal(one.doc.getText('default').toString(), 'words');
  assert.equal(one.provider.status, 'live');
  assert.ok(logged.mock.callCount() >= 2, 'the failures are told');
  one.connection.cut();
  one.connection.mend();
  await room.settle();
  assert.equal(one.provider.status, 'live');
  one.awareness.off('update', fail);
  end();
});

/** Two people with awareness, both live. */
async function pair(room) {
  const [one, other] = [0, 1].map(() => {
    const doc = new Y.Doc();
    doc.getText('default');
    const awareness = new Awareness(doc);
    const connection = new Connection(room);
    return { doc, awareness, connection, provider: new SignalRProvider(connection, textId, doc, { awareness }) };
  });
  await room.settle();
  const end = () => { for (const each of [one, other]) { each.provider.destroy(); each.awareness.destroy(); } };
  return { one, other, end };
}

/** Waits until one was told of what is done; it is on its way only when the interval of the sender is over. */
async function told(room, one, doing) {
  const hears = new Promise(resolve => one.awareness.once('change', resolve));
  doing();
  const steps = setInterval(() => room.step(), 10);
  await hears;
  clearInterval(steps);
  await room.settle();
}
