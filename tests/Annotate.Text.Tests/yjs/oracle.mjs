// Answers the tests' questions with real yjs: one JSON request a line in, one JSON reply a line out. Bytes are base64.
import * as Y from 'yjs'
import * as awareness from 'y-protocols/awareness'
import { yXmlFragmentToProsemirrorJSON } from 'y-prosemirror'
import { createInterface } from 'node:readline'
import { run, writingJson } from './programs.mjs'
import { script } from './scripts.mjs'
import { runUndo } from './undo.mjs'

const bytes = text => new Uint8Array(Buffer.from(text, 'base64'))
const text = array => Buffer.from(array).toString('base64')
const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0

/** JSON whose bytes do not depend on the order in which keys were set. */
const plain = value => JSON.stringify(value, (_, v) => {
  if (typeof v === 'bigint') return { bigint: v.toString() }
  if (v === undefined) return { undefined: true }
  if (v instanceof Uint8Array) return { bytes: text(v) }
  return v && v.constructor === Object ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a < b ? -1 : 1)) : v
})

/** Rows of client, and clocks from and to. */
const deletesOf = ds => [...ds.clients].sort((a, b) => b[0] - a[0]).flatMap(([client, ranges]) => ranges.map(r => [client, r.clock, r.clock + r.len]))

const contentOf = content => {
  if (content instanceof Y.ContentType) return ['type', content.type.constructor.name, content.type.nodeName ?? content.type.hookName ?? null]
  if (content instanceof Y.ContentDoc) return ['doc', content.doc.guid, content.opts]
  return [content.constructor.name, { ...content }]
}

/** The structs and deletions of an update, in a form where only their meaning counts: yjs joins GC structs in some merges and not in others. */
const meaning = update => {
  const { structs, ds } = Y.decodeUpdate(update)
  const rows = []
  for (const s of structs) {
    const last = rows.at(-1)
    if (!(s instanceof Y.Item)) {
      if (last && last[0] === s.id.client && last[1] + last[2] === s.id.clock && last[3] === s.constructor.name) last[2] += s.length
      else rows.push([s.id.client, s.id.clock, s.length, s.constructor.name])
    } else rows.push([s.id.client, s.id.clock, s.length, s.origin, s.rightOrigin, s.parent, s.parentSub, contentOf(s.content)])
  }
  const deletes = [...ds.clients].sort((a, b) => b[0] - a[0]).map(([client, ranges]) => [client, ranges.map(r => [r.clock, r.len])])
  return plain([rows, deletes])
}

/** Applies updates twice: what came before its time yjs does not always take up again when the time has come (seed 96). */
const documentOf = (updates, doc = new Y.Doc()) => {
  for (const update of [...updates, ...updates]) Y.applyUpdate(doc, update)
  return doc
}

/**
 * Everything that can be seen of a document. Where a peer once cut through a surrogate pair, yjs keeps the whole pair or two replacement
 * characters, depending on the order in which updates came; so pairs are compared as if cut. What is missing yjs notes as it goes along, so only
 * whether something is missing can be compared.
 */
const seen = doc => {
  const types = { t: doc.getText('t').toDelta(), a: doc.getArray('a').toJSON(), m: doc.getMap('m').toJSON(), x: doc.getXmlFragment('default').toString() }
  const pendingDeletes = doc.store.pendingDs === null ? null : meaning(Y.convertUpdateFormatV2ToV1(doc.store.pendingDs))
  return plain([types, text(Y.encodeStateVector(doc)), doc.store.pendingStructs !== null, pendingDeletes]).replace(/[\u{10000}-\u{10ffff}]/gu, '\ufffd\ufffd')
}

/** How alike two updates are: in bytes, in bytes once yjs has written ours anew, in meaning, in the document they make, or not at all. */
const compare = (ours, theirs) => {
  if (same(ours, theirs)) return 'bytes'
  if (same(Y.convertUpdateFormatV2ToV1(Y.convertUpdateFormatV1ToV2(ours)), theirs)) return 'rewritten'
  if (meaning(ours) === meaning(theirs)) return 'meaning'
  return seen(documentOf([ours])) === seen(documentOf([theirs])) ? 'document' : 'different'
}

/** JSON with bytes as base64, and 64-bit integers as numbers. */
const json = value => JSON.stringify(value, (_, v) => typeof v === 'bigint' ? Number(v) : v instanceof Uint8Array ? text(v) : v)

/** A document that leaves redundant formatting marks as they are, as one does whose types nobody has asked for. */
const plainDocument = options => {
  const doc = new Y.Doc(options)
  doc.on('afterTransaction', transaction => { transaction._needFormattingCleanup = false })
  return doc
}

