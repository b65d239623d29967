// The live page, as people of two organisations and an observer use it at the same time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { ensurePages, isStillTheSamePage, launch, phone, read, sectionText, seriousIn, signedIn, untilSection } from './browser.mjs';
import { coalition, makeCoalition, opening } from './coalition.mjs';
import { Server, within } from './server.mjs';

const WaitMilliseconds = 30_000;
const section = 'What we ask';

let server, browser, nora, sami, olga;

before(async () => {
  await ensurePages();
  server = await Server.start();
  await makeCoalition(server);
  browser = await launch();
  [nora, sami, olga] = await Promise.all([signedIn(browser, server, 'nora'), signedIn(browser, server, 'sami'), signedIn(browser, server, 'olga')]);
  for (const page of [nora, sami, olga]) {
    page.setDefaultTimeout(WaitMilliseconds);
    await read(page, 'art_7', /Article 7/);
  }
}, { timeout: 12 * WaitMilliseconds });

after(async () => {
  await browser?.close();
  await server?.dispose();
});

test('two people write in one section at once; both, an observer and the server end with the same text', { timeout: 4 * WaitMilliseconds }, async () => {
  await Promise.all([nora, sami].map(page => page.getByRole('button', { name: `Edit ${section}` }).click()));
  const hers = 'We ask the delegations to define what is without right. ';
  const his = 'Security research is not a crime and must not become one. ';
  await Promise.all([nora.keyboard.type(hers, { delay: 5 }), sami.keyboard.type(his, { delay: 5 })]);

  const text = await agreed([nora, sami]);
  assert.equal(sorted(text), sorted(hers + his), 'every letter of both, once');
  await untilSection(olga, section, text);
  assert.ok(await isStillTheSamePage(olga));
});

test('who writes where is shown', { timeout: 2 * WaitMilliseconds }, async () => {
  await olga.getByText('are writing here').waitFor();
  await olga.locator('.caret-label', { hasText: 'Nora Lind' }).waitFor();
  for (const name of ['Nora Lind, North Rights', 'Sami Haddad, South Rights', 'Olga Reader']) {
    await nora.getByRole('list', { name: 'Here now' }).getByText(name).waitFor();
  }
});

test('an annotation of selected words, a reply and its resolution appear for the others without reload', { timeout: 4 * WaitMilliseconds }, async () => {
  await selectWords(nora, 'art_7__para_1', 'without right');
  await nora.getByRole('button', { name: 'Annotate these words' }).click();
  await nora.getByLabel('Your annotation').fill('Defined nowhere.');
  await nora.getByRole('button', { name: 'Add annotation' }).click();

  const seen = sami.getByRole('article', { name: 'Annotation by Nora Lind' });
  await seen.getByText('Defined nowhere.').waitFor();
  await seen.getByText('without right').waitFor();
  await seen.getByRole('button', { name: 'Reply' }).click();
  await sami.getByLabel('Your reply').fill('We could take the wording of the directive.');
  await sami.getByRole('button', { name: 'Send reply' }).click();
  await olga.getByText('We could take the wording of the directive.').waitFor();
  await nora.getByRole('article', { name: 'Annotation by Nora Lind' }).getByRole('button', { name: 'Resolve' }).click();
  await olga.getByRole('article', { name: 'Annotation by Nora Lind' }).getByText('Resolved', { exact: true }).waitFor();
  assert.ok(await isStillTheSamePage(olga));
});

test('an annotation for one organisation stays there', { timeout: 4 * WaitMilliseconds }, async () => {
  await sami.getByRole('button', { name: 'Annotate', exact: true }).click();
  await sami.getByLabel('Only my organisation').check();
  await sami.getByLabel('Your annotation').fill('Between ourselves: we could live with this.');
  await sami.getByRole('button', { name: 'Add annotation' }).click();
  await sami.getByText('Between ourselves').waitFor();
  // A later annotation for all arrives in the same order, so by then the other would have arrived too.
  await sami.getByRole('button', { name: /Whole coalition/ }).click();
  await sami.getByRole('button', { name: 'Annotate', exact: true }).click();
  await sami.getByLabel('Your annotation').fill('For everybody to read.');
  await sami.getByRole('button', { name: 'Add annotation' }).click();
  for (const page of [nora, olga]) {
    await page.getByText('For everybody to read.').waitFor();
    assert.equal(await page.getByText('Between ourselves').count(), 0);
  }
});

