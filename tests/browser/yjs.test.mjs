// Stock Yjs clients against /yjs: five processes that write at random, go offline and come back, end with the same text; and it is on disk.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { after, before, test } from 'node:test';
import { coalition, makeCoalition, opening } from './coalition.mjs';
import { randomFrom, seedOfThisRun, Server, within } from './server.mjs';

const ClientsCount = 5;
const EditsPerClient = 150;
const WaitMilliseconds = 60_000;

const drafters = Array.from({ length: ClientsCount }, (_, index) => `drafter-${index + 1}`);
let server;

before(async () => {
  server = await Server.start();
  await makeCoalition(server, drafters);
}, { timeout: 5 * WaitMilliseconds });

after(() => server?.dispose());

test('five clients that write at once and go offline converge, and a killed server still has it all', { timeout: 4 * WaitMilliseconds }, async t => {
  const seed = seedOfThisRun();
  t.diagnostic(`SEED=${seed}`);
  const random = randomFrom(seed);
  const clients = [];
  t.after(() => Promise.all(clients.map(client => client.end())));
  for (const person of drafters) clients.push(await Client.start(person, Math.floor(random() * 2 ** 32), EditsPerClient));

  await Promise.all(clients.map(client => client.order('connect', 'connected')));
  await Promise.all(clients.map(client => client.order('edit', 'edited')));
  const hash = await agreement(clients);
  assert.ok(clients[0].state.text.length > ClientsCount * EditsPerClient / 4, 'there is text to agree on');

  // Others were shown these edits, so they were durable (G1): nothing that they saw may be missing.
  await server.kill();
  await server.restart();
  const fresh = await Client.start('nora', 1, 0);
  clients.push(fresh);
  await fresh.order('connect', 'connected');
  assert.equal(fresh.state.text, clients[0].state.text);
  assert.equal(fresh.state.hash, hash);

  await Promise.all(clients.slice(0, ClientsCount).map(client => client.order('edit', 'edited')));
  await agreement(clients);
});

test('somebody without a mandate to draft is shown the text and may not change it', { timeout: WaitMilliseconds }, async t => {
  const reader = await Client.start('olga', 7, 1);
  t.after(() => reader.end());
  await reader.order('connect', 'connected');
  const refusal = await reader.order('edit', 'refused');
  assert.ok(refusal.code >= 4400 && refusal.code < 4500, `closed for good, with ${refusal.code}`);
});

test('whoever may not come in is told so for good, so that a stock client stays away', { timeout: WaitMilliseconds }, async t => {
  for (const token of ['ann_wrong', '']) {
    const stranger = await Client.start('olga', 7, 0, token);
    t.after(() => stranger.end());
    // Told by an event that the client raises only when it does not come back.
    assert.equal((await stranger.order('connect', 'refused')).code, 4401);
  }
});

/** Waits until every client holds the same. */
async function agreement(clients) {
  const agreed = () => new Set(clients.map(client => client.state.hash)).size === 1;
  const described = () => clients.map(client => `${client.person}: ${client.state.hash} ${client.state.text.length} characters`).join('\n') + `\n${server.log}`;
  await within(WaitMilliseconds, 'all clients to agree', described, new Promise((resolve, reject) => {
    const look = () => {
      const failure = clients.find(client => client.failure)?.failure;
      if (!failure && !agreed()) return;
      for (const client of clients) client.events.off('message', look);
      if (failure) reject(new Error(failure));
      else resolve();
    };
    for (const client of clients) client.events.on('message', look);
    look();
  }));
  return clients[0].state.hash;
}

class Client {
  events = new EventEmitter();
  state = { text: '', hash: '' };
  failure = null;

  static async start(person, seed, edits, wrongToken) {
    const client = new Client();
    client.person = person;
    const token = wrongToken ?? await server.bearer(coalition, person);
    client.process = fork(new URL('yjs-client.mjs', import.meta.url), [JSON.stringify({ url: server.yjs, text: opening, token, seed, edits })]);
    client.ended = new Promise(resolve => client.process.once('exit', resolve));
    client.process.on('message', message => client.hear(message));
    return client;
  }

  hear(message) {
    if (message.kind === 'state') this.state = message;
    if (message.kind === 'failed') this.failure = message.error;
    if (message.kind === 'refused') this.failure = `${this.person} was refused: ${message.code} ${message.reason}`;
    this.events.emit('message', message);
  }

  /** Tells the client to do something, and waits for the message that says it is done. */
  order(order, done) {
    return within(WaitMilliseconds, `${this.person} to ${order}`, () => server.log, new Promise((resolve, reject) => {
      const look = message => {
        if (message.kind !== done && !this.failure) return;
        this.events.off('message', look);
        if (message.kind === done) resolve(message);
        else reject(new Error(this.failure));
      };
      this.events.on('message', look);
      this.process.send(order);
    }));
  }

  async end() {
    if (this.process.connected) this.process.send('leave');
    await within(WaitMilliseconds, `${this.person} to leave`, null, this.ended);
  }
}