const idOf = type => `${type._item.id.client} ${type._item.id.clock}`

/** A root type of the programs, or a nested one by the id of the item that holds it. */
const typeOf = (doc, { root, clientId, clock }) => root === 't' ? doc.getText('t')
  : root === 'a' ? doc.getArray('a') : root ? doc.getXmlFragment(root) : Y.getItem(doc.store, Y.createID(clientId, clock)).content.type

/** What an event says of a nested type: how its sequence changed, if it did, and the keys under which something did. */
const said = event => JSON.parse(json({
  delta: event instanceof Y.YMapEvent || event.childListChanged === false ? null : event.changes.delta,
  keys: [...event.keysChanged ?? event.attributesChanged ?? []]
}))

/** What the events say when an update comes to a document: of the root types, and of the types in them. */
const changesOf = (earlier, update) => {
  const doc = plainDocument()
  const roots = { t: doc.getText('t'), a: doc.getArray('a'), x: doc.getXmlFragment('default'), m: doc.getMap('m') }
  for (const each of earlier) Y.applyUpdate(doc, bytes(each))
  const changes = { nested: {} }
  for (const [name, root] of Object.entries(roots)) {
    root.observe(event => { changes[name] ??= JSON.parse(json(name === 'm' ? [...event.keysChanged] : event.changes.delta)) })
    root.observeDeep(events => { for (const event of events) if (event.target._item) changes.nested[idOf(event.target)] ??= said(event) })
  }
  Y.applyUpdate(doc, bytes(update))
  return changes
}

/** The elements in a fragment, each before those in it: names and attributes. */
const elementsIn = parent => parent.toArray().filter(child => child instanceof Y.XmlElement)
  .flatMap(element => [{ name: element.nodeName, attributes: element.getAttributes() }, ...elementsIn(element)])

const read = doc => {
  const types = { t: doc.getText('t').toDelta(), s: doc.getText('t').toString(), a: doc.getArray('a').toJSON(), m: doc.getMap('m').toJSON(), x: doc.getXmlFragment('default').toString() }
  return JSON.parse(json({ ...types, e: elementsIn(doc.getXmlFragment('default')), p: yXmlFragmentToProsemirrorJSON(doc.getXmlFragment('default')) }))
}

/** What yjs gives for a state that it gets at once, in a document of which it knows nothing else. */
const freshOf = state => {
  const doc = plainDocument()
  Y.applyUpdate(doc, state)
  return doc
}

const isPending = doc => doc.store.pendingStructs !== null || doc.store.pendingDs !== null

/** A text that got only what was new of each update, and one that got the whole updates. They delete no marks by themselves. */
let held = plainDocument()
let whole = plainDocument()

/** Applies an update to a copy of the text: does it change anything, does anything stay pending, does yjs throw? */
const tryOn = update => {
  const copy = documentOf([Y.encodeStateAsUpdate(held)], plainDocument())
  let changed = false
  copy.on('update', () => { changed = true })
  try {
    Y.applyUpdate(copy, update)
  } catch (error) {
    return { threw: String(error) }
  }
  return { changed, pending: isPending(copy) }
}

