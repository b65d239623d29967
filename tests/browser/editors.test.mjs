// Two people of two organisations write in one section with the page's editor, and a third reads along. After every step the three pages,
// yjs' reading of the server's bytes, and the server's own reading are the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ensurePages, launch, phone, read, seriousIn, signedIn } from './browser.mjs';
import { coalition, makeCoalition, opening } from './coalition.mjs';
import { heldIn, linesOf, markedIn, plainest, plainIn, shownIn } from './nodes.mjs';
import { randomFrom, seedOfThisRun, Server } from './server.mjs';

const WaitMilliseconds = 30_000;
const LongDocumentParagraphs = 400;
const RandomRounds = 12;
const RandomStepsPerRound = 6;
const section = 'What we ask';
const undo = 'Control+z';
const redo = 'Control+Shift+z';

let server, browser, token, nora, sami, olga;

before(async () => {
  await ensurePages();
  server = await Server.start();
  await makeCoalition(server);
  token = await server.bearer(coalition, 'olga');
  browser = await launch();
  const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };
  [nora, sami, olga] = await Promise.all([signedIn(browser, server, 'nora', clipboard), signedIn(browser, server, 'sami', clipboard), signedIn(browser, server, 'olga')]);
  for (const page of [nora, sami, olga]) {
    page.setDefaultTimeout(WaitMilliseconds);
    await read(page, 'art_7', /Article 7/);
  }
  for (const page of [nora, sami]) await edit(page);
}, { timeout: 12 * WaitMilliseconds });

after(async () => {
  await browser?.close();
  await server?.dispose();
});

test('letters of all kinds, typed at once', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('first', 'second', 'third');
  await Promise.all([end(nora, 'first'), end(sami, 'second')]);
  const family = ' 👩‍👩‍👧‍👦 🇺🇳 ';
  const combined = 'e\u0301 o\u0308\u0323 क्षि ';
  await Promise.all([
    nora.keyboard.type(`${family}${combined}`),
    sami.keyboard.type(' שלום עולם مرحبا بالعالم '),
  ]);
  assert.deepEqual(linesOf(await agreed()), [`first${family}${combined}`, 'second שלום עולם مرحبا بالعالم ', 'third']);

  // Backspace takes a whole emoji or one combining mark, never half of a surrogate pair.
  await nora.keyboard.type('👍🏽');
  await nora.keyboard.press('Backspace');
  const [line] = linesOf(await agreed());
  assert.ok(line.isWellFormed(), line);
});

test('an input method composes words while others write in the same line', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('before ');
  await end(nora, 'before');
  const ime = await nora.context().newCDPSession(nora);
  const compose = text => ime.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  await compose('に');
  await compose('にほ');
  await start(sami, 'before');
  await sami.keyboard.type('His. ');
  await compose('にほん');
  await shows(olga, 'His. ');
  await compose('にほんご');
  await ime.send('Input.insertText', { text: '日本語' });
  await ime.send('Input.insertText', { text: '。' });
  assert.deepEqual(linesOf(await agreed()), ['His. before 日本語。']);

  await compose('´');
  await ime.send('Input.insertText', { text: 'é' });
  await compose('thrown away');
  await compose('');
  assert.deepEqual(linesOf(await agreed()), ['His. before 日本語。é']);
});

