// The page of one's own sign-ins: what one can come in with, the people whom one browser acts as, and what one is told at the next visit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ensurePages, focused, isFirstPage, launch, phone, seriousIn, signedIn, tabTo } from './browser.mjs';
import { coalition, makeCoalition } from './coalition.mjs';
import { Server } from './server.mjs';

const WaitMilliseconds = 30_000;
const people = `/api/coalitions/${coalition}/people`;

let server, browser;

before(async () => {
  await ensurePages();
  server = await Server.start();
  await makeCoalition(server, ['paul', 'quin', 'rosa']);
  await server.request('PUT', `${people}/ada`, { body: { name: 'Ada Amin', organisation: 'north', role: 'member', mandates: [{ mandate: 'administer' }] } });
  browser = await launch();
}, { timeout: 12 * WaitMilliseconds });

after(async () => {
  await browser?.close();
  await server?.dispose();
});

test('by the keyboard alone a link for another device is made, and its session ended', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await enter('nora');
  await tabTo(page, 'Sign-ins');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'Your sign-ins' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'sign-ins-title');
  await rows(page).filter({ hasText: '(this one)' }).waitFor();
  await tabTo(page, 'A link for another device');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Make the link');
  await page.keyboard.press('Enter');
  const field = page.getByLabel('Link for another device', { exact: true }).and(page.locator('input'));
  await focused(field);
  const link = await field.inputValue();
  // Not used yet, it can be ended like everything else.
  await row(page, 'Sign-in link').getByText('Not used yet').waitFor();
  await tabTo(page, 'Put it away');
  await page.keyboard.press('Enter');
  await focused(page.getByRole('button', { name: 'A link for another device' }));

  const other = await visitor();
  await other.goto(link);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.locator('.me-name', { hasText: 'Nora Lind' }).waitFor();
  await other.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 2, name: 'Your sign-ins' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { level: 2, name: /Article \d/ }).waitFor();
  await page.goForward();
  await page.getByRole('heading', { level: 2, name: 'Your sign-ins' }).waitFor();
  const theirs = rows(page).filter({ hasText: 'A browser that you are signed in with' }).filter({ hasNotText: '(this one)' });
  await theirs.waitFor();
  await tabTo(page, `End: ${await theirs.getAttribute('aria-label')}`);
  await page.keyboard.press('Enter');
  await page.getByText('It ends at once, on open pages too').waitFor();
  await page.keyboard.press('Escape');
  await focused(theirs.getByRole('button', { name: 'End' }));
  await page.keyboard.press('Enter');
  await tabTo(page, 'End it');
  await page.keyboard.press('Enter');
  await theirs.waitFor({ state: 'detached' });
  await other.getByRole('status').filter({ hasText: 'Signed out' }).waitFor();
  assert.deepEqual(page.faults, []);
  await close(page, other);
});

test('a token for a program is named, works, and ends from the list', { timeout: 2 * WaitMilliseconds }, async () => {
  const page = await enter('paul');
  await open(page);
  await page.getByRole('button', { name: 'A token for a program' }).click();
  await page.getByLabel('Name').fill('Nightly export');
  await page.getByLabel('It is good for').selectOption({ label: '90 days' });
  await page.getByRole('button', { name: 'Make the token' }).click();
  const token = await page.getByLabel('Token for Nightly export', { exact: true }).and(page.locator('input')).inputValue();
  assert.equal((await server.read('/api/me', token)).status, 200);
  await page.getByRole('button', { name: 'Put it away' }).click();
  const mine = row(page, 'Nightly export');
  await mine.getByRole('button', { name: 'End' }).click();
  await mine.getByRole('button', { name: 'End it' }).click();
  await mine.waitFor({ state: 'detached' });
  assert.equal((await server.read('/api/me', token)).status, 401);
  await close(page);
});

test('signing out everywhere else leaves this page; signing out everywhere says that it locks out, and does', { timeout: 4 * WaitMilliseconds }, async () => {
  // One after the other: each link that the operator makes ends the one before.
  const [page, other, third] = [await enter('quin'), await enter('quin'), await enter('quin')];
  await open(page);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.getByText('Everything in the list but what this page came with ends at once').waitFor();
  await page.getByRole('form').getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.getByRole('status').filter({ hasText: 'You are signed in here only.' }).waitFor();
  for (const one of [other, third]) await one.getByRole('status').filter({ hasText: 'Signed out' }).waitFor();
  assert.equal(await rows(page).count(), 1);

  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByText('nothing is left that you could come in with').waitFor();
  await page.getByRole('form').getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByText('To come in you need the sign-in link').waitFor();
  assert.equal((await page.request.get(`${server.url}/api/me`)).status(), 401);
  await close(page, other, third);
});

