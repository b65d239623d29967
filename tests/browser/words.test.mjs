// What somebody wrote and the server has not taken: kept, offered again, sent later, and erased when it must be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ensurePages, launch, read, sectionText, seriousIn, signedIn, untilSection } from './browser.mjs';
import { coalition, makeCoalition, opening } from './coalition.mjs';
import { Server } from './server.mjs';

const WaitMilliseconds = 30_000;
const section = 'What we ask';
const EditBytesMax = 1 << 20;

let server, browser, sami;

before(async () => {
  await ensurePages();
  server = await Server.start();
  await makeCoalition(server, ['ana', 'ben', 'cleo', 'dora', 'emil', 'fay', 'gil', 'hal']);
  browser = await launch();
  sami = await open('sami');
  await edit(sami);
  await sami.keyboard.type('His words stand. ');
  await saved(sami);
}, { timeout: 12 * WaitMilliseconds });

after(async () => {
  await browser?.close();
  await server?.dispose();
});

test('a mandate that ends while somebody types: the words are set aside, and put back when it is given again', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await withHeldEdits('ana');
  await edit(page);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('Hers were taken. ');
  await saved(page);
  const taken = await sectionText(page, section);
  page.hold();
  await page.keyboard.type('These come too late. ');
  await server.request('DELETE', mandateOf('ana'));
  page.release();

  const offer = offered(page);
  await offer.waitFor();
  await offer.getByText('Your organisation has not given you a mandate').first().waitFor();
  assert.equal(await offer.locator('ins').textContent(), 'These come too late. ');
  assert.equal(await offer.evaluate(one => one === document.activeElement), true, 'the keyboard is led to the offer');
  await offer.getByRole('button', { name: 'Put back', disabled: true }).waitFor();
  await untilSection(page, section, taken);
  assert.equal(await sectionText(sami, section), taken);
  assert.deepEqual(await seriousIn(page), []);

  // They outlive the page, too.
  await page.reload();
  await offer.getByText('These come too late.').waitFor();
  await untilSection(page, section, taken);
  await server.request('PUT', mandateOf('ana'));
  await offer.getByRole('button', { name: 'Put back', disabled: false }).focus();
  await page.keyboard.press('Enter');
  await untilSection(sami, section, `${taken}These come too late. `);
  await offer.waitFor({ state: 'detached' });
  await leave(page);
});

test('under somebody else’s client id somebody writes on, and the words stand under another', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await withHeldEdits('ben');
  page.rename = ['mandate-missing', 'client-id-taken']; // Servers that have no word of its own for it yet.
  await edit(page);
  await page.keyboard.press('Control+End');
  const before = await sectionText(sami, section);
  const his = await sami.evaluate(clientOf, section);
  await writeUnder(page, his);
  page.hold();
  await page.keyboard.type('By Ben, ');
  page.release();
  await page.keyboard.type('who writes on and on. ', { delay: 10 });
  await untilSection(sami, section, `${before}By Ben, who writes on and on. `);
  await untilSection(page, section, `${before}By Ben, who writes on and on. `);
  await saved(page);
  assert.notEqual(await page.evaluate(clientOf, section), his);
  assert.equal(await page.locator('.ProseMirror-focused').count(), 1);
  assert.equal(await offered(page).count(), 0);
  await leave(page);
});

test('more than one edit may hold is set aside whole, and thrown away when asked twice', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await open('cleo');
  await edit(page);
  const before = await sectionText(sami, section);
  await page.evaluate(([title, size]) => {
    document.querySelector(`[aria-label="Text of ${title}"]`).editor.commands.insertContentAt(0, { type: 'paragraph', content: [{ type: 'text', text: 'x'.repeat(size) }] });
  }, [section, EditBytesMax]);
  const offer = offered(page);
  await offer.waitFor();
  assert.equal((await offer.locator('ins').textContent()).length, EditBytesMax);
  await untilSection(page, section, before);
  await offer.getByRole('button', { name: 'Throw away' }).click();
  await offer.getByRole('button', { name: 'Throw away for good?' }).click();
  await offer.waitFor({ state: 'detached' });
  await page.reload();
  await untilSection(page, section, before);
  assert.equal(await offer.count(), 0);
  await leave(page);
});

test('who signs out leaves nothing on the device, whatever tab has it open', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await open('emil');
  const other = await page.context().newPage();
  await other.goto(server.url);
  for (const one of [page, other]) {
    await read(one, 'art_7', /Article 7/);
    await one.getByRole('button', { name: `Edit ${section}` }).waitFor();
  }
  await other.getByRole('button', { name: 'Annotate', exact: true }).click();
  await other.getByLabel('Your annotation').fill('Begun, and not sent.');
  assert.ok(await page.evaluate(kept) > 0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('is erased from this device').waitFor();
  await page.getByRole('button', { name: 'Sign out all the same' }).click();
  for (const one of [page, other]) await one.getByLabel('Sign-in link or token').waitFor();
  await nothingLeft(page);
  await leave(page);
});

