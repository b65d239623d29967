// Seeded random programs of people who undo and redo: each is a peer with yjs' UndoManager, and a server takes what they send in one order.
import * as Y from 'yjs'
import { initProseMirrorDoc, updateYFragment, ySyncPluginKey, defaultDeleteFilter, defaultProtectedNodes } from 'y-prosemirror'
import { Schema, Fragment } from 'prosemirror-model'
import { Transform } from 'prosemirror-transform'
import { randomOf } from './programs.mjs'

const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: { group: 'block', content: 'inline*' },
    heading: { group: 'block', content: 'inline*', attrs: { level: { default: 1 } } },
    list: { group: 'block', content: 'item+' },
    item: { content: 'paragraph block*' },
    text: { group: 'inline' }
  },
  marks: { bold: {}, link: { attrs: { href: {} } } }
})

const words = ['a', 'xyz', 'Artikel 1', 'é', '👍', 'hello']
const word = random => random.pick(words)

const editText = (text, random) => {
  const at = random.below(text.length + 1)
  const span = Math.min(1 + random.below(5), text.length - at)
  switch (random.below(7)) {
    case 0: case 1: if (span > 0) text.delete(at, span); break
    case 2: if (span > 0) text.format(at, span, random.pick([{ bold: true }, { bold: null }, { link: 'x' }])); break
    case 3: text.insertEmbed(at, { n: 1 }); break
    default: text.insert(at, word(random))
  }
}

const editArray = (array, random, depth = 0) => {
  const at = random.below(array.length + 1)
  const child = at < array.length ? array.get(at) : null
  if (child instanceof Y.Text && random.chance(0.5)) return editText(child, random)
  if (child instanceof Y.Map && random.chance(0.5)) return editMap(child, random)
  if (child instanceof Y.Array && random.chance(0.7)) return editArray(child, random, depth + 1)
  if (random.chance(array.length > 3 ? 0.7 : 0.35)) return array.length > 0 && array.delete(Math.min(at, array.length - 1), Math.min(1 + random.below(2), array.length - Math.min(at, array.length - 1)))
  array.insert(at, random.pick([
    () => [1], () => ['b', 'c', 'd'], () => [depth < 3 ? Y.Array.from([1, 2, 3]) : 4], () => [new Y.Text('hello')], () => [new Y.Map([['k', 1]])]])())
}

const editMap = (map, random) => {
  const key = random.pick(['k', 'l'])
  const child = map.get(key)
  if (child instanceof Y.Text && random.chance(0.6)) return editText(child, random)
  if (child instanceof Y.Map && random.chance(0.6)) return editMap(child, random)
  if (random.chance(0.3)) return map.delete(key)
  map.set(key, random.pick([() => random.below(9), () => new Y.Text('hello'), () => new Y.Map([['k', 2]])])())
}

const editXml = (parent, random, depth = 0) => {
  const at = random.below(parent.length + 1)
  const child = parent.length > 0 ? parent.get(Math.min(at, parent.length - 1)) : null
  if (child instanceof Y.XmlText && random.chance(0.75)) return editText(child, random)
  if (child instanceof Y.XmlElement && random.chance(0.75)) {
    return random.chance(0.15) ? child.setAttribute(random.pick(['id', 'class']), word(random)) : editXml(child, random, depth + 1)
  }
  if (child !== null && random.chance(parent.length > 2 ? 0.8 : 0.4)) return parent.delete(Math.min(at, parent.length - 1), 1)
  const made = depth < 3 && random.chance(0.6) ? new Y.XmlElement('p') : new Y.XmlText(word(random))
  if (made instanceof Y.XmlElement && random.chance(0.7)) made.insert(0, [new Y.XmlText('hello')])
  parent.insert(at, [made])
}

/** What an editor bound by y-prosemirror does with a change: it compares the document with the fragment and writes the difference. */
const editProseMirror = (fragment, random, origin) => {
  const { doc, meta } = initProseMirrorDoc(fragment, schema)
  const change = new Transform(doc)
  const blocks = []
  doc.descendants((node, at) => { if (node.isTextblock) blocks.push({ node, at }) })
  const paragraph = (...content) => schema.nodes.paragraph.create(null, content)
  const block = blocks.length > 0 ? random.pick(blocks) : null
  try {
    const within = block ? block.at + 1 + random.below(block.node.content.size + 1) : 0
    const end = block ? Math.min(within + 1 + random.below(6), block.at + 1 + block.node.content.size) : 0
    switch (block === null ? 9 : random.below(18)) {
      case 0: case 1: if (end > within) change.delete(within, end); break
      case 2: case 10: case 11: change.delete(block.at, block.at + block.node.nodeSize); break
      case 12: change.delete(block.at + 1, block.at + 1 + block.node.content.size); break
      case 3: change.split(within); break
      case 4: if (end > within) change.addMark(within, end, random.pick([schema.marks.bold.create(), schema.marks.link.create({ href: 'x' })])); break
      case 5: if (end > within) change.removeMark(within, end); break
      case 6: if (blocks.length > 1) change.join(random.pick(blocks.slice(1)).at); break
      case 7: change.setBlockType(block.at, block.at + block.node.nodeSize, random.pick([schema.nodes.heading, schema.nodes.paragraph])); break
      case 8: change.insert(block.at, schema.nodes.list.create(null, [schema.nodes.item.create(null, [paragraph(schema.text('item'))])])); break
      case 9: if (blocks.length < 4) change.insert(random.chance(0.5) || !block ? doc.content.size : block.at, paragraph(schema.text(word(random)))); break
      default: change.insert(within, schema.text(word(random)))
    }
  } catch {
    return
  }
  if (change.docChanged) fragment.doc.transact(() => updateYFragment(fragment.doc, fragment, change.doc, meta), origin)
}

