// The page of the coalition's people: who lets whom in, by whom mandates are given, and what is said to those who may not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ensurePages, focused, launch, phone, seriousIn, signedIn, tabTo } from './browser.mjs';
import { coalition, makeCoalition } from './coalition.mjs';
import { Server } from './server.mjs';

const WaitMilliseconds = 30_000;
const people = `/api/coalitions/${coalition}/people`;

let server, browser, ada, nora;

before(async () => {
  await ensurePages();
  server = await Server.start();
  await makeCoalition(server);
  await server.request('PUT', `/api/coalitions/${coalition}/organisations/west`, { body: { name: 'West Rights' } });
  await server.request('PUT', `${people}/ada`, { body: { name: 'Ada Amin', organisation: 'south', role: 'member', mandates: [{ mandate: 'administer' }, { mandate: 'draft' }] } });
  await server.request('PUT', `${people}/wim`, { body: { name: 'Wim West', organisation: 'west', role: 'member', mandates: [] } });
  browser = await launch();
  [ada, nora] = await Promise.all([signedIn(browser, server, 'ada'), signedIn(browser, server, 'nora')]);
  for (const page of [ada, nora]) page.setDefaultTimeout(WaitMilliseconds);
}, { timeout: 12 * WaitMilliseconds });

after(async () => {
  await browser?.close();
  await server?.dispose();
});

test('an administrator brings somebody in by the keyboard alone, and the link lets them in', { timeout: 4 * WaitMilliseconds }, async () => {
  await tabTo(ada, 'People');
  await ada.keyboard.press('Enter');
  await ada.getByRole('heading', { level: 2, name: 'People of Practice group' }).waitFor();
  assert.equal(await ada.evaluate(() => document.activeElement.id), 'people-title');
  await tabTo(ada, 'Bring somebody into South Rights');
  await ada.keyboard.press('Enter');
  await ada.keyboard.type('Zoë O’Hara');
  assert.equal(await ada.getByLabel('Short name').inputValue(), 'zoe-o-hara');
  await tabTo(ada, 'draft the statement');
  await ada.keyboard.press('Space');
  await tabTo(ada, 'Put on the list');
  await ada.keyboard.press('Enter');
  // The keyboard is led to whoever is new.
  const zoe = ada.getByRole('listitem', { name: 'Zoë O’Hara' });
  await focused(zoe);
  await zoe.getByText('May draft the statement.').waitFor();
  await zoe.getByText('has not come yet').waitFor();
  await tabTo(ada, 'Make a link: Zoë O’Hara');
  await ada.keyboard.press('Enter');
  await tabTo(ada, 'Make the link for Zoë O’Hara');
  await ada.keyboard.press('Enter');
  const field = ada.getByLabel('Link for Zoë O’Hara', { exact: true });
  await focused(field);
  const first = await field.inputValue();
  await ada.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await tabTo(ada, 'Copy the link');
  await ada.keyboard.press('Enter');
  await ada.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
  assert.equal(await ada.evaluate(() => navigator.clipboard.readText()), first);
  await tabTo(ada, 'Put it away');
  await ada.keyboard.press('Enter');
  await focused(ada.getByRole('button', { name: 'Make a link: Zoë O’Hara' }));
  await zoe.getByText('A link that Ada Amin made can be used until').waitFor();

  // Another link ends the first.
  const second = await makeLink(ada, 'Make a link', 'Zoë O’Hara');
  const visitor = await (await browser.newContext()).newPage();
  visitor.setDefaultTimeout(WaitMilliseconds);
  await visitor.goto(first);
  await visitor.getByRole('heading', { name: 'This link no longer works' }).waitFor();
  await comeIn(visitor, second, 'Zoë O’Hara');
  // Without a reload, to whoever looks.
  await zoe.getByText(/, came on /).waitFor();
  await zoe.getByText('Brought in by Ada Amin on').waitFor();
  await visitor.context().close();
});