test('bold, italic and underline, over words that the other is writing in', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('plain strong slanted lined');
  await select(sami, 'plain', 'plain strong'.length);
  await select(nora, 'plain', 6, 'strong'.length);
  await Promise.all([nora.keyboard.press('Control+b'), sami.keyboard.type('er')]);
  const sofar = markedIn(await agreed());
  assert.equal(sofar.map(([words]) => words).join(''), 'plain stronger slanted lined');
  assert.ok(sofar.some(([words, ...marks]) => words.startsWith('strong') && marks.includes('bold')));

  await select(nora, 'plain', 15, 'slanted'.length);
  await nora.getByRole('button', { name: 'Italic' }).click();
  await select(sami, 'plain', 6, 'stronger slanted lined'.length);
  await sami.keyboard.press('Control+u');
  assert.equal(await sami.getByRole('button', { name: 'Underline' }).getAttribute('aria-pressed'), 'true');
  const marked = markedIn(await agreed());
  assert.ok(marked.every(([words, ...marks]) => marks.includes('underline') === !words.startsWith('plain')));
  assert.deepEqual(marked.filter(([, ...marks]) => marks.includes('italic')).map(([words]) => words), ['slanted']);

  await select(sami, 'plain', 0, 'plain stronger'.length);
  await sami.keyboard.press('Control+b');
  await sami.keyboard.press('Control+b');
  assert.ok(markedIn(await agreed()).every(([, ...marks]) => !marks.includes('bold')));
});

test('headings, nested lists, quotations and line breaks', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('Title', 'tail');
  await end(nora, 'Title');
  await nora.keyboard.press('Control+Alt+3');
  await nora.keyboard.press('Enter');
  await Promise.all([
    press(nora, '- one', 'Enter', 'two', 'Enter', 'Tab', 'two and a half', 'Enter', 'Tab', 'deep'),
    (async () => {
      await end(sami, 'tail');
      await press(sami, 'Enter', '1. first', 'Enter', 'second', 'Enter', 'Enter', 'quoted', 'Shift+Enter', 'on a new line', 'Control+Shift+b');
    })(),
  ]);
  const item = (...content) => ({ type: 'listItem', content });
  const words = text => ({ type: 'paragraph', content: [{ type: 'text', text }] });
  const tail = [words('tail'),
    { type: 'orderedList', content: [item(words('first')), item(words('second'))] },
    { type: 'blockquote', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'quoted' }, { type: 'hardBreak' }, { type: 'text', text: 'on a new line' }] }] }];
  assert.deepEqual(await agreed(), [
    { type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text: 'Title' }] },
    { type: 'bulletList', content: [item(words('one')), item(words('two'), { type: 'bulletList', content: [item(words('two and a half'), { type: 'bulletList', content: [item(words('deep'))] })] })] },
    ...tail]);

  // One lifts an item while the other writes in it, and a third of the list becomes numbered.
  await end(sami, 'deep');
  await end(nora, 'deep');
  await Promise.all([press(nora, 'Shift+Tab', 'Shift+Tab'), sami.keyboard.type('er')]);
  // Letters typed into an item while it is moved may stay behind: to Yjs a move is a deletion and an insertion.
  const moved = linesOf(await agreed());
  assert.equal(moved.filter(line => line.includes('deep')).length, 1, String(moved));
  await end(nora, 'two and a half');
  await nora.getByRole('button', { name: 'Out of the list' }).click();
  await end(nora, 'one');
  await nora.getByRole('button', { name: 'Numbered list' }).click();
  await end(sami, 'Title');
  await sami.getByRole('button', { name: 'Subheading' }).click();
  const now = await agreed();
  assert.deepEqual([now[0].attrs, now[1].type], [{ level: 4 }, 'orderedList']);
  assert.deepEqual(now.slice(-3), tail);

  await select(nora, 'quoted', 0, 6);
  await nora.getByRole('button', { name: 'Quotation' }).click();
  assert.equal((await agreed()).at(-1).type, 'paragraph');
});

