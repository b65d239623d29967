import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignalRProvider } from '@annotate/signalr-provider';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { Connection, randomFrom, Room, turn } from './network.mjs';

const textId = 'c.s.sec';

function writer(room, options = {}) {
  const doc = new Y.Doc();
  const connection = new Connection(room);
  const provider = new SignalRProvider(connection, textId, doc, options);
  return { doc, connection, provider, text: doc.getText('default') };
}

function editAtRandom(random, text) {
  const at = Math.floor(random() * (text.length + 1));
  if (random() < 0.7 || text.length === 0) text.insert(at, String.fromCharCode(97 + Math.floor(random() * 26)).repeat(1 + Math.floor(random() * 5)));
  else text.delete(Math.min(at, text.length - 1), 1);
}

const seed = Number(process.env.SEED ?? (Date.now() & 0x7fffffff));
for (let round = 0; round < 40; round++) {
  test(`writers agree over a network that cuts (SEED=${seed}, round ${round})`, async () => {
    const random = randomFrom(seed + round);
    const room = new Room(random);
    const writers = Array.from({ length: 4 }, () => writer(room));
    for (let step = 0; step < 300; step++) {
      const one = writers[Math.floor(random() * writers.length)];
      const dice = random();
      if (dice < 0.35) editAtRandom(random, one.text);
      else if (dice < 0.39) one.connection.cut();
      else if (dice < 0.47) one.connection.mend();
      else room.step();
      await turn();
    }
    for (const one of writers) one.connection.mend();
    await room.settle();
    for (const one of writers) {
      assert.equal(one.text.toString(), room.doc.getText('default').toString());
      assert.equal(one.provider.saved, true, 'everything is durable at the end');
      assert.ok(one.connection.inFlightMax <= 1, 'one edit in flight');
      one.provider.destroy();
    }
  });
}

test('edits made while one is in flight travel together', async () => {
  const room = new Room(() => 0);
  const { text, provider } = writer(room);
  await room.settle();
  for (let index = 0; index < 100; index++) text.insert(text.length, 'x');
  assert.equal(provider.saved, false);
  await room.settle();
  assert.equal(room.doc.getText('default').length, 100);
  assert.equal(room.edits, 2);
  assert.equal(provider.saved, true);
});

test('opening sends nothing when the server lacks nothing, deletions included', async () => {
  const room = new Room(() => 0);
  const { text, connection } = writer(room);
  await room.settle();
  text.insert(0, 'words that change');
  text.delete(3, 4);
  await room.settle();
  const before = room.edits;
  connection.cut();
  connection.mend();
  await room.settle();
  assert.equal(room.edits, before);
});

test('a deletion made offline is sent after reconnecting', async () => {
  const room = new Room(() => 0);
  const { text, connection, provider } = writer(room);
  await room.settle();
  text.insert(0, 'approve this');
  await room.settle();
  connection.cut();
  text.delete(0, 8);
  assert.equal(provider.status, 'offline');
  connection.mend();
  await room.settle();
  assert.equal(room.doc.getText('default').toString(), 'this');
});

test('text that was there before the provider is sent', async () => {
  const room = new Room(() => 0);
  const doc = new Y.Doc();
  doc.getText('default').insert(0, 'kept offline');
  const provider = new SignalRProvider(new Connection(room), textId, doc);
  await room.settle();
  assert.equal(room.doc.getText('default').toString(), 'kept offline');
  assert.equal(provider.saved, true);
});

test('an edit that builds on what the server lost brings the rest along', async () => {
  const room = new Room(() => 0);
  const { text, provider } = writer(room);
  await room.settle();
  text.insert(0, 'one ');
  await room.settle();
  room.doc = new Y.Doc(); // As after a restart from an older backup.
  text.insert(4, 'two');
  await room.settle();
  assert.equal(room.doc.getText('default').toString(), 'one two');
  assert.equal(provider.saved, true);
});

test('a refused edit is told with its problem, and nothing follows it', async () => {
  const room = new Room(() => 0);
  const { text, provider } = writer(room);
  await room.settle();
  room.refuseWith = { code: 'frozen', status: 409, title: 'The text is frozen.' };
  const refused = [];
  provider.on('refused', problem => refused.push(problem.code));
  text.insert(0, 'too late');
  await room.settle();
  text.insert(0, 'still too late');
  await room.settle();
  assert.deepEqual(refused, ['frozen']);
  assert.equal(room.edits, 1);
  assert.equal(provider.status, 'stopped');
  assert.equal(provider.saved, false);
});

const mandateMissing = { code: 'mandate-missing', status: 403, title: 'Your organisation has not given you a mandate for this.' };
const notFound = { code: 'not-found', status: 404, title: 'There is nothing here, or nothing you may see.' };

/** A writer with everything that it was told. */
function told(room) {
  const one = writer(room);
  const events = [];
  one.provider.on('refused', problem => events.push(`refused ${problem.code}`));
  one.provider.on('gone', problem => events.push(`gone ${problem?.code}`));
  return { ...one, events };
}

test('an edit whose answer went with the server is not sent again, and one that never came there is', async () => {
  const room = new Room(() => 0);
  const { text, connection, provider } = writer(room);
  await room.settle();
  text.insert(0, 'durable ');
  await turn();
  room.step(); // It arrives; its answer is under way.
  assert.equal(room.doc.getText('default').toString(), 'durable ');
  room.restart();
  assert.equal(provider.status, 'offline');
  assert.equal(provider.saved, false);
  const before = room.edits;
  connection.mend();
  await room.settle();
  assert.equal(room.edits, before);
  assert.equal(provider.saved, true);

  text.insert(8, 'or not');
  await turn();
  room.restart(); // It was still under way.
  connection.mend();
  await room.settle();
  assert.equal(room.doc.getText('default').toString(), 'durable or not');
  assert.equal(provider.saved, true);
});