test('who has lost everything gets a new link once all they had is ended, and it says so before', { timeout: 4 * WaitMilliseconds }, async () => {
  const sami = await signedIn(browser, server, 'sami');
  sami.setDefaultTimeout(WaitMilliseconds);
  await open(ada);
  const row = ada.getByRole('listitem', { name: 'Sami Haddad' });
  await row.getByText('This person can still come in, and makes their next link themselves.').waitFor();
  assert.equal(await row.getByRole('button', { name: /link/ }).count(), 0);
  await row.getByRole('button', { name: 'Sign out everywhere' }).click();
  const form = row.getByRole('form', { name: 'Sign Sami Haddad out everywhere' });
  await form.getByText('ends at once: sessions in browsers, programs’ tokens and links').waitFor();
  await ada.keyboard.press('Escape');
  await focused(row.getByRole('button', { name: 'Sign out everywhere' }));
  await row.getByRole('button', { name: 'Sign out everywhere' }).click();
  await form.getByRole('button', { name: 'Sign Sami Haddad out everywhere' }).click();
  await row.getByRole('status').filter({ hasText: 'Sami Haddad is signed out everywhere.' }).waitFor();
  await sami.getByRole('status').filter({ hasText: 'Signed out' }).waitFor();
  await row.getByRole('button', { name: 'Make a new link' }).click();
  await row.getByText('Sami Haddad has come before: at their next visit they are told that you made it.').waitFor();
  await row.getByLabel('It can be used for').selectOption({ label: '3 days' });
  await row.getByRole('button', { name: 'Make the link for Sami Haddad' }).click();
  const link = await row.getByLabel('Link for Sami Haddad', { exact: true }).inputValue();
  await comeIn(sami, link, 'Sami Haddad');
  const me = await (await sami.request.get(`${server.url}/api/me`)).json();
  assert.deepEqual(me.notices.map(({ kind, by }) => [kind, by.person]), [['link-made', 'ada']]);
  await sami.context().close();
});

test('a steward is told why not of another organisation, and lets in the first of one that nobody has come of', { timeout: 4 * WaitMilliseconds }, async () => {
  await open(nora);
  await unfold(nora, 'South Rights');
  const south = group(nora, 'South Rights');
  await south.getByText('Administered by Ada Amin.').waitFor();
  await south.getByText('You cannot bring people in. Only the operator of this server may do this. An organisation that has people already brings in others itself').waitFor();
  await south.getByText('Only the organisation\'s own administrators, or the operator of this server, may do this.').first().waitFor();
  assert.equal(await south.getByRole('button').count(), 0);

  await unfold(nora, 'West Rights');
  const west = group(nora, 'West Rights');
  await west.getByText('Nobody of it has come yet.').waitFor();
  const link = await makeLink(nora, 'Make a link', 'Wim West');
  await west.getByText('A link that Nora Lind made can be used until').waitFor();
  const wim = await (await browser.newContext()).newPage();
  wim.setDefaultTimeout(WaitMilliseconds);
  await comeIn(wim, link, 'Wim West');
  await west.getByRole('button').first().waitFor({ state: 'detached' });
  await west.getByText('Somebody of that organisation has come already').waitFor();
  await wim.context().close();

  // Who only reads is told the same way, and has nothing to press; but may leave.
  const olga = await signedIn(browser, server, 'olga');
  olga.setDefaultTimeout(WaitMilliseconds);
  await open(olga);
  const none = group(olga, 'Of no organisation');
  await none.getByText('You cannot bring in organisations or bring people in.').waitFor();
  assert.deepEqual(await none.getByRole('button').allTextContents(), ['Leave the coalition']);
  await olga.context().close();
});

test('a steward brings in an organisation with its first person, and a refusal is told in its words', { timeout: 4 * WaitMilliseconds }, async () => {
  await open(nora);
  await unfold(nora, 'Of no organisation');
  await nora.getByRole('button', { name: 'Bring in an organisation' }).click();
  await nora.keyboard.type('Sоuth Rights'); // A Cyrillic o.
  await nora.getByRole('button', { name: 'Bring it in' }).click();
  await nora.getByRole('alert').filter({ hasText: 'A name like this one stands in the coalition already. It would be taken for South Rights.' }).waitFor();
  await nora.getByRole('textbox', { name: 'Name' }).fill('East Rights');
  await nora.getByRole('button', { name: 'Bring it in' }).click();
  await unfold(nora, 'East Rights');
  await nora.getByRole('button', { name: 'Bring somebody into East Rights' }).click();
  await nora.keyboard.type('Esra East');
  await nora.getByRole('button', { name: 'Put on the list' }).click();
  await group(nora, 'East Rights').getByRole('button', { name: 'Make a link: Esra East' }).waitFor();
});

