// Debian's Chromium, and people signed in with it.
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';
import { coalition } from './coalition.mjs';
import { within } from './server.mjs';

const sources = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src');
const BuildMillisecondsMax = 300_000;
const TabsMax = 200;

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 360, height: 740 };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** Builds the pages if the server has none to show yet. */
export async function ensurePages() {
  try {
    await access(join(sources, 'Annotate.Server/wwwroot/index.html'));
    return;
  } catch {
    // Not built yet.
  }
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  await run('npm', ['run', 'build']);
}

function run(command, args) {
  const child = spawn(command, args, { cwd: join(sources, 'web'), stdio: ['ignore', 'ignore', 'inherit'] });
  return within(BuildMillisecondsMax, `${command} ${args.join(' ')}`, null, new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} ended with ${code}`)));
  }));
}

/** A browser window of its own for a person, signed in by a link as a steward would send it; its clock may be wrong. */
export async function signedIn(browser, server, person, options = {}, aheadMilliseconds = 0) {
  const context = await browser.newContext({ viewport: desktop, ...options });
  if (aheadMilliseconds !== 0) await context.addInitScript(`{ const now = Date.now; Date.now = () => now() + ${aheadMilliseconds}; }`);
  await context.addInitScript(`window.sectionWords = ${sectionWords}`);
  const page = await context.newPage();
  await page.goto(await server.signInLink(coalition, person));
  page.faults = [];
  page.on('pageerror', error => page.faults.push(error.stack ?? String(error)));
  page.on('console', message => /error|warning/.test(message.type()) && page.faults.push(`${message.text()} ${message.location().url}`));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  return page;
}

/** Opens an article, and marks the page so that a reload would show. */
export async function read(page, eId, heading) {
  await page.evaluate(to => { location.hash = to; window.notReloaded = true; }, eId);
  await page.getByRole('heading', { level: 2, name: heading }).waitFor();
}

/** Whether an address is that of the first page, which adds to it what it shows, maybe before it has loaded. */
export const isFirstPage = address => address.pathname === '/';

export const isStillTheSamePage = page => page.evaluate(() => window.notReloaded === true);

/** The words of a section as they stand on the page, a line for each block. */
export function sectionText(page, title) {
  return page.evaluate(name => window.sectionWords(name), title);
}

/** Waits until a section reads as given. */
export function untilSection(page, title, words) {
  return page.waitForFunction(([name, wanted]) => window.sectionWords(name) === wanted, [title, words]);
}

/** What axe finds serious or critical in a page. */
export async function seriousIn(page) {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.target.join(' ')).join(', ')}`);
}

/** Until it has the keyboard. */
export async function focused(locator) {
  await locator.waitFor();
  await locator.evaluate(one => new Promise(resolve => {
    if (one === document.activeElement) resolve();
    else one.addEventListener('focus', resolve, { once: true });
  }));
}

/** Goes on with the tabulator until what is named has the keyboard. */
export async function tabTo(page, name) {
  for (let tabs = 0; tabs < TabsMax; tabs++) {
    await page.keyboard.press('Tab');
    const words = await page.evaluate(() => {
      const one = document.activeElement;
      return one.getAttribute('aria-label') ?? (one.labels?.[0] ?? one).textContent;
    });
    if (words === name) return;
  }
  throw new Error(`“${name}” is not reached by the keyboard.`);
}

/* Runs in the page. Without the carets of others. */
function sectionWords(title) {
  const text = document.querySelector(`[aria-label="Text of ${title}"]`)?.cloneNode(true);
  if (!text) return null;
  for (const caret of text.querySelectorAll('.caret, .ProseMirror-separator, .ProseMirror-trailingBreak')) caret.remove();
  return [...text.children].map(block => block.textContent.replaceAll('\u2060', '')).join('\n');
}