test('positions, the coalition’s proposal and consents appear for the others without reload', { timeout: 4 * WaitMilliseconds }, async () => {
  await sami.getByRole('button', { name: 'Take our position' }).click();
  await sami.getByLabel('Oppose').check();
  await sami.getByLabel('This is a red line for us').check();
  await sami.getByRole('textbox', { name: /^Why/ }).fill('It makes research a crime.');
  await sami.getByRole('button', { name: 'Take this position' }).click();
  const holder = nora.locator('.holder', { hasText: 'South Rights' });
  await holder.getByText('Oppose').waitFor();
  await holder.getByText('Red line').waitFor();

  await nora.getByRole('button', { name: 'Propose the coalition’s' }).click();
  await nora.getByLabel('Amend').check();
  await nora.getByRole('textbox', { name: /^Why/ }).fill('Ask for intent.');
  await nora.getByRole('button', { name: 'Propose', exact: true }).click();
  await sami.getByText('Ask for intent.').waitFor();
  await sami.getByRole('button', { name: 'Answer the proposal' }).click();
  await sami.getByLabel('Agree, with a caveat').check();
  await sami.getByRole('textbox', { name: 'Caveat' }).fill('Dishonest intent.');
  await sami.getByRole('button', { name: 'Give this answer' }).click();
  await olga.locator('.holder', { hasText: 'South Rights' }).getByText('Agrees, with a caveat').waitFor();
  assert.ok(await isStillTheSamePage(olga));
});

test('what happened is in everybody’s activity', { timeout: 2 * WaitMilliseconds }, async () => {
  const activity = olga.getByRole('region', { name: 'Activity' });
  const taken = activity.getByRole('listitem').filter({ hasText: 'took the position “Oppose, red line” for South Rights on' });
  await taken.getByText('Sami Haddad').waitFor();
  await taken.getByRole('link', { name: 'Art. 7' }).waitFor();
});

test('an observer is told why the controls do not work for them', { timeout: 2 * WaitMilliseconds }, async () => {
  assert.equal(await olga.getByRole('button', { name: /^Edit / }).count(), 0);
  assert.equal(await olga.getByRole('button', { name: 'Annotate', exact: true }).isDisabled(), true);
  assert.equal(await olga.getByRole('button', { name: 'Take a position' }).isDisabled(), true);
  await olga.getByText('You read along here.').waitFor();
  assert.equal(await olga.locator('[contenteditable=true]').count(), 0);
});

test('a mandate that is given shows at once', { timeout: 2 * WaitMilliseconds }, async () => {
  await server.request('PUT', `/api/coalitions/${coalition}/people/late`, { body: { name: 'Lara Late', organisation: 'north', affiliation: null, role: 'member', mandates: [] } });
  const late = await signedIn(browser, server, 'late');
  await late.getByText('You read along here.').waitFor();
  await server.request('PUT', `/api/coalitions/${coalition}/people/late/mandates/draft`);
  await late.getByRole('button', { name: `Edit ${section}` }).waitFor();
  await late.context().close();
});

test('the keyboard alone is enough', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await signedIn(browser, server, 'nora');
  page.setDefaultTimeout(WaitMilliseconds);
  await read(page, 'art_24', /Article 24/);
  await page.locator('body').press('Tab');
  assert.equal(await focused(page), 'Skip to the text');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Annotate');
  await page.keyboard.press('Enter');
  await page.locator('textarea:focus').waitFor();
  await page.keyboard.type('Written without a mouse.');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Written without a mouse.').waitFor();

  await tabTo(page, `Edit ${section}`);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' Typed by keyboard.');
  await page.keyboard.press('Escape');
  assert.equal(await focused(page), `Edit ${section}`, 'Escape leaves the text');
  const text = await sectionText(page, section);
  assert.ok(text.endsWith(' Typed by keyboard.'));
  await untilSection(olga, section, text);
  await page.context().close();
});