test('the mandate to administer is handed over, and never given up by the last', { timeout: 4 * WaitMilliseconds }, async () => {
  await open(ada);
  const own = ada.getByRole('listitem', { name: 'Ada Amin' });
  await own.getByText('You cannot end a membership or take every mandate back. An organisation that was given administrators keeps at least one whose mandate has no end; give it to somebody first.').waitFor();
  await own.getByText('Nobody gives themself a mandate').waitFor();
  const row = ada.getByRole('listitem', { name: 'Sami Haddad' });
  await row.getByRole('button', { name: 'Change mandates' }).click();
  const change = row.getByRole('button', { name: 'Change the mandates' });
  assert.equal(await change.isDisabled(), true);
  await row.getByLabel('administer the organisation').check();
  await row.getByText('Sami Haddad will be able to administer the organisation.').waitFor();
  await row.getByLabel('take positions').uncheck();
  await row.getByText('Sami Haddad will no longer take positions, at once.').waitFor();
  await change.click();
  await row.getByRole('status').filter({ hasText: 'The mandates were changed.' }).waitFor();
  await row.getByText('May annotate; draft the statement; administer the organisation.').waitFor();
  await ada.getByText('Administered by Ada Amin and Sami Haddad.').waitFor();

  await own.getByRole('button', { name: 'Change mandates' }).click();
  await own.getByLabel('administer the organisation').uncheck();
  await own.getByRole('button', { name: 'Change the mandates' }).click();
  await ada.getByText('Administered by Sami Haddad.').waitFor();
  await row.getByRole('button').first().waitFor({ state: 'detached' });
  await ada.getByText('This is for the organisation\'s own administrators.').first().waitFor();
});

test('the page has an address of its own, and going back leads to where one was', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await signedIn(browser, server, 'nora');
  page.setDefaultTimeout(WaitMilliseconds);
  await page.goto(`${server.url}/?statement=answer#art_7`);
  await page.getByRole('heading', { level: 2, name: /Article 7/ }).waitFor();
  await page.getByRole('link', { name: 'People', exact: true }).click();
  const title = page.getByRole('heading', { level: 2, name: 'People of Practice group' });
  await focused(title);
  await page.reload();
  await title.waitFor();
  assert.match(await page.title(), /^People/);
  await page.getByRole('link', { name: 'Back to the articles and the statement' }).click();
  await page.getByRole('heading', { level: 2, name: /Article 7/ }).waitFor();
  await focused(page.getByRole('link', { name: 'People', exact: true }));
  assert.equal(await page.title(), 'Annotate');
  await page.goBack();
  await focused(title);
  await page.goBack();
  await page.getByRole('heading', { level: 2, name: /Article 7/ }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('statement'), 'answer');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('everything on it fits, and axe finds nothing serious, light and dark, on a small screen and a large one', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await signedIn(browser, server, 'nora');
  page.setDefaultTimeout(WaitMilliseconds);
  await open(page);
  await page.getByRole('button', { name: 'Bring somebody into North Rights' }).click();
  await unfold(page, 'South Rights');
  await group(page, 'South Rights').getByText('You cannot').first().waitFor();
  await unfold(page, 'Of no organisation');
  const row = page.getByRole('listitem', { name: 'Olga Reader' });
  await row.getByRole('button', { name: 'Sign out everywhere' }).click();
  await row.getByRole('form').waitFor();
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [phone, { width: 1280, height: 800 }]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      assert.deepEqual(await seriousIn(page), [], `${colorScheme}, ${viewport.width}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${viewport.width}`);
    }
  }
  await page.context().close();
});

async function open(page) {
  await page.goto(`${server.url}/?page=people`);
  await page.getByRole('heading', { level: 2, name: 'People of Practice group' }).waitFor();
}

const group = (page, name) => page.locator('details.group-of-people', { has: page.getByRole('heading', { level: 3, name }) });

const unfold = (page, name) => group(page, name).locator('summary').first().click();

async function makeLink(page, words, name) {
  const row = page.getByRole('listitem', { name });
  await row.getByRole('button', { name: words }).click();
  await row.getByRole('button', { name: `Make the link for ${name}` }).click();
  const link = await row.getByLabel(`Link for ${name}`, { exact: true }).inputValue();
  await row.getByRole('button', { name: 'Put it away' }).click();
  return link;
}

async function comeIn(page, link, name) {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.me-name', { hasText: name }).waitFor();
}