test('whoever used a link that another made is told, and only the person puts that away for good', { timeout: 4 * WaitMilliseconds }, async () => {
  const before = await enter('rosa');
  const ada = await server.bearer(coalition, 'ada');
  await server.request('DELETE', `${people}/rosa/tokens`, { token: ada });
  const { link } = await server.request('POST', `${people}/rosa/tokens`, { body: { kind: 'signIn' }, token: ada });
  const page = await visitor();
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const told = page.getByRole('region', { name: 'Since your last visit' });
  await told.getByText('Ada Amin made a sign-in link for you on').waitFor();
  await told.getByRole('link', { name: 'Look through your sign-ins' }).click();
  await page.getByRole('heading', { level: 2, name: 'Your sign-ins' }).waitFor();
  await told.getByRole('button', { name: 'I know of it' }).click();
  await told.waitFor({ state: 'detached' });
  await page.reload();
  await rows(page).first().waitFor();
  assert.equal(await told.count(), 0);

  // Whoever comes in another way hears of it all the same.
  const rescued = await enter('rosa');
  const again = rescued.getByRole('region', { name: 'Since your last visit' });
  await again.getByRole('button', { name: 'I know of it' }).click();
  await again.waitFor({ state: 'detached' });
  const me = await (await rescued.request.get(`${server.url}/api/me`)).json();
  assert.deepEqual(me.notices, []);
  await close(before, page, rescued);
});

test('one browser changes between people, and a tab of the other stops though its server knows of nothing', { timeout: 4 * WaitMilliseconds }, async () => {
  const page = await enter('nora');
  const context = page.context();
  await page.goto(await server.signInLink(coalition, 'sami'));
  await page.getByRole('button', { name: 'Sign in as Sami Haddad' }).click();
  await page.locator('.me-name', { hasText: 'Sami Haddad' }).waitFor();
  await open(page);
  const held = page.getByRole('region', { name: 'In this browser' });
  await held.getByText('This browser acts as Sami Haddad.').waitFor();
  await held.getByRole('listitem', { name: 'Nora Lind' }).getByText('(North Rights)').waitFor();
  await changeTo('Nora Lind');

  // Its connection is to another server of the cluster, which hears of no change and ends nothing; nor does anything happen that it would ask about.
  const tab = await context.newPage();
  tab.setDefaultTimeout(WaitMilliseconds);
  await tab.routeWebSocket('**/live*', socket => {
    const away = socket.connectToServer();
    away.onClose(() => undefined);
    socket.onClose((code, reason) => void away.close({ code, reason }));
  });
  await tab.goto(server.url);
  await tab.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await open(page);
  await changeTo('Sami Haddad');
  await tab.getByRole('heading', { name: 'This page has stopped' }).waitFor();
  await open(page);
  await changeTo('Nora Lind');
  await tab.getByRole('button', { name: 'Load the page' }).click();
  await tab.locator('.me-name', { hasText: 'Nora Lind' }).waitFor();
  // The same person again stops nobody.
  await page.reload();
  await page.locator('.me-name', { hasText: 'Nora Lind' }).waitFor();
  await tab.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  assert.equal(await tab.getByRole('heading', { name: 'This page has stopped' }).count(), 0);
  await context.close();

  async function changeTo(name) {
    await page.getByRole('button', { name: `Change to ${name}` }).click();
    await page.locator('.me-name', { hasText: name }).waitFor();
  }
});

test('everything on it fits, and axe finds nothing serious, light and dark, on a small screen and a large one', { timeout: 4 * WaitMilliseconds }, async () => {
  const ada = await server.bearer(coalition, 'ada');
  await server.request('DELETE', `${people}/rosa/tokens`, { token: ada });
  const { link } = await server.request('POST', `${people}/rosa/tokens`, { body: { kind: 'signIn' }, token: ada });
  const page = await visitor();
  for (const one of [await server.signInLink(coalition, 'sami'), link]) {
    await page.goto(one);
    await page.getByRole('button', { name: /^Sign in/ }).click();
    await page.waitForURL(isFirstPage);
  }
  await open(page);
  await page.getByRole('region', { name: 'Since your last visit' }).waitFor();
  await page.getByRole('button', { name: 'Change to Sami Haddad' }).waitFor();
  await page.getByRole('button', { name: 'A token for a program' }).click();
  await rows(page).first().getByRole('button').click();
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [phone, { width: 1280, height: 800 }]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      assert.deepEqual(await seriousIn(page), [], `${colorScheme}, ${viewport.width}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${viewport.width}`);
    }
  }
  await close(page);
});

const list = page => page.getByRole('list', { name: 'What you can come in with' });

const rows = page => list(page).getByRole('listitem');

const row = (page, name) => list(page).getByRole('listitem', { name });

async function open(page) {
  await page.goto(`${server.url}/?page=sign-ins`);
  await page.getByRole('heading', { level: 2, name: 'Your sign-ins' }).waitFor();
  await rows(page).first().waitFor();
}

async function enter(person) {
  const page = await signedIn(browser, server, person);
  page.setDefaultTimeout(WaitMilliseconds);
  return page;
}

async function visitor() {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(WaitMilliseconds);
  return page;
}

const close = (...pages) => Promise.all(pages.map(page => page.context().close()));