test('whose right is gone keeps nothing on the device, and can still copy what they wrote', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await withHeldEdits('gil');
  await edit(page);
  await page.keyboard.press('Control+End');
  page.hold();
  await page.keyboard.type('Nobody has read this. ');
  await onDevice(page);
  await server.request('DELETE', `/api/coalitions/${coalition}/people/gil`);
  const offer = offered(page);
  await offer.getByText('Nobody has read this.').waitFor();
  await offer.getByText('This device does not keep them').waitFor();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await offer.getByRole('button', { name: 'Copy' }).press('Enter');
  await offer.getByText('Copied.').waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /Nobody has read this\. $/);
  await offer.getByRole('button', { name: 'Put back', disabled: true }).waitFor();
  await nothingLeft(page);
  assert.equal(await page.getByText('His words stand').count(), 1, 'only around the words that were not sent');
  await leave(page);
});

test('another person in the same browser sees nothing of the first one’s', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await withHeldEdits('fay');
  await read(page, 'art_7', /Article 7/);
  await page.getByRole('button', { name: 'Annotate', exact: true }).click();
  await page.getByLabel('Your annotation').fill('Between Fay and the page.');
  await edit(page);
  page.hold();
  await page.keyboard.type('Fay’s own. ');
  await server.request('DELETE', mandateOf('fay'));
  page.release();
  await offered(page).getByText('Fay’s own.').waitFor();

  await page.goto(await server.signInLink(coalition, 'cleo'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await page.getByRole('button', { name: `Edit ${section}` }).waitFor();
  await read(page, 'art_7', /Article 7/);
  await page.getByRole('button', { name: 'Annotate', exact: true }).waitFor();
  assert.equal(await page.getByText('Fay’s own.').count(), 0);
  assert.equal(await page.getByText('Between Fay').count(), 0);
  await leave(page);
});

test('a begun annotation outlives next and back and a reload, and goes when it is sent', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await open('ben');
  await read(page, 'art_7', /Article 7/);
  await page.getByRole('button', { name: 'Annotate', exact: true }).click();
  await page.getByLabel('Your annotation').fill('Half a thou');
  await page.getByRole('link', { name: /Article 24 →/ }).click();
  await page.getByRole('heading', { level: 2, name: /Article 24/ }).waitFor();
  assert.equal(await page.getByLabel('Your annotation').count(), 0);
  await page.goBack();
  await page.getByText('You had begun to write this').waitFor();
  await page.getByLabel('Your annotation').press('End');
  await page.keyboard.type('ght.');
  await page.reload();
  await page.getByText('You had begun to write this').waitFor();
  assert.equal(await page.getByLabel('Your annotation').inputValue(), 'Half a thought.');
  await page.getByRole('button', { name: 'Add annotation' }).click();
  const annotation = page.getByRole('article', { name: 'Annotation by Drafter ben' });
  await annotation.getByText('Half a thought.').waitFor();

  await annotation.getByRole('button', { name: 'Reply' }).click();
  await page.getByLabel('Your reply').fill('And another');
  await page.getByRole('button', { name: 'Take our position' }).click();
  await page.getByRole('textbox', { name: /^Why/ }).fill('Because');
  await page.reload();
  await page.getByRole('textbox', { name: /^Why/ }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: /^Why/ }).inputValue(), 'Because');
  assert.equal(await page.getByLabel('Your reply').inputValue(), 'And another');
  assert.equal(await page.getByLabel('Your annotation').count(), 0);
  await page.getByRole('form', { name: 'Reply' }).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('form', { name: 'Our position' }).getByRole('button', { name: 'Cancel' }).click();
  await page.reload();
  await annotation.getByRole('button', { name: 'Reply' }).waitFor();
  assert.equal(await page.getByText('You had begun to write this').count(), 0);
  await leave(page);
});

test('what was typed offline outlives its tab', { timeout: 6 * WaitMilliseconds }, async () => {
  const page = await open('dora');
  const context = page.context();
  await edit(page);
  await page.keyboard.press('Control+End');
  const before = await sectionText(page, section);
  await context.setOffline(true);
  await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor();
  await page.keyboard.type('Typed into the void. ');
  await onDevice(page);
  await page.close();
  await context.setOffline(false);
  const next = await context.newPage();
  await next.goto(server.url);
  await untilSection(next, section, `${before}Typed into the void. `);
  await saved(next);
  const held = await server.read(`/api/texts/${opening}/plain`, await server.bearer(coalition, 'olga'));
  assert.equal(await held.text(), `${before}Typed into the void. \n`);
  await leave(next);
});

