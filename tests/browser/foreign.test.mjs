// What other editors and other clients bring into a section: the page neither destroys it nor stumbles over it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { ensurePages, launch, read, sectionText, signedIn, untilSection } from './browser.mjs';
import { coalition, makeCoalition } from './coalition.mjs';
import { Server, within } from './server.mjs';

const WaitMilliseconds = 30_000;
const HourMilliseconds = 3_600_000;
const [asking, closing] = ['What we ask', 'Why it matters'];

let server, browser, sami;
const clients = [];

before(async () => {
  await ensurePages();
  server = await Server.start();
  await makeCoalition(server);
  browser = await launch();
}, { timeout: 12 * WaitMilliseconds });

after(async () => {
  for (const client of clients) client.end();
  await browser?.close();
  await server?.dispose();
});

test('what another editor wrote survives a drafter who opens the page, and one who edits another section', { timeout: 4 * WaitMilliseconds }, async () => {
  const stock = await Stock.open('nora', 'opening');
  stock.doc.transact(() => stock.fragment.insert(0, [
    element('paragraph', [['Under', { underline: {} }], ['lined and '], ['highlighted', { highlight: { color: 'red' } }]]),
    element('codeBlock', [['code']], { language: 'c' }),
    element('table', [element('tableRow', [element('tableCell', [element('paragraph', [['in a cell']])])])]),
  ]));
  const written = stock.fragment.toString();

  sami = await signedIn(browser, server, 'sami');
  sami.setDefaultTimeout(WaitMilliseconds);
  await read(sami, 'art_7', /Article 7/);
  await untilSection(sami, asking, 'Underlined and highlighted\ncode\nin a cell');
  const note = sami.locator('.section', { hasText: asking }).getByRole('status');
  await note.getByText('Another editor has put highlighted words into this section').waitFor();
  assert.equal(await sami.getByRole('button', { name: `Edit ${asking}` }).isDisabled(), true);

  await write(sami, closing, 'Words of another section.');
  await untilHeld('closing', 'Words of another section.');
  assert.equal((await Stock.open('olga', 'opening')).fragment.toString(), written);
  assert.equal(stock.fragment.toString(), written);

  // When it is gone, the section can be edited again, the rest of it unharmed.
  stock.doc.transact(() => {
    stock.fragment.delete(2, 1);
    stock.fragment.get(0).get(0).format(0, 26, { highlight: null });
  });
  const rest = stock.fragment.toString();
  await sami.locator('.section', { hasText: asking }).locator('pre code', { hasText: 'code' }).waitFor();
  await sami.getByRole('button', { name: `Edit ${asking}` }).click();
  await sami.getByRole('button', { name: `Done with ${asking}` }).click();
  assert.equal((await Stock.open('olga', 'opening')).fragment.toString(), rest);
});

test('a table that arrives while somebody writes ends the writing, and nothing of it is lost', { timeout: 4 * WaitMilliseconds }, async () => {
  await sami.getByRole('button', { name: `Edit ${closing}` }).click();
  const stock = await Stock.open('nora', 'closing');
  const before = stock.fragment.length;
  stock.fragment.insert(before, [element('table', [element('tableRow', [element('tableCell', [element('paragraph', [['arrived']])])])])]);
  await sami.locator('.section', { hasText: closing }).getByText('Another editor has put a table into this section').waitFor();
  await sami.keyboard.type('lost');
  assert.match((await Stock.open('olga', 'closing')).fragment.toString(), /<table>.*arrived.*<\/table>$/);
  stock.fragment.delete(before, 1);
  await untilSection(sami, closing, 'Words of another section.');
});

test('cursors that no editor can read stop nobody’s editor, whoever sends them', { timeout: 4 * WaitMilliseconds }, async () => {
  await sami.getByRole('button', { name: `Edit ${closing}` }).click();
  const senders = [await Stock.open('olga', 'closing'), await Stock.open('nora', 'closing')];
  for (const cursor of [{ anchor: {}, head: null }, { x: 10, y: 20 }]) {
    for (const sender of senders) sender.provider.awareness.setLocalState({ user: { name: 'x' }, cursor });
    const [, writer] = senders;
    insertWords(writer, `Told ${JSON.stringify(cursor).length}. `);
    await untilSection(sami, closing, wordsOf(writer));
  }
  await sami.keyboard.press('Control+End');
  await sami.keyboard.type(' Typed after all that.');
  const text = await sectionText(sami, closing);
  assert.ok(text.startsWith('Told '));
  assert.ok(text.endsWith(' Typed after all that.'));
  await untilHeld('closing', text);
  assert.deepEqual(sami.faults.filter(fault => !/favicon\.ico/.test(fault)), []);
});

test('a computer whose clock is ahead can take part', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await signedIn(browser, server, 'nora', {}, HourMilliseconds);
  page.setDefaultTimeout(WaitMilliseconds);
  await read(page, 'art_7', /Article 7/);
  await page.getByRole('button', { name: 'Annotate', exact: true }).click();
  await page.getByLabel('Your annotation').fill('From a clock that is an hour ahead.');
  await page.getByRole('button', { name: 'Add annotation' }).click();
  await sami.getByText('From a clock that is an hour ahead.').waitFor();
  await page.context().close();
});

/** A stock Yjs client with a section open. */
class Stock {
  static async open(person, section) {
    const stock = new Stock();
    stock.doc = new Y.Doc();
    stock.fragment = stock.doc.getXmlFragment('default');
    stock.provider = new WebsocketProvider(server.yjs, `${coalition}.answer.${section}`, stock.doc, { WebSocketPolyfill: WebSocket, params: { token: await server.bearer(coalition, person) }, disableBc: true });
    clients.push(stock);
    await within(WaitMilliseconds, 'the text from the server', () => server.log, new Promise(resolve => stock.provider.once('sync', resolve)));
    return stock;
  }

  end() {
    this.provider.destroy();
    this.doc.destroy();
  }
}

/** @param inner Elements, or words with their marks. */
function element(name, inner, attributes = {}) {
  const made = new Y.XmlElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (inner[0] instanceof Y.XmlElement) made.insert(0, inner);
  else {
    const words = new Y.XmlText();
    words.applyDelta(inner.map(([insert, marks = {}]) => ({ insert, attributes: marks })));
    made.insert(0, [words]);
  }
  return made;
}

const insertWords = (stock, words) => stock.fragment.get(0).get(0).insert(0, words);

const wordsOf = stock => stock.fragment.toArray().map(block => block.toArray().map(words => words.toDelta().map(part => part.insert).join('')).join('')).join('\n');

async function write(page, title, words) {
  await page.getByRole('button', { name: `Edit ${title}` }).click();
  await page.keyboard.type(words);
  await page.getByRole('button', { name: `Done with ${title}` }).click();
}

/** Waits until the server gives these words. A page that says "Saved" may not have come to show yet that it has more to send. */
async function untilHeld(section, words) {
  const stock = await Stock.open('olga', section);
  const known = () => `It says: ${wordsOf(stock)}`;
  await within(WaitMilliseconds, `${section} to say "${words}"`, known, new Promise(resolve => {
    const look = () => {
      if (wordsOf(stock) === words) resolve();
    };
    stock.doc.on('update', look);
    look();
  }));
}
