// The sign-in pages, which the server makes itself: without script, with the keyboard, on a small screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ensurePages, isFirstPage, launch, phone, seriousIn, signedIn } from './browser.mjs';
import { coalition, makeCoalition } from './coalition.mjs';
import { Server } from './server.mjs';

const WaitMilliseconds = 30_000;

let server, browser;

before(async () => {
  await ensurePages();
  server = await Server.start();
  await makeCoalition(server);
  browser = await launch();
}, { timeout: 8 * WaitMilliseconds });

after(async () => {
  await browser?.close();
  await server?.dispose();
});

test('a link signs in by the keyboard and without script, once, and a used one says what to do', { timeout: 2 * WaitMilliseconds }, async () => {
  const link = await server.signInLink(coalition, 'nora');
  const page = await visitor({ javaScriptEnabled: false });
  await page.goto(link);
  assert.equal(await page.title(), 'Sign in to Annotate');
  await page.keyboard.press('Enter');
  await page.waitForURL(isFirstPage);
  const me = await page.request.get(`${server.url}/api/me`);
  assert.equal((await me.json()).person, 'nora');

  const late = await visitor({ javaScriptEnabled: false });
  await late.goto(link);
  await late.getByRole('heading', { name: 'This link no longer works' }).waitFor();
  await late.keyboard.type(await server.signInLink(coalition, 'sami'));
  await late.keyboard.press('Enter');
  await late.waitForURL(isFirstPage);
  await Promise.all([page, late].map(one => one.context().close()));
});

test('a link that two use at once lets one in and tells the other', { timeout: 2 * WaitMilliseconds }, async () => {
  const link = await server.signInLink(coalition, 'nora');
  const [one, other] = await Promise.all([visitor(), visitor()]);
  await Promise.all([one.goto(link), other.goto(link)]);
  for (const page of [one, other]) {
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForLoadState();
  }
  await one.waitForURL(isFirstPage);
  await other.getByRole('heading', { name: 'This link no longer works' }).waitFor();
  assert.equal(await other.getByRole('textbox', { name: 'Sign-in link' }).evaluate(field => field === document.activeElement), true);
  await Promise.all([one, other].map(page => page.context().close()));
});

test('a page stops when its browser acts as somebody else, and the browser changes back', { timeout: 4 * WaitMilliseconds }, async () => {
  const first = await signedIn(browser, server, 'nora');
  const second = await first.context().newPage();
  for (const page of [first, second]) page.setDefaultTimeout(WaitMilliseconds);
  await second.goto(await server.signInLink(coalition, 'sami'));
  await second.getByText('This browser is signed in already').waitFor();
  await second.getByRole('button', { name: 'Sign in as Sami Haddad' }).click();
  await second.locator('.me-name', { hasText: 'Sami Haddad' }).waitFor();
  await first.getByRole('heading', { name: 'This page has stopped' }).waitFor();
  assert.deepEqual(await seriousIn(first), []);
  await first.getByRole('link', { name: 'Change to another' }).click();
  await first.getByRole('button', { name: 'Change to: Nora Lind' }).click();
  await first.locator('.me-name', { hasText: 'Nora Lind' }).waitFor();
  await second.getByRole('heading', { name: 'This page has stopped' }).waitFor();
  await second.getByRole('button', { name: 'Load the page' }).click();
  await second.locator('.me-name', { hasText: 'Nora Lind' }).waitFor();
  await first.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  for (const viewport of [phone, { width: 1280, height: 800 }]) {
    test(`they have the look of the other pages, fit, and axe finds nothing serious (${colorScheme}, ${viewport.width})`, { timeout: 2 * WaitMilliseconds }, async () => {
      const page = await visitor({ viewport, colorScheme });
      const link = await server.signInLink(coalition, 'nora');
      const ways = [['/sign-in', 200], ['/sign-in?token=ann_cut', 400], [`/sign-in?token=ann_${'A'.repeat(43)}`, 410], [link, 200]];
      for (const [path, status] of ways) {
        assert.equal((await page.goto(new URL(path, server.url).href)).status(), status, path);
        assert.deepEqual(await seriousIn(page), [], path);
        const measured = await page.evaluate(() => ({
          family: getComputedStyle(document.querySelector('h1')).fontFamily,
          button: getComputedStyle(document.querySelector('button')).backgroundColor,
          isWide: document.documentElement.scrollWidth > innerWidth,
        }));
        assert.match(measured.family, /Palatino/, path);
        assert.equal(measured.button, colorScheme === 'dark' ? 'rgb(143, 201, 219)' : 'rgb(29, 85, 103)', path);
        assert.equal(measured.isWide, false, path);
      }
      await page.context().close();
    });
  }
}

async function visitor(options) {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(WaitMilliseconds);
  return page;
}
