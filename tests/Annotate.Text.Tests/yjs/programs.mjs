// Seeded random programs: several peers edit one document and hear of each other late, twice, or not at all.
import * as Y from 'yjs'

/** A small generator of random numbers (mulberry32), so that a seed means the same program for ever. */
export const randomOf = seed => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = n => Math.floor(next() * n)
  return { next, below, pick: items => items[below(items.length)], chance: p => next() < p }
}

const words = ['a', 'xyz', 'Artikel 1', 'é', '—', '漢字', '👍', 'a👍b🧪c', '\n', 'long '.repeat(20), '\uFFFD', '👩‍👩‍👧']
const values = [null, true, false, 0, -1, 7, 2 ** 31, 1.5, 1e300, -0.1, 'text', '',
  { a: 1, b: [1, { c: null }], 漢: 'x' }, { big: 2n ** 62n, none: undefined, bytes: new Uint8Array([9]) }, [], [[]], {}, new Uint8Array([0, 255, 7])]

const insertedType = random => random.pick([
  () => new Y.Map([['k', 1], ['l', 'v']]), () => Y.Array.from([1, 'two', null]), () => new Y.Text('nested 👍'), () => new Y.XmlElement('p'),
  () => new Y.XmlText('xml'), () => new Y.XmlFragment(), () => new Y.XmlHook('hook')])()

const editText = (text, random) => {
  const length = text.length
  const at = random.below(length + 1)
  const span = Math.min(1 + random.below(4), length - at)
  switch (random.below(7)) {
    case 0: if (span > 0) text.delete(at, span); break
    case 1: if (span > 0) text.format(at, span, random.pick([{ bold: true }, { bold: null }, { link: { href: 'https://example.org/', n: 1 } }])); break
    case 2: text.insertEmbed(at, random.pick([{ image: 'x.png' }, { n: [1, 2] }, {}])); break
    case 3: text.insert(at, random.pick(words), { em: true }); break
    default: text.insert(at, random.pick(words))
  }
}

const editArray = (array, random) => {
  const at = random.below(array.length + 1)
  switch (random.below(5)) {
    case 0: if (at < array.length) array.delete(at, 1); break
    case 1: array.insert(at, [insertedType(random)]); break
    case 2: array.insert(at, [new Uint8Array([1, 2, 3])]); break
    default: array.insert(at, Array.from({ length: 1 + random.below(4) }, () => random.pick(values)))
  }
}

const editMap = (map, random) => {
  const key = random.pick(['k', 'l', 'ключ', ''])
  switch (random.below(6)) {
    case 0: map.delete(key); break
    case 1: map.set(key, insertedType(random)); break
    case 2: map.set(key, new Y.Doc({ guid: 'sub-' + random.below(5), meta: { n: 1 }, autoLoad: random.chance(0.5) })); break
    default: map.set(key, random.pick(values))
  }
}

const editXml = (fragment, random) => {
  const at = random.below(fragment.length + 1)
  const child = fragment.length > 0 ? fragment.get(Math.min(at, fragment.length - 1)) : null
  switch (random.below(6)) {
    case 0: if (at < fragment.length) fragment.delete(at, 1); break
    case 1: if (child instanceof Y.XmlElement) child.setAttribute(random.pick(['id', 'class']), random.pick(words)); break
    case 2: if (child instanceof Y.XmlElement) editXml(child, random); break
    case 3: if (child instanceof Y.XmlText) editText(child, random); break
    case 4: fragment.insert(at, [new Y.XmlText(random.pick(words))]); break
    default: fragment.insert(at, [new Y.XmlElement(random.pick(['p', 'h1', 'ul']))])
  }
}

const edit = (doc, random) => {
  switch (random.below(7)) {
    case 0: return editArray(doc.getArray('a'), random)
    case 1: return editMap(doc.getMap('m'), random)
    case 2: case 3: return editXml(doc.getXmlFragment('default'), random)
    case 4: {
      const nested = doc.getArray('a').toArray().find(x => x instanceof Y.AbstractType)
      if (nested instanceof Y.Map) return editMap(nested, random)
      if (nested instanceof Y.Array) return editArray(nested, random)
      if (nested instanceof Y.XmlText || nested instanceof Y.Text) return editText(nested, random)
      if (nested instanceof Y.XmlFragment) return editXml(nested, random)
      return editText(doc.getText('t'), random)
    }
    default: return editText(doc.getText('t'), random)
  }
}

/**
 * What is written meanwhile holds values as JSON, as the first versions of yjs wrote them. An empty string becomes undefined, which arrays and
 * maps of those versions could hold.
 */
export const writingJson = work => {
  const { write, getRef } = Y.ContentAny.prototype
  const json = value => value === '' || value === undefined ? 'undefined' : JSON.stringify(value, (_, v) => typeof v === 'bigint' ? Number(v) : v)
  Y.ContentAny.prototype.getRef = Y.ContentJSON.prototype.getRef
  Y.ContentAny.prototype.write = function (encoder, offset) {
    encoder.writeLen(this.arr.length - offset)
    for (const value of this.arr.slice(offset)) encoder.writeString(json(value))
  }
  try {
    return work()
  } finally {
    Object.assign(Y.ContentAny.prototype, { write, getRef })
  }
}

/** Runs a program. Gives each transaction's update, and updates that a sync would send: whole documents and parts of them. */
export const run = (seed, steps) => {
  const random = randomOf(seed)
  const updates = []
  const syncs = []
  const ids = new Set()
  while (ids.size < 2 + random.below(4)) ids.add(random.chance(0.2) ? 1 + random.below(300) : Math.floor(random.next() * 2 ** 32))
  const peers = [...ids].map(id => {
    const doc = new Y.Doc({ gc: random.chance(0.7) })
    doc.clientID = id
    doc.on('update', (update, origin) => { if (origin !== 'peer') updates.push(update) })
    return { doc, heard: 0 }
  })
  for (let step = 0; step < steps; step++) {
    const peer = random.pick(peers)
    if (random.chance(0.25)) {
      const upTo = peer.heard + random.below(updates.length - peer.heard + 1)
      while (peer.heard < upTo) Y.applyUpdate(peer.doc, updates[peer.heard++], 'peer')
    } else if (random.chance(0.1)) {
      syncs.push(Y.encodeStateAsUpdate(peer.doc, Y.encodeStateVector(random.pick(peers).doc)))
    } else {
      peer.doc.transact(() => { for (let i = random.below(3); i >= 0; i--) edit(peer.doc, random) })
    }
  }
  syncs.push(...peers.map(peer => Y.encodeStateAsUpdate(peer.doc)))
  return { updates, syncs }
}