test('a server that is killed: the page says so, keeps what is typed, and sends it when it is back', { timeout: 6 * WaitMilliseconds }, async () => {
  await nora.getByLabel(`Text of ${section}`).press('Control+End');
  await server.kill();
  await nora.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor();
  await nora.keyboard.type(' Typed while the server was away.');
  await nora.getByText('your edits are kept here and sent later').waitFor();
  const text = await sectionText(nora, section);
  await server.restart();
  for (const page of [nora, sami, olga]) await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await untilSection(olga, section, text);
  await nora.locator('.section', { hasText: section }).getByText('Saved').waitFor();
  assert.equal(await textAtServer(), text);
  assert.ok(await isStillTheSamePage(nora));
});

test('it fits a narrow phone, every part of it', { timeout: 2 * WaitMilliseconds }, async () => {
  const page = await signedIn(browser, server, 'sami', { viewport: phone });
  await read(page, 'art_7', /Article 7/);
  await page.getByRole('button', { name: 'Annotate', exact: true }).click();
  for (const part of ['Articles', 'Reading', 'Statement', 'Activity']) {
    await page.getByRole('navigation', { name: 'Parts of this page' }).getByRole('button', { name: part }).click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${part} is ${wide} px too wide`);
  }
  await page.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing serious (${colorScheme})`, { timeout: 4 * WaitMilliseconds }, async () => {
    await nora.emulateMedia({ colorScheme });
    await nora.getByRole('button', { name: 'Annotate', exact: true }).click();
    assert.deepEqual(await seriousIn(nora), []);
    await nora.getByRole('button', { name: 'Cancel' }).click();

    const small = await signedIn(browser, server, 'olga', { viewport: phone, colorScheme });
    await read(small, 'art_7', /Article 7/);
    assert.deepEqual(await seriousIn(small), []);
    await small.context().close();

    const nobody = await (await browser.newContext({ colorScheme })).newPage();
    await nobody.goto(server.url);
    await nobody.getByRole('heading', { name: 'Annotate' }).waitFor();
    assert.deepEqual(await seriousIn(nobody), []);
    await nobody.context().close();
  });
}

test('nothing went wrong in the pages that stayed open', () => {
  // While the server was killed, the browser itself logged each connection that failed; and it asks for an icon that nobody named.
  const expected = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection to|favicon\.ico/;
  for (const page of [nora, sami, olga]) assert.deepEqual(page.faults.filter(fault => !expected.test(fault)), []);
});

/** Waits until the server holds what every page shows, which is no less than what was typed in it, and all show the same. */
async function agreed(pages) {
  for (;;) {
    const text = await textAtServer();
    const shown = await Promise.all(pages.map(page => sectionText(page, section)));
    if (shown.every(words => words === text)) return text;
    await pages[0].evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** Letters only: whoever is first to write in an empty section begins a paragraph, and two may be first. */
const sorted = text => [...text.replaceAll('\n', '')].sort().join('');

/** The section as a stock Yjs client gets it. */
async function textAtServer() {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(server.yjs, opening, doc, { WebSocketPolyfill: WebSocket, params: { token: await server.bearer(coalition, 'olga') }, disableBc: true });
  try {
    await within(WaitMilliseconds, 'the text from the server', () => server.log, new Promise(resolve => provider.once('sync', resolve)));
    return doc.getXmlFragment('default').toArray().map(block => block.toArray().map(words => words.toDelta().map(part => part.insert).join('')).join('')).join('\n');
  } finally {
    provider.destroy();
    doc.destroy(); // Its awareness keeps a timer, and the test would never end.
  }
}

function selectWords(page, eId, words) {
  return page.evaluate(([provision, wanted]) => {
    const node = document.querySelector(`[data-words="${provision}"]`).firstChild;
    const at = node.data.indexOf(wanted);
    getSelection().setBaseAndExtent(node, at, node, at + wanted.length);
  }, [eId, words]);
}

/** The name of what has the keyboard. */
function focused(page) {
  return page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim());
}

async function tabTo(page, name) {
  for (let presses = 0; presses < 200; presses++) {
    if (await focused(page) === name) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never reached ${name}`);
}