test('links are set, changed and removed; none leads to a script', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('See the draft here', 'other words');
  await select(nora, 'See', 8, 5);
  await nora.keyboard.press('Control+k');
  await nora.getByLabel('Address').fill('example.org/draft');
  await Promise.all([nora.keyboard.press('Enter'), (async () => { await end(sami, 'other'); await sami.keyboard.type(' of his'); })()]);
  assert.deepEqual(linksIn(await agreed()), [['draft', 'https://example.org/draft']]);

  await select(sami, 'See', 'See the dr'.length);
  await sami.getByRole('button', { name: 'Link' }).click();
  assert.equal(await sami.getByLabel('Address').inputValue(), 'https://example.org/draft');
  for (const bad of ['javascript:alert(1)', ' JavaScript:alert(1)', 'data:text/html,x', 'no address', 'vbscript:x', '//example.org', 'https://']) {
    await sami.getByLabel('Address').fill(bad);
    assert.equal(await sami.getByRole('button', { name: 'Set link' }).isDisabled(), true, bad);
  }
  await sami.getByLabel('Address').fill('people@example.org');
  await sami.getByRole('button', { name: 'Set link' }).click();
  assert.deepEqual(linksIn(await agreed()), [['draft', 'mailto:people@example.org']]);

  await sami.getByRole('button', { name: 'Link' }).click();
  await sami.getByRole('button', { name: 'Remove the link' }).click();
  assert.deepEqual(linksIn(await agreed()), []);

  await end(sami, 'other');
  await sami.keyboard.press('Control+k');
  await sami.getByLabel('Address').press('Escape');
  await sami.locator('.ProseMirror-focused').waitFor();
  await sami.keyboard.press('Control+k');
  await sami.getByLabel('Address').fill('https://example.org/new');
  await sami.keyboard.press('Enter');
  await paste(nora, 'See', '<a href="javascript:alert(1)">one</a> <a href=" java\nscript:alert(2)">two</a> <a href="https://example.org/three" onclick="alert(3)">three</a>');
  const links = linksIn(await agreed());
  assert.deepEqual(links, [['three', 'https://example.org/three'], ['https://example.org/new', 'https://example.org/new']]);
  for (const page of [nora, sami, olga]) assert.equal(await page.locator('.prose [onclick], .prose a[href^="java" i]').count(), 0);
});

test('undo and redo take back and bring back only one’s own', { timeout: 4 * WaitMilliseconds }, async () => {
  await reopen();
  await write('shared ');
  await reopen();
  assert.equal(await nora.getByRole('button', { name: 'Undo' }).getAttribute('aria-disabled'), 'true');
  await end(nora, 'shared');
  await nora.keyboard.type('hers ');
  await agreed();
  await end(sami, 'shared');
  await sami.keyboard.type('his ');
  await agreed();
  await nora.keyboard.press(undo);
  assert.deepEqual(linesOf(await agreed()), ['shared his ']);
  assert.equal(await nora.getByRole('button', { name: 'Undo' }).getAttribute('aria-disabled'), 'true');
  await Promise.all([nora.keyboard.press(redo), sami.keyboard.press(undo)]);
  assert.deepEqual(linesOf(await agreed()), ['shared hers ']);
  await sami.getByRole('button', { name: 'Redo' }).click();
  assert.deepEqual([...linesOf(await agreed())[0]].sort().join(''), [...'shared hers his '].sort().join(''));

  // What the other wrote in the words that come back stays, too.
  await select(nora, 'shared', 0, 6);
  await nora.keyboard.press('Delete');
  await agreed();
  await start(sami, '');
  await sami.keyboard.type('Meanwhile. ');
  await agreed();
  await nora.keyboard.press(undo);
  const [line] = linesOf(await agreed());
  assert.ok(line.includes('shared') && line.includes('Meanwhile. '), line);
});

test('after an undo the caret stays where it is, and the next change is shown', { timeout: 2 * WaitMilliseconds }, async () => {
  await write('many words that will be deleted', 'middle', 'bottom');
  await reopen();
  await end(nora, 'bottom');
  await nora.keyboard.type(' taken back');
  await agreed();
  await select(sami, 'many', 0, 'many words that will be '.length);
  await sami.keyboard.press('Delete');
  await agreed();
  await end(nora, 'middle');
  // The next change comes at once, before anything else has moved her editor.
  await nora.evaluate(title => {
    const { editor } = document.querySelector(`[aria-label="Text of ${title}"]`);
    const { binding } = editor.state.plugins.find(plugin => plugin.key.startsWith('y-sync')).getState(editor.state);
    editor.commands.undo();
    binding.type.get(0).get(0).insert(0, 'by another: ');
  }, section);
  await nora.keyboard.type(' hers');
  assert.deepEqual(linesOf(await agreed()), ['by another: deleted', 'middle hers', 'bottom']);
});

