// The server as the tests use it: the built executable as a child process, on a port and in a data folder of its own.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const executable = process.env.ANNOTATE_EXECUTABLE ?? join(repository, 'src/Annotate.Server/bin/Release/net10.0/Annotate.Server');

const StartMillisecondsMax = 180_000;
const EndMillisecondsMax = 20_000;
const LogLinesMax = 200;
const listening = /^Annotate listens on (http:\/\/\S+?)\/?$/;

export class Server {
  #child;
  #folder;
  #log = [];
  #operator;

  /** Starts on an empty data folder and a free port. */
  static async start() {
    const server = new Server();
    server.#folder = await mkdtemp(join(tmpdir(), 'annotate-browser-'));
    server.url = 'http://127.0.0.1:0';
    try {
      await server.#run();
      return server;
    } catch (error) {
      await server.dispose();
      throw error;
    }
  }

  /** The address for Yjs clients; rooms are text ids. */
  get yjs() { return `${this.url.replace('http', 'ws')}/yjs`; }

  /** Ends the process with no chance to save anything. */
  async kill() {
    const ended = this.#ended();
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Starts again on the same data and the same port. */
  async restart() {
    await this.#run();
  }

  /** Ends the process and removes its data. */
  async dispose() {
    if (this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = this.#ended();
      this.#child.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Sends a request as the operator, or with the token given; fails unless the answer is a success. Gives the JSON of the answer. */
  async request(method, path, { body, type = 'application/json', token } = {}) {
    const headers = { authorization: `Bearer ${token ?? await this.operator()}`, 'idempotency-key': uuid7() };
    if (body !== undefined) headers['content-type'] = type;
    const response = await fetch(this.url + path, { method, headers, body: type === 'application/json' && body !== undefined ? JSON.stringify(body) : body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** The answer to a GET, whatever it is. */
  read(path, token) {
    return fetch(this.url + path, { headers: { authorization: `Bearer ${token}` } });
  }

  async operator() {
    return this.#operator ??= (await readFile(join(this.#folder, 'operator.token'), 'utf8')).trim();
  }

  /** A token for programs. */
  async bearer(coalition, person) {
    return (await this.request('POST', `/api/coalitions/${coalition}/people/${person}/tokens`, { body: { kind: 'bearer', days: 1 } })).token;
  }

  /** A link that signs a browser in, once. */
  async signInLink(coalition, person) {
    return (await this.request('POST', `/api/coalitions/${coalition}/people/${person}/tokens`, { body: { kind: 'signIn', minutes: 10 } })).link;
  }

  /** What the server wrote last, for a failure's message. */
  get log() { return this.#log.join('\n'); }

  #run() {
    this.#child = spawn(executable, [], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, Annotate__Url: this.url, Annotate__DataFolder: this.#folder, Annotate__LoadSeeds: 'false' },
    });
    const child = this.#child;
    // A test run that is cut short leaves no server behind.
    const cutShort = () => child.kill('SIGKILL');
    process.once('exit', cutShort);
    child.once('exit', () => process.off('exit', cutShort));
    return within(StartMillisecondsMax, 'the server to listen', () => this.log, new Promise((resolve, reject) => {
      const onLine = line => {
        this.#log.push(line);
        if (this.#log.length > LogLinesMax) this.#log.shift();
        const [, address] = listening.exec(line) ?? [];
        if (!address) return;
        this.url = address;
        resolve();
      };
      createInterface({ input: child.stdout }).on('line', onLine);
      createInterface({ input: child.stderr }).on('line', onLine);
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`The server ended (${signal ?? code}) before it listened:\n${this.log}`)));
    }));
  }

  #ended() {
    return within(EndMillisecondsMax, 'the server to end', () => this.log, new Promise(resolve => this.#child.once('exit', resolve)));
  }
}

/** The same promise, with a limit to the wait; what it waited for, and what is known by then, is in the error. */
export async function within(milliseconds, what, known, promise) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${milliseconds} ms for ${what}.\n${known?.() ?? ''}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 9562 section 5.7: 48 bits of time, then version, random bits and variant. */
export function uuid7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A seed from the environment (SEED=…), or a new one; tests print it. */
export function seedOfThisRun() {
  return process.env.SEED ? Number(process.env.SEED) : randomBytes(4).readUInt32LE();
}

/** Mulberry32: small, seeded, enough to choose edits by. Gives numbers from 0 to 1. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