const answers = {
  program: ({ seed, steps, inJson }) => {
    const { updates, syncs } = inJson ? writingJson(() => run(seed, steps)) : run(seed, steps)
    return { updates: updates.map(text), syncs: syncs.map(text) }
  },
  undo: ({ seed, steps }) => ({ updates: runUndo(seed, steps).updates.map(text) }),
  merge: ({ updates, ours }) => ({ alike: compare(bytes(ours), Y.mergeUpdates(updates.map(bytes))) }),
  diff: ({ update, vector, ours }) => ({ alike: compare(bytes(ours), Y.diffUpdate(bytes(update), bytes(vector))) }),
  vector: ({ update }) => ({ bytes: text(Y.encodeStateVectorFromUpdate(bytes(update))) }),
  see: ({ updates }) => {
    const doc = documentOf(updates.map(bytes))
    return { seen: seen(doc), vector: text(Y.encodeStateVector(doc)) }
  },
  document: ({ updates, gc, tidies, ours, vector }) => {
    const doc = tidies ? new Y.Doc({ gc }) : plainDocument({ gc })
    if (tidies) doc.getText('t')
    for (const update of updates) Y.applyUpdate(doc, bytes(update))
    // What yjs does not take up again (see documentOf) it gets when it next connects.
    const forgot = isPending(doc)
    if (forgot) Y.applyUpdate(doc, Y.diffUpdate(bytes(ours), Y.encodeStateVector(doc)))
    const fresh = freshOf(bytes(ours))
    return {
      forgot,
      pending: isPending(doc),
      deletes: deletesOf(Y.createDeleteSetFromStructStore(doc.store)),
      vector: text(Y.encodeStateVector(doc)),
      whole: text(Y.encodeStateAsUpdate(freshOf(Y.encodeStateAsUpdate(doc)))),
      again: text(Y.encodeStateAsUpdate(fresh)),
      diff: text(Y.encodeStateAsUpdate(fresh, bytes(vector))),
      types: read(doc)
    }
  },
  text: ({ updates }) => {
    const doc = plainDocument()
    for (const update of updates) Y.applyUpdate(doc, bytes(update))
    return { text: doc.getText('t').toString() }
  },
  // A document that loads all updates at once, and one that loads what another holds that got them one by one.
  readLoaded: ({ updates }) => {
    const doc = plainDocument()
    for (const update of updates) Y.applyUpdate(doc, bytes(update))
    const [merged, loaded] = [read(freshOf(Y.mergeUpdates(updates.map(bytes)))), read(freshOf(Y.encodeStateAsUpdate(doc)))]
    return { merged, loaded, isOne: plain(merged) === plain(loaded) }
  },
  read: ({ state }) => read(freshOf(bytes(state))),
  script: ({ clients, steps }) => {
    const { docs, updates } = script(clients, steps, plainDocument)
    return { updates: updates.map(text), types: docs.map(read), states: docs.map(doc => text(Y.encodeStateAsUpdate(doc))) }
  },
  // Each update in a document of its own: reading a delta, yjs may delete marks, of which it then tells in a second event.
  changes: ({ before, updates }) => ({ changes: updates.map((update, i) => changesOf([before, ...updates.slice(0, i)], update)) }),
  formats: ({ updates, state, merged, diff, vector }) => {
    const doc = freshOf(bytes(state))
    const second = updates.map(update => Y.convertUpdateFormatV1ToV2(bytes(update)))
    const [whole, theirs] = [Y.mergeUpdatesV2(second), plainDocument()]
    Y.applyUpdateV2(theirs, bytes(merged))
    return {
      merged: seen(documentOf([Y.convertUpdateFormatV2ToV1(whole)])) === seen(theirs),
      diff: meaning(Y.convertUpdateFormatV2ToV1(bytes(diff))) === meaning(Y.convertUpdateFormatV2ToV1(Y.diffUpdateV2(Y.convertUpdateFormatV1ToV2(bytes(state)), bytes(vector)))),
      vector: text(Y.encodeStateVectorFromUpdateV2(whole)),
      second: second.map(text),
      first: second.map(update => text(Y.convertUpdateFormatV2ToV1(update))),
      state: text(Y.encodeStateAsUpdateV2(doc))
    }
  },
  positions: ({ state, update, places }) => {
    const doc = freshOf(bytes(state))
    const encoded = places.map(({ type, index, association }) => Y.createRelativePositionFromTypeIndex(typeOf(doc, type), index, association))
    Y.applyUpdate(doc, bytes(update))
    const found = encoded.map(position => Y.createAbsolutePositionFromRelativePosition(position, doc))
    return {
      bytes: encoded.map(position => text(Y.encodeRelativePosition(position))),
      indexes: found.map(position => position?.index ?? null),
      types: found.map(position => position?.type._item ? idOf(position.type) : null)
    }
  },
  open: () => {
    held = plainDocument()
    whole = plainDocument()
    return {}
  },
  try: ({ update }) => tryOn(bytes(update)),
  apply: ({ fresh, update }) => {
    Y.applyUpdate(held, bytes(fresh))
    Y.applyUpdate(whole, bytes(update))
    return {
      vector: text(Y.encodeStateVector(held)),
      pending: isPending(held),
      held: seen(held),
      whole: seen(whole)
    }
  },
  awareness: ({ update }) => {
    const peer = new awareness.Awareness(new Y.Doc())
    const clients = new Map()
    for (const bytesOf of update) awareness.applyAwarenessUpdate(peer, bytes(bytesOf), 'test')
    for (const [client, state] of peer.getStates()) if (client !== peer.clientID) clients.set(client, state)
    const known = [...clients.keys()].sort((a, b) => a - b)
    const encoded = text(awareness.encodeAwarenessUpdate(peer, known))
    peer.destroy()
    return { known, encoded }
  }
}

const lines = createInterface({ input: process.stdin })
lines.on('line', line => {
  const request = JSON.parse(line)
  let reply
  try {
    reply = answers[request.ask](request)
  } catch (error) {
    reply = { error: String(error.stack) }
  }
  process.stdout.write(JSON.stringify(reply) + '\n')
})
lines.on('close', () => process.exit(0))