test('who writes goes on where they were when their editor fails to show a change', { timeout: 2 * WaitMilliseconds }, async () => {
  await write('top', 'middle', 'bottom');
  await end(nora, 'middle');
  await nora.evaluate(title => {
    const { editor } = document.querySelector(`[aria-label="Text of ${title}"]`);
    const { binding } = editor.state.plugins.find(plugin => plugin.key.startsWith('y-sync')).getState(editor.state);
    Object.defineProperty(binding, '_tr', { get() { throw new Error('made to fail'); } });
  }, section);
  await end(sami, 'bottom');
  await sami.keyboard.type(' his');
  await shows(nora, 'bottom his');
  await nora.locator('.ProseMirror-focused').waitFor();
  await nora.keyboard.type(' hers');
  assert.deepEqual(linesOf(await agreed()), ['top', 'middle hers', 'bottom his']);
  const expected = nora.faults.filter(fault => fault.includes('made to fail'));
  assert.equal(expected.length, 1);
  nora.faults = nora.faults.filter(fault => !expected.includes(fault));
});

test('cut, copy and paste inside the section keep what the words are', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('- point **strong** here', 'more');
  await end(nora, 'more');
  await press(nora, 'Enter', 'Enter', 'last');
  await agreed();
  await select(nora, 'point', 0, 'point strong'.length);
  await nora.keyboard.press('Control+c');
  await end(nora, 'last');
  await Promise.all([nora.keyboard.press('Control+v'), (async () => { await end(sami, 'more'); await sami.keyboard.type(' and more'); })()]);
  const copied = markedIn((await agreed()).slice(1));
  assert.deepEqual(copied.filter(([, ...marks]) => marks.includes('bold')).map(([words]) => words), ['strong']);

  await nora.locator('.ProseMirror-focused').press('Control+a');
  await nora.keyboard.press('Control+x');
  await agreed();
  await nora.keyboard.press('Control+v');
  const pasted = await agreed();
  assert.deepEqual(pasted[0].type, 'bulletList');
  assert.ok(linesOf(pasted).includes('more and more'));
});

test('a long document is pasted while the other writes on', { timeout: 4 * WaitMilliseconds }, async t => {
  await write('above', 'middle', 'below');
  await reopen(); // What follows within half a second is one step of undo with it.
  const asked = [];
  for (const page of [nora, sami, olga]) page.on('request', request => { if (/example\.(org|net)/.test(request.url())) asked.push(request.url()); });
  const html = longDocument();
  t.diagnostic(`${html.length} characters of HTML`);
  await end(sami, 'below');
  const typed = ' and he writes all the while, letter by letter.';
  await Promise.all([paste(nora, 'middle', html), sami.keyboard.type(typed, { delay: 20 })]);
  const nodes = await agreed();
  const lines = linesOf(nodes);
  assert.equal(lines.at(-1), `below${typed}`);
  for (let number = 1; number <= LongDocumentParagraphs; number++) assert.ok(lines.some(line => line.includes(`Paragraph ${number} says what is meant by it.`)), `paragraph ${number}`);
  assert.ok(lines.some(line => line.includes('cell of a table')), 'the words of a table stay');
  const types = new Set(typesIn(nodes));
  for (const type of ['heading', 'bulletList', 'orderedList', 'blockquote']) assert.ok(types.has(type), type);
  assert.deepEqual([...types].filter(type => !['heading', 'paragraph', 'bulletList', 'orderedList', 'listItem', 'blockquote', 'text', 'hardBreak', 'horizontalRule', 'codeBlock'].includes(type)), []);
  assert.equal(lines.some(line => /alert|color:/.test(line)), false, 'scripts and styles leave no words');
  assert.deepEqual(asked, [], 'nothing is fetched that the document names');
  for (const page of [nora, sami, olga]) assert.equal(await page.evaluate(() => window.ranFromPaste), undefined);

  await nora.keyboard.press(undo);
  assert.deepEqual(linesOf(await agreed()), ['above', 'middle', `below${typed}`]);
  await nora.keyboard.press(redo);
  assert.deepEqual(await agreed(), nodes);
});

