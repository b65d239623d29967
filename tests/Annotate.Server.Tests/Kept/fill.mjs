// Fills an empty server through its routes with something of every kind, and writes down what it then answers.
//   node fill.mjs http://127.0.0.1:5080 DATA_FOLDER > answers.json
// Yjs is that of tests/Annotate.Text.Tests/yjs. How a folder is kept: README.md.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../../Annotate.Text.Tests/yjs/package.json', import.meta.url));
const Y = require('yjs');
const [address, folder] = process.argv.slice(2);
const operator = (await readFile(join(folder, 'operator.token'), 'utf8')).trim();
const base = '/api/coalitions/rivers';
const tokens = { '@operator': operator };

async function ask(as, method, path, body, type = 'application/json') {
  const answer = await fetch(address + path, {
    method,
    headers: { Authorization: `Bearer ${tokens[as]}`, ...(body === undefined ? {} : { 'Content-Type': type }) },
    body: body === undefined ? undefined : type === 'application/json' ? JSON.stringify(body) : body,
  });
  if (!answer.ok) throw new Error(`${method} ${path} as ${as}: ${answer.status} ${await answer.text()}`);
  return answer;
}

const json = async (...call) => (await ask(...call)).json();
const put = (path, body) => json('@operator', 'PUT', base + path, body);
const person = (name, organisation, role, ...mandates) => ({ name, organisation, role, mandates: mandates.map((mandate) => ({ mandate, until: null })) });

// What has come and what has gone again, of everything that is recorded.
await ask('@operator', 'PUT', '/api/instruments/law/drafts/one?title=Law%20of%20rivers&draftTitle=First&language=en',
  '# Law of rivers\n\n## Article 1. Water\n\n1. Rivers run.\n\n2. Lakes rest.\n\n## Article 2. Fish\n\n1. Fish swim.\n', 'text/markdown');
await put('', { name: 'Rivers', policy: 'noBlock' });
await json('@operator', 'PATCH', base, { policy: 'unanimity' });
for (const [id, name] of [['reef', 'Reef Watch'], ['tide', 'Tide House'], ['dune', 'Dune Trust']]) await put(`/organisations/${id}`, { name });
await put('/organisations/dune', { name: 'Dune Trust of the North' });
await put('/people/ada', person('Ada', 'reef', 'steward', 'annotate', 'position', 'draft', 'administer'));
await put('/people/tom', person('Tom', 'tide', 'member', 'annotate', 'position', 'draft'));
await put('/people/dee', person('Dee', 'dune', 'member', 'position'));
await put('/people/gone', person('Gone', 'tide', 'member'));
await put('/people/expert', { name: 'Expert', affiliation: 'A university', role: 'member', mandates: [{ mandate: 'annotate', until: null }] });
await json('@operator', 'DELETE', `${base}/people/gone`);
await json('@operator', 'PUT', `${base}/people/dee/mandates/annotate`);
await json('@operator', 'DELETE', `${base}/people/dee/mandates/annotate`);
for (const name of ['ada', 'tom', 'dee', 'expert'])
  tokens[name] = (await json('@operator', 'POST', `${base}/people/${name}/tokens`, { kind: 'bearer', days: 1 })).token;

const thread = `${base}/instruments/law/articles/art_1/thread`;
const annotate = (as, text, more) => json(as, 'POST', `${thread}/annotations${more?.tier ? '?tier=organisation' : ''}`,
  { tier: more?.tier ?? null, target: { draft: 'one', eId: more?.eId ?? 'art_1', quote: null, position: null }, motivation: more?.motivation ?? null, text, tags: more?.tags ?? [] });
const first = (await annotate('ada', 'Which rivers?', { motivation: 'questioning', tags: ['scope'] })).id;
const second = (await annotate('tom', 'Lakes need a word of their own.')).id;
const third = (await annotate('expert', 'Not needed.')).id;
await annotate('ada', 'For our own: ask the council first.', { tier: 'organisation' });
const one = (id) => `${thread}/annotations/${id}`;
await json('tom', 'POST', `${one(first)}/replies`, { text: 'All of them.' });
await json('ada', 'PATCH', one(first), { text: 'Which rivers, and which streams?' });
await json('ada', 'POST', `${one(first)}/resolve`);
await json('tom', 'POST', `${one(second)}/resolve`);
await json('tom', 'POST', `${one(second)}/reopen`);
await json('expert', 'DELETE', one(third));

