// What the page says is so: whose decision stands, what is open, what an address names, and whether the server is there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ensurePages, launch, read, sectionText, seriousIn, signedIn, untilSection } from './browser.mjs';
import { coalition, instrument, makeCoalition } from './coalition.mjs';
import { Server } from './server.mjs';

const WaitMilliseconds = 30_000;
const section = 'What we ask';
const LiveAgainMillisecondsMax = 5_000;
const AttemptsBefore = 6;

let server, browser, nora, sami;

before(async () => {
  await ensurePages();
  server = await Server.start();
  await makeCoalition(server);
  browser = await launch();
  [nora, sami] = await Promise.all([signedIn(browser, server, 'nora'), signedIn(browser, server, 'sami')]);
  for (const page of [nora, sami]) page.setDefaultTimeout(WaitMilliseconds);
}, { timeout: 12 * WaitMilliseconds });

after(async () => {
  await browser?.close();
  await server?.dispose();
});

test('where no block is the policy, one’s own answer adopts nothing; nothing is preset, and each form says what will stand in whose name', { timeout: 4 * WaitMilliseconds }, async () => {
  for (const page of [nora, sami]) await read(page, 'art_24', /Article 24/);
  const forms = [
    ['Take our position', 'Take this position', 'Oppose', 'In the name of North Rights will stand: “Oppose” on Art. 24.'],
    ['Propose the coalition’s', 'Propose', 'Amend', '“Amend” on Art. 24 is put to every organisation that may take positions now'],
    ['Answer the proposal', 'Give this answer', 'Agree', 'In the name of North Rights will stand: “Agrees”, as its answer to “Amend”'],
  ];
  for (const [opened, sent, choice, words] of forms) {
    await nora.getByRole('button', { name: opened }).click();
    const send = nora.getByRole('button', { name: sent, exact: true });
    assert.equal(await nora.locator('form.command input[type=radio]:checked').count(), 0, `${opened}: nothing is preset`);
    assert.equal(await send.isDisabled(), true);
    await nora.getByLabel(choice, { exact: true }).check();
    await nora.locator('.stands', { hasText: words.replace('Art. ', 'Art.\u00a0') }).waitFor();
    await send.click();
    await send.waitFor({ state: 'detached' });
  }

  const standing = nora.locator('.coalition-position');
  await standing.getByText('So far 1 of 2 agrees, 1 not heard from.').waitFor();
  await standing.getByText('Open for consent').waitFor();
  await nora.getByText('Asked, and not heard from: South Rights.').waitFor();

  // Another proposal says what it makes void, and asks.
  await nora.getByRole('button', { name: 'Propose another' }).click();
  const propose = nora.getByRole('button', { name: 'Propose', exact: true });
  await nora.getByLabel('Delete', { exact: true }).check();
  assert.equal(await propose.isDisabled(), true);
  await nora.getByLabel('make void the one answer to it, of North Rights (agrees)').check();
  assert.equal(await propose.isEnabled(), true);
  await nora.getByRole('button', { name: 'Cancel' }).click();

  await sami.getByRole('button', { name: 'Answer the proposal' }).click();
  await sami.getByLabel('Agree, with a caveat').check();
  await sami.getByRole('textbox', { name: 'Caveat' }).fill('Not alone.');
  await sami.getByRole('button', { name: 'Give this answer' }).click();
  await standing.getByText('Adopted', { exact: true }).waitFor();
  await standing.getByText('because everyone who was asked has answered, and nobody blocks: 2 of 2 agree (1 with a caveat).').waitFor();
  await nora.getByRole('region', { name: 'Activity' }).getByText('adopted “Amend” as its position, since everyone who was asked has answered').waitFor();

  // An organisation that comes later undoes nothing.
  await server.request('PUT', `/api/coalitions/${coalition}/organisations/west`, { body: { name: 'West Rights' } });
  await server.request('PUT', `/api/coalitions/${coalition}/people/wim`, { body: { name: 'Wim West', organisation: 'west', affiliation: null, role: 'member', mandates: [{ mandate: 'position', until: null }] } });
  const wim = await signedIn(browser, server, 'wim');
  await read(wim, 'art_24', /Article 24/);
  await wim.locator('.coalition-position').getByText('Adopted', { exact: true }).waitFor();
  assert.equal(await wim.getByRole('button', { name: 'Answer the proposal' }).isDisabled(), true);
  await wim.context().close();
  assert.deepEqual(await seriousIn(nora), []);
});