const shapes = {
  text: { edit: (doc, random) => editText(doc.getText('t'), random), scope: doc => doc.getText('t') },
  array: { edit: (doc, random) => editArray(doc.getArray('a'), random), scope: doc => doc.getArray('a') },
  map: { edit: (doc, random) => editMap(doc.getMap('m'), random), scope: doc => doc.getMap('m') },
  xml: { edit: (doc, random) => editXml(doc.getXmlFragment('default'), random), scope: doc => doc.getXmlFragment('default') },
  prosemirror: { edit: null, scope: doc => doc.getXmlFragment('default') }
}

/** Those in which undoing puts something at an odd place more often come more often. */
const shapeOf = seed => ['text', 'array', 'map', 'xml', 'prosemirror', 'xml', 'prosemirror', 'prosemirror'][seed % 8]

class Person {
  constructor (id, shape, random) {
    this.shape = shape
    this.doc = new Y.Doc()
    this.doc.clientID = id
    this.heard = 0
    /** What it made and has not sent yet. */
    this.unsent = []
    this.isOffline = false
    this.hasFailed = false
    this.doc.on('update', (update, origin) => { if (origin !== 'server') this.unsent.push(update) })
    const scope = shapes[shape].scope(this.doc)
    this.origin = shape === 'prosemirror' ? ySyncPluginKey : 'me'
    // Now and then several changes are one step of the undo stack, as they are for somebody who types fast.
    this.undo = new Y.UndoManager(scope, {
      trackedOrigins: new Set([this.origin]),
      captureTimeout: random.chance(0.85) ? 0 : 1e9,
      ...shape === 'prosemirror' ? { deleteFilter: item => defaultDeleteFilter(item, defaultProtectedNodes) } : {}
    })
    this.breaks = random.chance(0.5) ? 0.3 : 0
  }

  act (random, undoing) {
    if (random.chance(this.breaks)) this.undo.stopCapturing()
    if (!random.chance(undoing)) return this.edit(random)
    this.step(random.chance(0.7) ? 'undo' : 'redo', 1 + random.below(3))
    // Whoever undoes often writes on in what came back, and then goes back further.
    if (random.chance(0.3)) {
      this.edit(random)
      this.step('undo', 1 + random.below(3))
    }
  }

  edit (random) {
    const { edit, scope } = shapes[this.shape]
    if (edit) this.doc.transact(() => { for (let i = random.below(2); i >= 0; i--) edit(this.doc, random) }, this.origin)
    else editProseMirror(scope(this.doc), random, this.origin)
  }

  /** Yjs' undo manager now and then throws where somebody else has deleted something meanwhile; it is of no use afterwards. */
  step (back, times) {
    try {
      while (!this.hasFailed && times-- > 0) this.undo[back]()
    } catch {
      this.hasFailed = true
    }
  }

  send (server) {
    for (const update of this.unsent.splice(0)) server.push(update)
  }

  /** What somebody who was offline sends is what the server lacks, at once; or the updates, merged. */
  sendAtOnce (server, vector, random) {
    if (this.unsent.length === 0) return
    server.push(random.chance(0.5) ? Y.encodeStateAsUpdate(this.doc, vector) : Y.mergeUpdates(this.unsent))
    this.unsent = []
  }

  hear (server, upTo) {
    while (this.heard < upTo) Y.applyUpdate(this.doc, server[this.heard++], 'server')
  }
}

/** Runs a program. Gives what the server takes, in order, with what each person's live document and that of a stock server says in the end. */
export const runUndo = (seed, steps) => {
  const random = randomOf(seed)
  const shape = shapeOf(seed)
  const ids = new Set()
  const count = random.pick([1, 1, 1, 2, 3])
  while (ids.size < count) ids.add(random.chance(0.3) ? 1 + random.below(300) : Math.floor(random.next() * 2 ** 32))
  const people = [...ids].map(id => new Person(id, shape, random))
  const undoing = random.pick([0.1, 0.3, 0.4, 0.5])
  const offline = random.pick([0, 0.1])
  const hears = random.pick([1, 0.3])
  const server = []
  const stock = new Y.Doc()
  for (let step = 0; step < steps; step++) {
    const person = random.pick(people)
    if (random.chance(offline)) person.isOffline = !person.isOffline
    person.act(random, undoing)
    if (!person.isOffline) {
      const vector = () => Y.encodeStateVector(stock)
      const from = server.length
      if (person.unsent.length > 1) person.sendAtOnce(server, vector(), random)
      else person.send(server)
      for (const update of server.slice(from)) Y.applyUpdate(stock, update)
    }
    for (const other of people) if (!other.isOffline && random.chance(hears)) other.hear(server, server.length)
  }
  for (const person of people) {
    const from = server.length
    person.sendAtOnce(server, Y.encodeStateVector(stock), random)
    for (const update of server.slice(from)) Y.applyUpdate(stock, update)
  }
  for (const person of people) person.hear(server, server.length)
  return { shape, updates: server, docs: [stock, ...people.map(person => person.doc)] }
}