test('a text that reads otherwise once it is loaded is read anew, and who writes writes on', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await withHeldEdits('hal');
  await edit(page);
  await page.keyboard.press('Control+End');
  const before = await sectionText(page, section);
  page.hold(); // What it says here has nothing to do with the server.
  assert.equal(await page.evaluate(undoing, section), '<paragraph>hello</paragraph>');
  await untilSection(page, section, `${before}\nhelol`);
  await page.locator('.ProseMirror-focused').waitFor();
  await page.keyboard.type('!');
  await page.waitForFunction(name => window.sectionWords(name).includes('!'), section);
  assert.equal([...(await sectionText(page, section)).replace(before, '')].sort().join(''), '\n!ehllo');
  assert.equal(await offered(page).count(), 0);
  await leave(page);
});

async function open(person) {
  const page = await signedIn(browser, server, person);
  page.setDefaultTimeout(WaitMilliseconds);
  return page;
}

/** A page whose messages to the server can be held up on their way. */
async function withHeldEdits(person) {
  const page = await open(person);
  let held = null;
  await page.routeWebSocket(/\/live/, socket => {
    const toServer = socket.connectToServer();
    socket.onMessage(message => held ? held.push(() => toServer.send(message)) : toServer.send(message));
    toServer.onMessage(message => socket.send(page.rename ? renamed(message, ...page.rename) : message));
  });
  page.hold = () => { held = []; };
  page.release = () => {
    for (const send of held) send();
    held = null;
  };
  await page.reload();
  return page;
}

/** The same message with one word in place of another that is as long. */
function renamed(message, from, to) {
  const bytes = Buffer.from(message);
  const at = bytes.indexOf(from);
  if (at >= 0) bytes.write(to, at);
  return bytes;
}

/** Makes the page's editor write under this client id from now on. */
function writeUnder(page, client) {
  return page.evaluate(([title, taken]) => {
    const { editor } = document.querySelector(`[aria-label="Text of ${title}"]`);
    editor.state.plugins.find(plugin => plugin.key.startsWith('y-sync')).getState(editor.state).doc.clientID = taken;
  }, [section, client]);
}

/** What the browser itself says of a network that is cut or a server that is killed is no fault of the page. */
async function leave(page) {
  const expected = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED|WebSocket connection to|favicon\.ico|status of 401/;
  assert.deepEqual((page.faults ?? []).filter(fault => !expected.test(fault)), []);
  await page.context().close();
}

async function edit(page) {
  await page.getByRole('button', { name: `Edit ${section}` }).click();
  await page.locator('.ProseMirror-focused').waitFor();
}

const saved = page => page.locator('.section', { hasText: section }).getByText('Saved').waitFor();

const offered = page => page.getByRole('region', { name: `Set aside: your words for “${section}”` });

const mandateOf = person => `/api/coalitions/${coalition}/people/${person}/mandates/draft`;

/* Runs in the page: the client id that its editor writes under. */
function clientOf(title) {
  const { editor } = document.querySelector(`[aria-label="Text of ${title}"]`);
  return editor.state.plugins.find(plugin => plugin.key.startsWith('y-sync')).getState(editor.state).doc.clientID;
}

/* Runs in the page: what one person does with undo until what they see is not what everybody reads who opens the text. */
function undoing(title) {
  const { editor } = document.querySelector(`[aria-label="Text of ${title}"]`);
  const stateOf = key => editor.state.plugins.find(plugin => plugin.key.startsWith(key)).getState(editor.state);
  const { doc } = stateOf('y-sync');
  const { undoManager } = stateOf('y-undo');
  const fragment = doc.getXmlFragment('default');
  const [Paragraph, Words] = [fragment.get(0).constructor, fragment.get(0).get(0).constructor];
  const act = change => {
    undoManager.stopCapturing();
    doc.transact(change, [...undoManager.trackedOrigins].find(origin => origin.key?.startsWith('y-sync')));
  };
  const paragraph = new Paragraph('paragraph');
  const words = new Words('hello');
  paragraph.insert(0, [words]);
  act(() => fragment.insert(fragment.length, [paragraph]));
  act(() => words.delete(3, 2));
  undoManager.undo();
  act(() => words.insert(4, 'G'));
  undoManager.undo();
  act(() => paragraph.delete(0, 1));
  undoManager.undo();
  return paragraph.toString();
}

/** Waits until all that the page gave the device is there: a reading that is begun later waits for the writings of before. */
function onDevice(page) {
  return page.evaluate(async () => {
    for (const name of Object.keys(localStorage).filter(one => one.includes('/text/'))) {
      await new Promise((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = reject;
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(['updates'], 'readonly');
          transaction.objectStore('updates').count();
          transaction.oncomplete = resolve;
        };
      });
    }
  });
}

/** Waits until the device holds nothing any more. */
const nothingLeft = page => page.waitForFunction(async () => Object.keys(localStorage).length + (await indexedDB.databases()).length === 0);

/* Runs in the page: how much the device holds. */
async function kept() {
  return Object.keys(localStorage).length + (await indexedDB.databases()).length;
}
