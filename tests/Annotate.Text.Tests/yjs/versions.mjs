// Writes golden/versions.json: documents of old versions of yjs, and how today's reads them.
//   npm install --no-save --legacy-peer-deps $(for v in 13.0.0 13.1.1 13.2.0 13.3.2 13.4.14 13.5.0 13.5.50 13.6.0; do echo yjs-$v@npm:yjs@$v; done)
//   node versions.mjs 13.0.0 13.1.1 13.2.0 13.3.2 13.4.14 13.5.0 13.5.50 13.6.0
import * as Today from 'yjs'
import { yXmlFragmentToProsemirrorJSON } from 'y-prosemirror'
import { writeFileSync } from 'node:fs'

const text = bytes => Buffer.from(bytes).toString('base64')
const json = value => JSON.stringify(value, (_, v) => v instanceof Uint8Array ? text(v) : v)

/** Two writers, everything that all versions know, deletions, and updates one by one. */
const write = Y => {
  const updates = []
  const docs = [7, 4_000_000_000].map(client => {
    const doc = new Y.Doc()
    doc.clientID = client
    doc.on('update', update => updates.push(update))
    return doc
  })
  const exchange = () => { for (const from of docs) for (const to of docs) if (from !== to) Y.applyUpdate(to, Y.encodeStateAsUpdate(from)) }
  const [one, two] = docs
  one.getText('t').insert(0, 'Article 1. 漢字 👍 é plain')
  exchange()
  one.getText('t').format(0, 7, { bold: true })
  two.getText('t').insertEmbed(11, { image: 'x.png' })
  two.getText('t').delete(3, 4)
  one.getArray('a').insert(0, [1, 1.5, 'two', { three: [3] }, true])
  two.getArray('a').insert(0, [new Uint8Array([1, 2, 255]), -1])
  exchange()
  one.getArray('a').delete(1, 2)
  two.getMap('m').set('k', 'first')
  one.getMap('m').set('k', 'second')
  one.getMap('m').set('type', new Y.Array())
  exchange()
  two.getMap('m').delete('k')
  const p = new Y.XmlElement('p')
  one.getXmlFragment('default').insert(0, [p, new Y.XmlElement('hr')])
  p.setAttribute('class', 'lead')
  const content = new Y.XmlText()
  p.insert(0, [content])
  content.insert(0, 'in XML', { em: {} })
  exchange()
  two.getXmlFragment('default').delete(1, 1)
  exchange()
  return { updates: [...new Set(updates.map(text))], state: text(Y.encodeStateAsUpdate(two)) }
}

const read = state => {
  const doc = new Today.Doc()
  Today.applyUpdate(doc, new Uint8Array(Buffer.from(state, 'base64')))
  const again = text(Today.encodeStateAsUpdate(doc))
  const types = { t: doc.getText('t').toDelta(), s: doc.getText('t').toString(), a: doc.getArray('a').toJSON(), m: doc.getMap('m').toJSON(), x: doc.getXmlFragment('default').toString() }
  return { again, types: JSON.parse(json({ ...types, p: yXmlFragmentToProsemirrorJSON(doc.getXmlFragment('default')) })) }
}

const golden = []
for (const version of process.argv.slice(2)) {
  const written = write(await import('yjs-' + version))
  golden.push({ version, ...written, ...read(written.state) })
}
writeFileSync(new URL('../golden/versions.json', import.meta.url), JSON.stringify(golden, null, 1) + '\n')
