// A simulated network: a server that keeps one text and connections to it that lose, delay and cut, all driven by one seed.
import * as Y from 'yjs';

/** Mulberry32: small, seeded, good enough to pick test steps. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The server's part of the protocol for one text. Nothing moves by itself: `step` delivers one message that is under way. */
export class Room {
  constructor(random) {
    this.random = random;
    this.doc = new Y.Doc();
    this.version = 0;
    this.connections = new Set();
    this.underWay = [];
    this.edits = 0;
    this.refuseWith = null;
    this.refuseOpeningWith = null;
  }

  /** The server goes: what was under way is lost, what was durable is kept. Its clients notice, and come back when they are mended. */
  restart() {
    const kept = Y.encodeStateAsUpdate(this.doc);
    this.doc = new Y.Doc();
    Y.applyUpdate(this.doc, kept);
    for (const connection of this.connections) connection.cut();
  }

  /** The right to the text is taken from somebody. */
  takeFrom(connection, problem) {
    connection.open = false;
    connection.push('Gone', 'c.s.sec', JSON.stringify(problem));
  }

  /** Delivers one message, of a connection picked at random; each connection's own messages stay in order. */
  step() {
    if (this.underWay.length === 0) return false;
    const lane = this.underWay[Math.floor(this.random() * this.underWay.length)].lane;
    const index = this.underWay.findIndex(message => message.lane === lane);
    this.underWay.splice(index, 1)[0].deliver();
    return true;
  }

  async settle() {
    do await turn(); while (this.step());
  }

  later(lane, deliver) {
    this.underWay.push({ lane, deliver });
  }

  open(connection, vector) {
    if (this.refuseOpeningWith) throw new Error(`An unexpected error occurred invoking 'OpenText' on the server. HubException: ${JSON.stringify(this.refuseOpeningWith)}`);
    connection.open = true;
    for (const other of this.connections) if (other !== connection && other.lastAware) connection.push('Aware', ...other.lastAware);
    return { version: this.version, update: Y.encodeStateAsUpdate(this.doc, vector), stateVector: Y.encodeStateVector(this.doc) };
  }

  edit(connection, update) {
    this.edits++;
    if (this.refuseWith) return { status: 'refused', version: this.version, problem: this.refuseWith };
    const vector = Y.encodeStateVector(this.doc);
    const known = Y.decodeStateVector(vector);
    for (const [client, from] of Y.parseUpdateMeta(update).from) {
      if (from > (known.get(client) ?? 0)) return { status: 'missing', version: this.version, stateVector: vector };
    }
    Y.applyUpdate(this.doc, update);
    this.version++;
    for (const other of this.connections) {
      if (other !== connection && other.open) other.push('Text', 'c.s.sec', this.version, update);
    }
    return { status: 'durable', version: this.version };
  }
}

export class Connection {
  constructor(room) {
    this.room = room;
    this.state = 'Connected';
    this.open = false;
    this.life = 0;
    this.inFlight = 0;
    this.inFlightMax = 0;
    this.handlers = new Map();
    this.callbacks = { reconnecting: [], reconnected: [], close: [] };
    this.waiting = new Set();
    room.connections.add(this);
  }

  on(method, handler) { this.handlers.set(method, handler); }
  onreconnecting(callback) { this.callbacks.reconnecting.push(callback); }
  onreconnected(callback) { this.callbacks.reconnected.push(callback); }
  onclose(callback) { this.callbacks.close.push(callback); }
  async send(method, ...args) {
    if (method !== 'Aware') return;
    const life = this.life;
    this.room.later(this, () => {
      if (life !== this.life) return;
      this.lastAware = args;
      for (const other of this.room.connections) if (other !== this && other.open) other.push('Aware', ...args);
    });
  }

  invoke(method, text, bytes) {
    if (this.state !== 'Connected') return Promise.reject(new Error('not connected'));
    const life = this.life;
    if (method === 'Edit') this.inFlightMax = Math.max(this.inFlightMax, ++this.inFlight);
    return new Promise((resolve, reject) => {
      const call = { reject };
      this.waiting.add(call);
      this.room.later(this, () => {
        if (life !== this.life) return; // Lost on its way there.
        const finish = this.#run(method, bytes, resolve, reject);
        this.room.later(this, () => {
          if (life !== this.life) return; // Lost on its way back: it happened, and the client does not know.
          this.waiting.delete(call);
          if (method === 'Edit') this.inFlight--;
          finish();
        });
      });
    });
  }

  #run(method, bytes, resolve, reject) {
    try {
      const answer = method === 'OpenText' ? this.room.open(this, bytes) : this.room.edit(this, bytes);
      return () => resolve(answer);
    } catch (refusal) {
      return () => reject(refusal);
    }
  }

  push(method, ...args) {
    const life = this.life;
    this.room.later(this, () => { if (life === this.life) this.handlers.get(method)(...args); });
  }

  cut() {
    if (this.state !== 'Connected') return;
    this.state = 'Reconnecting';
    this.life++;
    this.open = false;
    this.inFlight = 0;
    for (const call of this.waiting) call.reject(new Error('Invocation canceled due to the underlying connection being closed.'));
    this.waiting.clear();
    for (const callback of this.callbacks.reconnecting) callback();
  }

  mend() {
    if (this.state === 'Connected') return;
    this.state = 'Connected';
    for (const callback of this.callbacks.reconnected) callback();
  }
}

/** Lets every promise that is ready run. */
export function turn() {
  return new Promise(resolve => setImmediate(resolve));
}