test('another statement that comes first does not take the place of the one that somebody writes', { timeout: 4 * WaitMilliseconds }, async () => {
  await nora.getByRole('button', { name: `Edit ${section}` }).click();
  await nora.keyboard.type('Typed before, ');
  await server.request('PUT', '/api/instruments/another/drafts/only?title=Another%20text&draftTitle=Only%20draft&language=en', { body: '### Article 1. Elsewhere\n\nOther words.\n', type: 'text/markdown' });
  const token = await server.bearer(coalition, 'sami');
  const there = `/api/coalitions/${coalition}/statements/a-first-one`;
  await server.request('PUT', there, { body: { title: 'A first one', destination: 'Somebody', instrument: 'another', draft: 'only' }, token });
  await server.request('PUT', `${there}/sections/only`, { body: { title: 'Only section', citations: [] }, token });
  const chooser = nora.getByText('The coalition’s statements (2)');
  await chooser.waitFor();
  await nora.keyboard.type('and after.');
  await untilSection(nora, section, 'Typed before, and after.');
  await untilSection(sami, section, 'Typed before, and after.');
  assert.equal(new URL(nora.url()).searchParams.get('statement'), 'answer');

  // By keyboard to the other and back, and a colleague sees the same by the link.
  await chooser.focus();
  await nora.keyboard.press('Enter');
  const other = nora.getByRole('link', { name: /A first one/ });
  await other.waitFor();
  assert.equal(await nora.getByRole('link', { name: /Our answer/ }).getAttribute('aria-current'), 'true');
  assert.deepEqual(await seriousIn(nora), []);
  await nora.keyboard.press('Tab');
  await nora.keyboard.press('Enter');
  await nora.getByRole('heading', { level: 2, name: 'A first one' }).waitFor();
  await nora.getByRole('heading', { level: 3, name: 'Only section' }).waitFor();
  await nora.getByText('Other words.').waitFor();
  await sami.goto(nora.url());
  await sami.getByRole('heading', { level: 2, name: 'A first one' }).waitFor();
  await nora.goBack();
  await nora.getByRole('heading', { level: 2, name: 'Our answer' }).waitFor();
  await untilSection(nora, section, 'Typed before, and after.');
  await nora.goForward();
  await nora.getByRole('heading', { level: 2, name: 'A first one' }).waitFor();
  await nora.goBack();
  await read(nora, 'art_7', /Article 7/);
  assert.equal(new URL(nora.url()).searchParams.get('statement'), 'answer', 'an article’s link keeps what is open');
});

test('an address of nothing says so, and offers what there is', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await signedIn(browser, server, 'olga');
  page.setDefaultTimeout(WaitMilliseconds);
  const said = { '%E0%A4%A': 'has no provision “%E0%A4%A”', art_99: 'has no “Art.\u00a099”', art_7__para_9: 'Article 7 has no “Art.\u00a07(9)” in this draft' };
  for (const [hash, words] of Object.entries(said)) {
    await page.goto(`${server.url}/?statement=answer#${hash}`);
    await page.getByRole('alert').filter({ hasText: words }).waitFor();
    await page.reload(); // An address may also be the first thing that a page sees.
    await page.getByRole('alert').filter({ hasText: words }).waitFor();
  }
  await page.goto(`${server.url}/?statement=answer#art_99`);
  await page.getByRole('button', { name: 'Choose from the list' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'articles');

  for (const id of ['nowhere', '..', '%E0%A4%A']) {
    await page.goto(`${server.url}/?statement=${id}`);
    await page.getByRole('alert').filter({ hasText: 'There is no statement' }).waitFor();
    await page.getByRole('link', { name: /Our answer/ }).waitFor();
    await page.getByRole('heading', { level: 2, name: /Article 1/ }).waitFor(); // There is something to read all the same.
  }
  await page.getByRole('link', { name: /Our answer/ }).click();
  await page.getByRole('heading', { level: 2, name: 'Our answer' }).waitFor();
  for (const place of [`instrument=${instrument}&draft=nowhere`, 'instrument=nowhere', 'instrument=..&draft=..']) {
    await page.goto(`${server.url}/?statement=answer&${place}`);
    await page.getByRole('alert').filter({ hasText: 'There is no draft' }).waitFor();
    await page.getByRole('link', { name: /Another text|First draft/ }).first().waitFor();
  }
  assert.deepEqual(page.faults.filter(fault => !/404|favicon/.test(fault)), []);
  await page.context().close();
});

test('a server that is back is found within five seconds, and at once when somebody or the browser knows', { timeout: 6 * WaitMilliseconds }, async () => {
  const olga = await signedIn(browser, server, 'olga');
  const patient = await signedIn(browser, server, 'olga');
  const all = [nora, sami, olga, patient];
  for (const page of all) {
    page.setDefaultTimeout(WaitMilliseconds);
    await page.goto(`${server.url}/?statement=answer#art_7`);
    await page.getByRole('heading', { level: 2, name: /Article 7/ }).waitFor();
    await untilSection(page, section, 'Typed before, and after.');
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000); // From here on no pause ends by itself.
  }
  await server.kill();
  for (const page of all) await page.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor();
  await patient.evaluate(() => { location.hash = 'art_24'; });
  await patient.clock.runFor(100);
  await patient.getByRole('heading', { level: 2, name: /Article 24/ }).waitFor();
  await patient.clock.runFor(100);
  const unreachable = patient.getByRole('alert').filter({ hasText: 'The server cannot be reached' });
  await unreachable.first().waitFor();
  // It has tried in vain for a while, so that its pauses are as long as they get.
  for (let attempt = 0; attempt < AttemptsBefore; attempt++) {
    const failed = patient.waitForEvent('websocket').then(socket => socket.waitForEvent('close').catch(() => null));
    await patient.clock.runFor(LiveAgainMillisecondsMax);
    await failed;
  }
  await server.restart();
  for (const page of all) assert.equal(await page.getByRole('status').filter({ hasText: 'Reconnecting' }).count(), 1);

  // The page itself needs a moment to show what it knows.
  const live = async page => {
    await page.waitForEvent('websocket').then(socket => socket.waitForEvent('framereceived'));
    await page.clock.runFor(50);
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  };
  await Promise.all([live(nora), nora.getByRole('button', { name: 'Try now' }).click()]);
  await Promise.all([live(sami), sami.evaluate(() => dispatchEvent(new Event('online')))]);
  await Promise.all([live(olga), olga.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))]);
  await Promise.all([live(patient), patient.clock.runFor(LiveAgainMillisecondsMax)]);
  await unreachable.first().waitFor({ state: 'detached' });
  assert.equal(await unreachable.count(), 0);
  assert.equal(await sectionText(nora, section), 'Typed before, and after.');
});