test('blocks are deleted that the other is writing in', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('alpha one', '- beta two', 'gamma three', 'delta four');
  await end(sami, 'gamma');
  await selectFrom(nora, ['alpha', 'alpha'.length], ['delta', Infinity]);
  await Promise.all([nora.keyboard.press('Delete'), sami.keyboard.type(' survives or not')]);
  const lines = linesOf(await agreed());
  assert.ok(lines[0].startsWith('alpha'), String(lines));
  assert.ok(!lines.join().includes('beta'), String(lines));
  await sami.keyboard.type('!');
  await nora.keyboard.type('?');
  await agreed();
});

test('Enter over the whole of a list item', { timeout: 2 * WaitMilliseconds }, async () => {
  await write('above', '- item');
  await press(nora, 'Enter', 'Tab', 'deeper', 'Enter', 'Enter', 'Enter', 'Enter', 'below');
  await selectFrom(nora, ['item', 0], ['deeper', Infinity]);
  await press(nora, 'Enter', 'new');
  assert.deepEqual(linesOf(await agreed()), ['above', 'new', 'below']);
});

test('written without a network, and brought together when it is back', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('kept', 'hers', 'his');
  await sami.context().setOffline(true);
  await sami.getByRole('status').filter({ hasText: 'Offline' }).waitFor();
  await end(sami, 'his');
  await press(sami, ' offline', 'Enter', '- in a list', 'Enter', 'Tab', 'deeper');
  await select(sami, 'kept', 0, 4);
  await sami.keyboard.press('Control+b');
  await end(nora, 'kept');
  await nora.keyboard.type(' longer');
  await end(nora, 'hers');
  await press(nora, ' online', 'Control+Alt+3', 'Enter', 'and a new line');
  await agreed([nora, olga]);
  assert.equal(linesOf(await shownIn(sami, section)).includes('hers online'), false, 'he is cut off');
  await sami.context().setOffline(false);
  await sami.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  const nodes = await agreed();
  assert.deepEqual(linesOf(nodes).sort(), ['and a new line', 'deeper', 'hers online', 'his offline', 'in a list', 'kept longer']);
  assert.match(markedIn(nodes)[0].join(), /^kept( longer)?,bold$/);
  assert.equal(nodes[1].type, 'heading');
});

test('a page that is loaded again in the middle goes on', { timeout: 4 * WaitMilliseconds }, async () => {
  await end(sami, 'his');
  await Promise.all([
    (async () => {
      await sami.keyboard.type(' before');
      await saved(sami);
      await sami.reload();
      await read(sami, 'art_7', /Article 7/);
      await edit(sami);
      await end(sami, 'his');
      await sami.keyboard.type(' after');
    })(),
    (async () => {
      await end(nora, 'hers');
      await nora.keyboard.type(' and she writes on all that time', { delay: 30 });
    })(),
  ]);
  const lines = linesOf(await agreed());
  assert.ok(lines.includes('his offline before after'), String(lines));
  assert.ok(lines.includes('hers online and she writes on all that time'), String(lines));
});

test('whatever two editors do at once, at random', { timeout: 6 * WaitMilliseconds }, async t => {
  const seed = seedOfThisRun();
  t.diagnostic(`SEED=${seed}`);
  await write('Some words to begin with', '- an item', 'another item');
  const [hers, his] = [randomFrom(seed), randomFrom(seed + 1)];
  for (let round = 0; round < RandomRounds; round++) {
    await Promise.all([atRandom(nora, hers), atRandom(sami, his)]);
    await agreed(undefined, `round ${round} of SEED=${seed}`);
  }
});

