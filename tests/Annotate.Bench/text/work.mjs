// Makes the work of the bench's verb `text`, and measures yjs or ywasm on it.
//   node work.mjs make FOLDER [TRACE]      writes updates.bin, typed.bin, concurrent.bin (length before each update), document.bin, half.bin
//                                          (the state vector of a document with half of the updates), text.txt, concurrent.txt
//   node --expose-gc work.mjs yjs|ywasm FOLDER RUNS times|document|typed      prints figures as JSON: times, or the resident bytes of a document
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as Y from 'yjs'

const client = 2_147_483_659
const held = 20
const typedCharacters = 50_000
const writers = 8
const rounds = 250
const editsPerRound = 50
const generatedEdits = 259_778

/** Even numbers, the same in every run (splitmix32). */
const numbers = () => {
  let state = 1
  return n => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) % n
  }
}

/** Edits like a writer's, when there is no trace: mostly typing on, sometimes elsewhere, every fourth takes a character away. */
const generate = () => {
  const below = numbers()
  const edits = []
  let [length, at] = [0, 0]
  while (edits.length < generatedEdits) {
    if (below(200) === 0) at = below(length + 1)
    if (below(4) === 0 && at > 0) { edits.push([--at, 1, '']); length-- } else { edits.push([at++, 0, String.fromCharCode(97 + below(26))]); length++ }
  }
  return edits
}

const traced = file => JSON.parse(gunzipSync(readFileSync(file))).txns.flatMap(transaction => transaction.patches)

const join_ = updates => Buffer.concat(updates.flatMap(update => [Buffer.from(new Uint32Array([update.length]).buffer), update]))

const split = bytes => {
  const updates = []
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at)
    updates.push(new Uint8Array(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return updates
}

const record = edits => {
  const doc = new Y.Doc()
  doc.clientID = client
  const updates = []
  doc.on('update', update => updates.push(update))
  const text = doc.getText('text')
  for (const [at, deleted, inserted] of edits) {
    doc.transact(() => {
      if (deleted > 0) text.delete(at, deleted)
      if (inserted.length > 0) text.insert(at, inserted)
    })
  }
  return { doc, updates }
}

/** Several writers, each of whom sees what the others wrote after every so many edits only: most of what they write is concurrent. */
const concur = () => {
  const below = numbers()
  const all = []
  const peers = Array.from({ length: writers }, (_, i) => {
    const doc = new Y.Doc()
    doc.clientID = client + i
    const peer = { doc, text: doc.getText('text'), at: 0, made: [] }
    doc.on('update', (update, origin) => { if (origin !== peers) peer.made.push(update) })
    return peer
  })
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      peer.at = below(peer.text.length + 1)
      for (let edit = 0; edit < editsPerRound; edit++) {
        if (below(4) === 0 && peer.at > 0) peer.text.delete(--peer.at, 1)
        else peer.text.insert(peer.at++, String.fromCharCode(97 + below(26)))
      }
    }
    // In turn, as they would come to a server.
    for (let edit = 0; edit < editsPerRound; edit++) all.push(...peers.map(peer => peer.made[edit]))
    const made = peers.map(peer => Y.mergeUpdates(peer.made.splice(0)))
    for (const peer of peers) for (const update of made) Y.applyUpdate(peer.doc, update, peers)
  }
  return { text: peers[0].text.toString(), updates: all }
}

const make = (folder, trace) => {
  const { doc, updates } = record(trace ? traced(trace) : generate())
  const typed = record(Array.from({ length: typedCharacters }, (_, i) => [i, 0, 'the quick brown fox '[i % 20]]))
  writeFileSync(join(folder, 'updates.bin'), join_(updates))
  writeFileSync(join(folder, 'typed.bin'), join_(typed.updates))
  writeFileSync(join(folder, 'document.bin'), Y.encodeStateAsUpdate(doc))
  writeFileSync(join(folder, 'text.txt'), doc.getText('text').toString())
  const half = new Y.Doc()
  for (const update of updates.slice(0, updates.length >> 1)) Y.applyUpdate(half, update)
  writeFileSync(join(folder, 'half.bin'), Y.encodeStateVector(half))
  const concurrent = concur()
  writeFileSync(join(folder, 'concurrent.bin'), join_(concurrent.updates))
  writeFileSync(join(folder, 'concurrent.txt'), concurrent.text)
}

const libraries = {
  yjs: async () => ({ open: () => new Y.Doc(), apply: Y.applyUpdate, encode: Y.encodeStateAsUpdate, read: doc => doc.getText('text').toString(), merge: Y.mergeUpdates, diff: Y.diffUpdate }),
  ywasm: async () => {
    const W = await import('ywasm')
    const it = W.default ?? W
    return {
      open: () => new it.YDoc(),
      apply: (doc, update) => it.applyUpdate(doc, update, null),
      encode: doc => it.encodeStateAsUpdate(doc),
      read: doc => doc.getText('text').toString(undefined)
    }
  }
}

const median = values => values.sort((a, b) => a - b)[values.length >> 1]
const times = (runs, work) => Array.from({ length: runs }, () => { const began = performance.now(); work(); return performance.now() - began })

const grown = make => {
  globalThis.gc()
  const before = process.memoryUsage().rss
  const kept = Array.from({ length: held }, make)
  globalThis.gc()
  const bytes = (process.memoryUsage().rss - before) / held
  return kept.length === held ? bytes : 0
}

const measure = async (name, folder, runs, what) => {
  const it = await libraries[name]()
  const updates = split(readFileSync(join(folder, 'updates.bin')))
  const typed = split(readFileSync(join(folder, 'typed.bin')))
  const document = new Uint8Array(readFileSync(join(folder, 'document.bin')))
  const expected = readFileSync(join(folder, 'text.txt'), 'utf8')
  const load = () => { const doc = it.open(); it.apply(doc, document); return doc }
  const concurrent = split(readFileSync(join(folder, 'concurrent.bin')))
  const half = new Uint8Array(readFileSync(join(folder, 'half.bin')))
  const applyConcurrent = () => { const doc = it.open(); for (const update of concurrent) it.apply(doc, update); return doc }
  const applyAll = () => { const doc = it.open(); for (const update of updates) it.apply(doc, update); return doc }
  const type = () => { const doc = it.open(); for (const update of typed) it.apply(doc, update); return doc }
  // Memory is measured in a process that has done nothing else, or what was done before is measured with it.
  if (what !== 'times') return console.log(JSON.stringify(grown(what === 'document' ? load : type)))
  const doc = applyAll()
  if (it.read(doc) !== expected) throw new Error(name + ' read another text')
  if (it.read(applyConcurrent()) !== readFileSync(join(folder, 'concurrent.txt'), 'utf8')) throw new Error(name + ' read another concurrent text')
  const figures = {
    concurrentMilliseconds: median(times(runs, applyConcurrent)),
    applyMilliseconds: median(times(runs, applyAll)),
    loadMilliseconds: median(times(runs * 3, () => it.read(load()))),
    encodeMilliseconds: median(times(runs * 3, () => it.encode(doc)))
  }
  if (it.diff) figures.diffMilliseconds = median(times(runs, () => it.diff(document, half)))
  if (it.merge) figures.mergeMilliseconds = median(times(runs, () => it.merge(updates.slice(0, 20_000))))
  process.stdout.write(JSON.stringify(figures) + '\n')
}

const [verb, folder, rest, what] = process.argv.slice(2)
if (verb === 'make') make(folder, rest)
else await measure(verb, folder, Number(rest), what)
