// Writes ../golden/updates.json: updates made by real yjs, one for each kind of content and shape, and what yjs says of them.
// Run with `node golden.mjs` after `npm ci`. The file is data that must stay readable for ever: add cases, do not change any.
import * as Y from 'yjs'
import { writeFileSync } from 'node:fs'
import { writingJson } from './programs.mjs'

const text = array => Buffer.from(array).toString('base64')

const document = (client, gc = true) => {
  const doc = new Y.Doc({ gc })
  doc.clientID = client
  return doc
}

const whole = (client, edit, gc) => {
  const doc = document(client, gc)
  edit(doc)
  return Y.encodeStateAsUpdate(doc)
}

/** Two peers who write at the same time and then hear of each other. */
const together = () => {
  const [a, b] = [document(4000000001), document(17)]
  a.getText('t').insert(0, 'shared')
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  a.getText('t').insert(3, 'A👍')
  b.getText('t').insert(3, 'B')
  b.getText('t').delete(0, 2)
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b))
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  a.getText('t').insert(5, 'end')
  return a
}

/** Single letters, of which some are left out: the merge holds Skip structs. */
const withGaps = () => {
  const doc = document(99)
  const updates = []
  doc.on('update', update => updates.push(update))
  for (const letter of 'abcdefghij') doc.getText('t').insert(doc.getText('t').length, letter)
  return Y.mergeUpdates(updates.filter((_, i) => ![2, 3, 7].includes(i)))
}

const cases = {
  empty: whole(1, () => {}),
  text: whole(1, doc => doc.getText('t').insert(0, 'Article 1. 漢字 👩‍👩‍👧')),
  'formatted text': whole(2, doc => {
    doc.getText('t').insert(0, 'plain bold', {})
    doc.getText('t').format(6, 4, { bold: true, link: { href: 'https://example.org/' } })
  }),
  embed: whole(3, doc => doc.getText('t').insertEmbed(0, { image: 'x.png' })),
  any: whole(4, doc => doc.getArray('a').insert(0, [1, -1, 1.5, 2 ** 40, 'x', null, true, false, { k: [undefined, 5n] }])),
  binary: whole(5, doc => doc.getArray('a').insert(0, [new Uint8Array([0, 127, 128, 255])])),
  map: whole(6, doc => {
    doc.getMap('m').set('key', 'first')
    doc.getMap('m').set('key', 'second')
    doc.getMap('m').delete('key')
  }),
  types: whole(7, doc => doc.getArray('a').insert(0, [new Y.Array(), new Y.Map(), new Y.Text('t'), new Y.XmlElement('p'), new Y.XmlFragment(), new Y.XmlHook('h'), new Y.XmlText('x')])),
  xml: whole(8, doc => {
    const p = new Y.XmlElement('p')
    doc.getXmlFragment('default').insert(0, [p])
    p.setAttribute('class', 'lead')
    p.insert(0, [new Y.XmlText('Hello')])
  }),
  subdocument: whole(9, doc => doc.getMap('m').set('sub', new Y.Doc({ guid: 'a-guid', autoLoad: true, meta: { n: 1 } }))),
  'deleted text': whole(10, doc => {
    doc.getText('t').insert(0, 'abcdefgh')
    doc.getText('t').delete(1, 2)
    doc.getText('t').delete(3, 1)
  }),
  'collected types': whole(11, doc => {
    doc.getArray('a').insert(0, [Y.Array.from([1, 2, 3]), 'stays'])
    doc.getArray('a').delete(0, 1)
  }),
  'deleted, not collected': whole(12, doc => {
    doc.getText('t').insert(0, 'kept for undo')
    doc.getText('t').delete(2, 5)
  }, false),
  'two clients': Y.encodeStateAsUpdate(together()),
  'only what is new': Y.encodeStateAsUpdate(together(), Y.encodeStateVector(document(17))),
  gaps: withGaps(),
  json: writingJson(() => whole(13, doc => {
    doc.getArray('a').insert(0, [1, 'é👍', { k: [null] }, '', true])
    doc.getArray('a').delete(1, 1)
    doc.getArray('a').insert(2, ['between'])
    doc.getMap('m').set('k', { 漢: 1.5 })
    doc.getMap('m').set('none', '')
  })),
  undefined: whole(14, doc => {
    doc.getMap('m').set('none', undefined)
    doc.getMap('m').set('k', [undefined, { none: undefined }])
    const p = new Y.XmlElement('p')
    doc.getXmlFragment('default').insert(0, [p])
    p.setAttribute('none', undefined)
    p.setAttribute('null', null)
  })
}

const half = vector => new Map([...vector].map(([client, clock]) => [client, Math.floor(clock / 2)]))
const encode = vector => Y.encodeStateVector(vector)

const golden = Object.entries(cases).map(([name, update]) => {
  const { structs, ds } = Y.decodeUpdate(update)
  const held = half(Y.decodeStateVector(Y.encodeStateVectorFromUpdate(update)))
  return {
    name,
    update: text(update),
    structs: structs.filter(s => !(s instanceof Y.Skip)).map(s => [s.id.client, s.id.clock, s.length]),
    deletes: [...ds.clients].sort((a, b) => b[0] - a[0]).flatMap(([client, ranges]) => ranges.map(r => [client, r.clock, r.clock + r.len])),
    vector: text(Y.encodeStateVectorFromUpdate(update)),
    held: text(encode(held)),
    diff: text(Y.diffUpdate(update, encode(held)))
  }
})
writeFileSync(new URL('../golden/updates.json', import.meta.url), JSON.stringify(golden, null, 1) + '\n')