test('what several type while the server is away is there for all of them when it is back', async () => {
  const room = new Room(() => 0);
  const [one, two] = [writer(room), writer(room)];
  one.text.insert(0, 'both: ');
  await room.settle();
  room.restart();
  one.text.insert(6, 'one ');
  two.text.insert(6, 'two ');
  one.text.delete(0, 1);
  for (const each of [one, two]) assert.deepEqual([each.provider.status, each.provider.synced, each.provider.saved], ['offline', false, false]);
  one.connection.mend();
  await room.settle();
  two.connection.mend();
  await room.settle();
  for (const each of [one, two]) {
    assert.equal(each.text.toString(), room.doc.getText('default').toString());
    assert.deepEqual([each.provider.status, each.provider.synced, each.provider.saved], ['live', true, true]);
  }
  assert.match(one.text.toString(), /^oth: (one two|two one) $/);
});

test('an edit that is refused after reconnecting is told, and the document keeps it', async () => {
  const room = new Room(() => 0);
  const { text, connection, provider, events } = told(room);
  await room.settle();
  connection.cut();
  text.insert(0, 'typed offline');
  room.refuseWith = mandateMissing;
  connection.mend();
  await room.settle();
  assert.deepEqual(events, ['refused mandate-missing']);
  assert.deepEqual([provider.status, provider.saved, text.toString()], ['stopped', false, 'typed offline']);
  connection.cut();
  connection.mend();
  await room.settle();
  assert.equal(room.edits, 1);
});

test('a text that may not be opened any more after reconnecting is refused once, and asked for no more', async () => {
  const room = new Room(() => 0);
  const { text, connection, provider, events } = told(room);
  await room.settle();
  connection.cut();
  text.insert(0, 'typed offline');
  room.refuseOpeningWith = notFound;
  for (let again = 0; again < 2; again++) {
    connection.mend();
    await room.settle();
    connection.cut();
  }
  assert.deepEqual(events, ['refused not-found']);
  assert.deepEqual([provider.status, provider.saved], ['stopped', false]);
  assert.equal(room.edits, 0);
});

test('a text that is taken away while it is open is told as gone, and nothing follows it', async () => {
  const room = new Room(() => 0);
  const { text, connection, provider, events } = told(room);
  await room.settle();
  room.takeFrom(connection, notFound);
  await room.settle();
  text.insert(0, 'too late');
  connection.cut();
  connection.mend();
  await room.settle();
  assert.deepEqual(events, ['gone not-found']);
  assert.equal(provider.status, 'stopped');
  assert.equal(room.edits, 0);
});

test('an edit past the rate is sent again after a moment', { timeout: 5000 }, async () => {
  const room = new Room(() => 0);
  const { text, provider, events } = told(room);
  await room.settle();
  room.refuseWith = { code: 'too-many', status: 429, title: 'That is too much at once.' };
  text.insert(0, 'hasty');
  await room.settle();
  assert.deepEqual([provider.status, provider.saved], ['connecting', false]);
  room.refuseWith = null;
  const open = new Promise(resolve => provider.on('status', resolve));
  // Its call is under way only when the wait is over.
  const stop = setInterval(() => room.step(), 10);
  await open;
  clearInterval(stop);
  await room.settle();
  assert.deepEqual([provider.status, provider.saved, room.doc.getText('default').toString()], ['live', true, 'hasty']);
  assert.deepEqual(events, []);
});

test('a reader sends no edits', async () => {
  const room = new Room(() => 0);
  const { text } = writer(room, { readOnly: true });
  await room.settle();
  text.insert(0, 'not mine to write');
  await room.settle();
  assert.equal(room.edits, 0);
});

test('a busy server is asked again', { timeout: 5000 }, async () => {
  const room = new Room(() => 0);
  const connection = new Connection(room);
  const invoke = connection.invoke.bind(connection);
  const askedAgain = new Promise(resolve => {
    let calls = 0;
    connection.invoke = (...call) => {
      if (++calls === 1) {
        return Promise.reject(new Error(`An unexpected error occurred invoking 'OpenText' on the server. HubException: {"code":"busy","status":503,"title":"Too much is waiting."}`));
      }
      resolve();
      return invoke(...call);
    };
  });
  const provider = new SignalRProvider(connection, textId, new Y.Doc());
  await turn();
  assert.equal(provider.status, 'connecting');
  await askedAgain;
  await room.settle();
  assert.equal(provider.status, 'live');
  provider.destroy();
});

test('awareness: seen by those who come later, gone at once when destroyed', { timeout: 5000 }, async () => {
  const room = new Room(() => 0);
  const make = name => {
    const doc = new Y.Doc();
    const awareness = new Awareness(doc);
    awareness.setLocalStateField('user', { name });
    return { awareness, ...{ provider: new SignalRProvider(new Connection(room), textId, doc, { awareness }) } };
  };
  const names = one => [...one.awareness.getStates().values()].map(state => state.user?.name).sort();
  const early = make('early');
  await room.settle();
  const late = make('late');
  await room.settle();
  assert.deepEqual(names(early), ['early', 'late']);
  assert.deepEqual(names(late), ['early', 'late']);
  const told = new Promise(resolve => early.awareness.once('change', resolve));
  late.provider.destroy();
  await room.settle();
  await told;
  assert.deepEqual(names(early), ['early']);
  early.awareness.destroy();
  late.awareness.destroy();
  early.provider.destroy();
});

test('two providers for one text on one connection are a mistake', async () => {
  const room = new Room(() => 0);
  const { connection } = writer(room);
  assert.throws(() => new SignalRProvider(connection, textId, new Y.Doc()), /open on this connection/);
});