test('a server that is killed and started again says the same, and the editors go on', { timeout: 6 * WaitMilliseconds }, async () => {
  const before = await agreed();
  await server.kill();
  for (const page of [nora, sami, olga]) await page.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor();
  await server.restart();
  assert.deepEqual(await atServer(), before);
  for (const page of [nora, sami, olga]) await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  assert.deepEqual(await agreed(), before);
  await Promise.all([press(nora, 'Control+End', 'Enter', 'Hers again.'), press(sami, 'Control+Home', 'His again. ')]);
  const lines = linesOf(await agreed()).join('\n');
  assert.ok(lines.includes('Hers again.') && lines.includes('His again. '), lines);
});

test('the toolbar by keyboard, on a phone, and before axe', { timeout: 4 * WaitMilliseconds }, async () => {
  await write('words');
  await nora.keyboard.press('Shift+Tab');
  const at = () => nora.evaluate(() => document.activeElement.getAttribute('aria-label'));
  await nora.getByRole('button', { name: 'Bold' }).focus();
  for (const [key, name] of [['ArrowRight', 'Italic'], ['End', 'Redo'], ['ArrowRight', 'Bold'], ['ArrowLeft', 'Redo'], ['Home', 'Bold']]) {
    await nora.keyboard.press(key);
    assert.equal(await at(), name);
  }
  assert.equal(await nora.getByRole('toolbar').locator('[tabindex="0"]').count(), 1, 'one stop for the tab key');
  for (const tool of await nora.getByRole('toolbar').getByRole('button').all()) {
    assert.match(await tool.getAttribute('title'), /\(.+\)$/, 'says its keys');
    assert.ok(await tool.getAttribute('aria-keyshortcuts'));
  }
  await nora.getByRole('button', { name: 'Link' }).press('Enter');
  await nora.getByLabel('Address').fill('example.org');
  await nora.keyboard.press('Enter');
  await agreed();
  await nora.getByRole('button', { name: 'Link' }).click();
  assert.deepEqual(await seriousIn(nora), []);
  await nora.keyboard.press('Escape');

  const small = await signedIn(browser, server, 'nora', { viewport: phone, hasTouch: true, isMobile: true });
  await read(small, 'art_7', /Article 7/);
  await small.getByRole('navigation', { name: 'Parts of this page' }).getByRole('button', { name: 'Statement' }).tap();
  await edit(small);
  await small.getByRole('button', { name: 'Bulleted list' }).tap();
  // Until the other's page has said where its caret is now, it stands between the items.
  await small.waitForFunction(() => document.querySelector('.ProseMirror li') && !document.querySelector('.ProseMirror :is(ul, ol) > .caret'));
  await small.getByRole('button', { name: 'Redo' }).focus();
  assert.ok(await small.getByRole('button', { name: 'Redo' }).evaluate(tool => tool.getBoundingClientRect().right <= innerWidth), 'every tool can be reached');
  assert.equal(await small.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
  assert.ok((await small.getByRole('button', { name: 'Undo' }).boundingBox()).height >= 44);
  assert.deepEqual(await seriousIn(small), []);
  assert.equal((await agreed())[0].type, 'bulletList');
  await small.context().close();
});

test('nothing went wrong in the pages', () => {
  // A browser says of each script and style in what was pasted that it did not run it.
  const expected = /violates the following Content Security Policy|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED|WebSocket connection to|favicon\.ico/;
  for (const page of [nora, sami, olga]) assert.deepEqual(page.faults.filter(fault => !expected.test(fault)), []);
});

/** Waits until all that was written is durable, and the pages and every reading of the server's text are the same; gives what they are. */
async function agreed(pages = [nora, sami, olga], when = '') {
  const until = performance.now() + WaitMilliseconds;
  for (;;) {
    await Promise.all(pages.filter(page => page !== olga).map(saved));
    const [held, ...shown] = await Promise.all([atServer(), ...pages.map(page => shownIn(page, section))]);
    const other = shown.findIndex(nodes => JSON.stringify(nodes) !== JSON.stringify(held));
    if (other < 0) return held;
    if (performance.now() > until) assert.deepEqual(shown[other], held, `${['nora', 'sami', 'olga'][[nora, sami, olga].indexOf(pages[other])]} is shown something else ${when}`);
    await nextFrame(pages[other]);
  }
}

/** The server's text as yjs reads its bytes, which is what the server itself reads. */
async function atServer() {
  for (;;) {
    const answer = await server.read(`/api/texts/${opening}`, token);
    const held = heldIn(new Uint8Array(await answer.arrayBuffer()));
    const [nodes, plain] = await Promise.all(['prosemirror', 'plain'].map(way => server.read(`/api/texts/${opening}/${way}`, token)));
    for (const { status } of [answer, nodes, plain]) assert.equal(status, 200);
    const versions = new Set([answer, nodes, plain].map(({ headers }) => headers.get('etag')));
    if (versions.size > 1) continue; // Somebody wrote between the readings.
    assert.deepEqual(plainest((await nodes.json()).content ?? []), held);
    if (held.length > 0) assert.equal(await plain.text(), plainIn(held));
    return held;
  }
}

async function edit(page) {
  await page.getByRole('button', { name: `Edit ${section}` }).click();
  await page.locator('.ProseMirror-focused').waitFor();
}

/** Both begin anew, with nothing to undo. */
async function reopen() {
  for (const page of [nora, sami]) {
    await page.reload();
    await read(page, 'art_7', /Article 7/);
    await edit(page);
  }
}

const saved = page => page.locator('.section', { hasText: section }).getByText('Saved').waitFor();

/** Makes the section these lines, by typing them. */
async function write(...lines) {
  await nora.locator('.section', { hasText: section }).locator('.ProseMirror').press('Control+a');
  await nora.keyboard.press('Delete');
  await nora.keyboard.press('Control+Alt+0');
  for (const [index, line] of lines.entries()) await press(nora, ...index > 0 ? ['Enter'] : [], line);
  await agreed();
}

const keys = /^(Enter|Tab|Delete|Backspace|Home|End|Arrow\w+|(Control|Shift)\+.+)$/;
const moves = /^(Shift\+)?(Home|End|Arrow\w+)$/;

/** Types words and presses keys, one after the other. */
async function press(page, ...steps) {
  for (const [index, step] of steps.entries()) {
    await (keys.test(step) ? page.keyboard.press(step) : page.keyboard.type(step));
    // An editor hears of a moved caret only when the browser comes to tell it; nobody types faster than that by hand.
    if (moves.test(step) && !moves.test(steps[index + 1] ?? '')) await nextFrame(page);
  }
}

const nextFrame = page => page.evaluate(() => new Promise(requestAnimationFrame));

/** Puts the caret at the end of the line that begins so. */
const end = (page, words) => select(page, words, Infinity);

const start = (page, words) => select(page, words, 0);

/** Selects characters of the line that begins so, once there is one. */
const select = (page, words, from, count = 0) => selectFrom(page, [words, from], [words, from + count]);

const selectFrom = (page, anchor, focus) => page.waitForFunction(placed, [section, anchor, focus]);

/* Runs in the page. The names at others' carets are no words of the line. */
function placed([title, anchor, focus]) {
  const text = document.querySelector(`[aria-label="Text of ${title}"]`);
  const partsOf = block => [...block.childNodes].flatMap(child => child instanceof Text ? [child] : child.matches('.caret') ? [] : partsOf(child));
  const at = ([beginning, index]) => {
    const block = [...text.querySelectorAll('p, h3, h4')].find(one => partsOf(one).map(part => part.data).join('').startsWith(beginning));
    const parts = block ? partsOf(block) : [];
    let left = Math.min(index ?? Infinity, parts.reduce((sum, part) => sum + part.length, 0));
    for (const part of parts) {
      if (left <= part.length) return [part, left];
      left -= part.length;
    }
    return [block, 0];
  };
  const [from, to] = [at(anchor), at(focus)];
  if (!from[0] || !to[0]) return false;
  text.focus();
  const { editor } = text; // Tiptap leaves itself there for tests. A caret that only the browser knows of, the next change would move back.
  return editor.commands.setTextSelection({ from: editor.view.posAtDOM(...from), to: editor.view.posAtDOM(...to) });
}

/** Waits until the page shows these words somewhere in the section. */
const shows = (page, words) => page.waitForFunction(([title, wanted]) => window.sectionWords(title).includes(wanted), [section, words]);

/** As a browser hands over what is pasted: HTML as it stands in the clipboard, with nothing taken out of it. */
async function paste(page, after, html) {
  await end(page, after);
  await page.locator('.ProseMirror-focused').evaluate((text, given) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/html', given);
    text.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, html);
}

const linksIn = nodes => nodes.flatMap(node => [
  ...(node.marks ?? []).filter(mark => mark.type === 'link').map(mark => [node.text, mark.attrs.href]),
  ...linksIn(node.content ?? []),
]);

const typesIn = nodes => nodes.flatMap(node => [node.type, ...typesIn(node.content ?? [])]);

/** As a word processor gives it: some 200 KB, and things that a section cannot hold. */
function longDocument() {
  const paragraph = number => `<p class="MsoNormal" style="margin:0cm;color:red"><span lang="en" style="font-size:12.0pt">Paragraph ${number} says <b>what</b> is <i>meant</i> by <a href="https://example.org/${number}">it</a>. ${'All of this is needed to make it long. '.repeat(6)}</span></p>`;
  const others = number => [
    `<h1>Part ${number}</h1>`,
    `<ul><li><p>a point</p><ul><li>below it</li></ul></li><li>another</li></ul>`,
    `<ol start="3"><li>third</li><li>fourth<br>on two lines</li></ol>`,
    `<table><tbody><tr><td>cell of a table ${number}</td><td>next</td></tr></tbody></table>`,
    `<p>An image <img src="https://example.net/${number}.png" onerror="window.ranFromPaste = true"> stood here.</p>`,
    `<blockquote><p>quoted</p><blockquote>twice</blockquote></blockquote>`,
    `<pre><code>code of ${number}</code></pre><hr><script>window.ranFromPaste = true; alert(1)</script><style>p { color: red }</style>`,
    `<h5>Small</h5><div><div>nested <u>boxes</u></div>loose words</div><iframe src="https://example.net/"></iframe><svg onload="window.ranFromPaste = true"></svg>`,
  ][number % 8];
  const parts = [];
  for (let number = 1; number <= LongDocumentParagraphs; number++) parts.push(paragraph(number), number % 8 === 0 || number % 50 < 8 ? others(number) : '');
  return `<html><body><!--StartFragment-->${parts.join('\n')}<!--EndFragment--></body></html>`;
}

/** One person's next few steps. */
async function atRandom(page, random) {
  const one = list => list[Math.floor(random() * list.length)];
  for (let step = 0; step < RandomStepsPerRound; step++) {
    const moves = Array.from({ length: Math.floor(random() * 12) }, () => one(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']));
    await press(page, ...moves);
    if (random() < 0.4) await press(page, ...Array.from({ length: Math.ceil(random() * 8) }, () => one(['Shift+ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowLeft'])));
    await press(page, ...one([
      ['words '], ['é😀'], ['Enter'], ['Backspace'], ['Delete'], ['Tab'], ['Shift+Tab'], ['Shift+Enter'], ['Control+b'], ['Control+i'], ['Control+Alt+3'],
      ['Control+Shift+8'], ['Control+Shift+7'], ['Control+Shift+b'], [undo], [redo], ['Control+c', 'End', 'Control+v'], ['Control+x'], ['Control+v'], ['Enter', '- '], ['Enter', 'Enter'],
    ]));
    // Tab outside a list leads out of the text, as it should.
    if (!await page.locator('.ProseMirror-focused').isVisible()) await page.getByLabel(`Text of ${section}`).focus();
  }
}
