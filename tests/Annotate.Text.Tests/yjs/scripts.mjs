// Runs scripts of local edits on several documents, as the tests of Annotate.Text run them on theirs.
import * as Y from 'yjs'

const node = (doc, path) => path.slice(1).reduce((type, at) => type.get(at), path[0] === 'default' ? doc.getXmlFragment('default') : doc.getText('t'))

const types = {
  array: () => new Y.Array(), map: () => new Y.Map(), text: () => new Y.Text(), element: name => new Y.XmlElement(name),
  fragment: () => new Y.XmlFragment(), hook: name => new Y.XmlHook(name), xmltext: () => new Y.XmlText()
}

const operations = {
  insert: (doc, { path, index, text, formats }) => node(doc, path).insert(index, text, formats ?? undefined),
  embed: (doc, { path, index, embed, formats }) => node(doc, path).insertEmbed(index, embed, formats ?? undefined),
  format: (doc, { path, index, length, formats }) => node(doc, path).format(index, length, formats),
  remove: (doc, { path, index, length }) => node(doc, path).delete(index, length),
  child: (doc, { path, index, kind, name }) => node(doc, path).insert(index, [types[kind](name)]),
  attribute: (doc, { path, key, value }) => node(doc, path).setAttribute(key, value),
  values: (doc, { index, values }) => doc.getArray('a').insert(index, values),
  bytes: (doc, { index, bytes }) => doc.getArray('a').insert(index, [new Uint8Array(Buffer.from(bytes, 'base64'))]),
  take: (doc, { index, length }) => doc.getArray('a').delete(index, length),
  type: (doc, { index, kind, name }) => doc.getArray('a').insert(index, [types[kind](name)]),
  set: (doc, { key, value }) => doc.getMap('m').set(key, value),
  settype: (doc, { key, kind, name }) => doc.getMap('m').set(key, types[kind](name)),
  unset: (doc, { key }) => doc.getMap('m').delete(key)
}

/** Each step is a transaction of a document, or an update of an earlier step that a document applies. Gives each step's update. */
export const script = (clients, steps, create) => {
  const updates = []
  const docs = clients.map(client => {
    const doc = create()
    doc.clientID = client
    for (const open of [() => doc.getText('t'), () => doc.getArray('a'), () => doc.getMap('m'), () => doc.getXmlFragment('default')]) open()
    return doc
  })
  for (const { on, apply, operations: all } of steps) {
    const doc = docs[on]
    let update = new Uint8Array([0, 0])
    const listen = bytes => { update = bytes }
    doc.on('update', listen)
    if (apply !== undefined && apply !== null) Y.applyUpdate(doc, updates[apply])
    else doc.transact(() => { for (const operation of all) operations[operation.do](doc, operation) })
    doc.off('update', listen)
    updates.push(update)
  }
  return { docs, updates }
}