const positions = (eId) => `${base}/instruments/law/provisions/${eId}`;
await json('ada', 'PUT', `${positions('art_1')}/positions/reef`, { kind: 'amend', redLine: true, reason: 'Streams are missing.' });
await json('tom', 'PUT', `${positions('art_1')}/positions/tide`, { kind: 'support', redLine: false, reason: null });
const propose = (eId, kind) => json('ada', 'PUT', `${positions(eId)}/coalition-position`, { kind, reason: 'As most of us have it.', closesAt: null });
const consent = async (eId, as, organisation, body) => {
  const { coalition } = await json(as, 'GET', `${positions(eId)}/positions`);
  await json(as, 'PUT', `${positions(eId)}/consents/${organisation}`, { ...body, proposal: coalition.version });
};
await propose('art_1', 'amend');
await consent('art_1', 'ada', 'reef', { consent: 'agree', caveat: null });
await consent('art_1', 'tom', 'tide', { consent: 'agreeWithCaveat', caveat: 'If streams are in.' });
await consent('art_1', 'dee', 'dune', { consent: 'agree', caveat: null });
await propose('art_2', 'oppose');
await consent('art_2', 'dee', 'dune', { consent: 'block', caveat: 'Fish are ours.' });

const statement = `${base}/statements/letter`;
await json('ada', 'PUT', statement, { title: 'Letter', destination: 'The council', instrument: 'law', draft: 'one' });
for (const section of ['preamble', 'asks', 'close']) await json('ada', 'PUT', `${statement}/sections/${section}`, { title: section, citations: section === 'asks' ? ['art_1'] : [], after: null });
await json('tom', 'PUT', `${statement}/sections/close`, { title: 'Closing words', citations: ['art_2'], after: null });
await json('tom', 'POST', `${statement}/sections/close/move`, { after: 'preamble' });

// Two write at one text, one of them takes a step back; a mark, a table cell's worth of nesting, and letters of more than one unit.
const text = '/api/texts/rivers.letter.asks';
const send = (as, update) => ask(as, 'POST', `${text}/updates`, update, 'application/octet-stream');
const updates = [];
function writer(client) {
  const doc = new Y.Doc();
  doc.clientID = client;
  return doc;
}
const [left, right] = [writer(1001), writer(1002)];
const collect = (doc, change) => {
  const before = Y.encodeStateVector(doc);
  doc.transact(change, doc.clientID);
  return Y.encodeStateAsUpdate(doc, before);
};
const paragraph = (words) => {
  const element = new Y.XmlElement('paragraph');
  const inner = new Y.XmlText();
  inner.insert(0, words);
  element.insert(0, [inner]);
  return element;
};
const undo = new Y.UndoManager(left.getXmlFragment('default'), { trackedOrigins: new Set([1001]), captureTimeout: 0 });
updates.push(['ada', collect(left, () => left.getXmlFragment('default').insert(0, [paragraph('Rivers matter — 河川, 🌊.')]))]);
Y.applyUpdate(right, updates[0][1]);
updates.push(['tom', collect(right, () => {
  const fragment = right.getXmlFragment('default');
  fragment.insert(1, [paragraph('So do lakes.')]);
  fragment.get(0).get(0).format(0, 6, { bold: true });
})]);
Y.applyUpdate(left, updates[1][1]);
updates.push(['ada', collect(left, () => left.getXmlFragment('default').delete(1, 1))]);
const beforeUndo = Y.encodeStateVector(left);
undo.undo();
updates.push(['ada', Y.encodeStateAsUpdate(left, beforeUndo)]);
for (const [as, update] of updates) await send(as, update);

// What is written down: as whom, and what was answered, once the feed has heard of everything.
const bodyOf = async (as, path) => {
  const answer = await ask(as, 'GET', path);
  return answer.headers.get('content-type')?.includes('json') ? { json: await answer.json() } : { bytes: Buffer.from(await answer.arrayBuffer()).toString('base64') };
};
for (let last = ''; ;) {
  const now = JSON.stringify([await bodyOf('ada', `${base}/feed`), await bodyOf('ada', `${base}/feed?tier=organisation`), await bodyOf('ada', `${base}/index`)]);
  if (now === last) break;
  last = now;
  await new Promise((resolve) => setTimeout(resolve, 2000));
}
const asked = [];
const record = async (as, path) => asked.push({ as, path, ...(await bodyOf(as, path)) });
for (const path of ['', '/index', '/feed', '/statements/letter', '/instruments/law/articles/art_1/thread', '/instruments/law/provisions/art_1/positions', '/instruments/law/provisions/art_2/positions'])
  await record('ada', base + path);
for (const path of ['/feed?tier=organisation', '/instruments/law/articles/art_1/thread?tier=organisation']) {
  await record('ada', base + path);
  await record('tom', base + path);
}
for (const path of ['/api/instruments', '/api/instruments/law', '/api/instruments/law/drafts/one']) await record('dee', path);
for (const form of ['', '/plain', '/delta?authors=true', '/prosemirror', '/xml']) await record('tom', text + form);
console.log(JSON.stringify(asked, null, 1));
