// Makes the work of the bench's verb `text`, and measures yjs or ywasm on it.
//   node work.mjs make FOLDER [TRACE]      writes updates.bin, typed.bin (both: length before each update), document.bin, text.txt
//   node --expose-gc work.mjs yjs|ywasm FOLDER RUNS times|document|typed      prints figures as JSON: times, or the resident bytes of a document
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as Y from 'yjs'

const client = 2_147_483_659
const held = 20
const typedCharacters = 50_000
const generatedEdits = 259_778

/** Edits like a writer's, when there is no trace: mostly typing on, sometimes elsewhere, every fourth takes a character away. */
const generate = () => {
  let state = 1
  const below = n => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % n
  const edits = []
  let [length, at] = [0, 0]
  while (edits.length < generatedEdits) {
    if (below(40) === 0) at = below(length + 1)
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

const make = (folder, trace) => {
  const { doc, updates } = record(trace ? traced(trace) : generate())
  const typed = record(Array.from({ length: typedCharacters }, (_, i) => [i, 0, 'the quick brown fox '[i % 20]]))
  writeFileSync(join(folder, 'updates.bin'), join_(updates))
  writeFileSync(join(folder, 'typed.bin'), join_(typed.updates))
  writeFileSync(join(folder, 'document.bin'), Y.encodeStateAsUpdate(doc))
  writeFileSync(join(folder, 'text.txt'), doc.getText('text').toString())
}

const libraries = {
  yjs: async () => ({ open: () => new Y.Doc(), apply: Y.applyUpdate, encode: Y.encodeStateAsUpdate, read: doc => doc.getText('text').toString(), merge: Y.mergeUpdates }),
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
  const applyAll = () => { const doc = it.open(); for (const update of updates) it.apply(doc, update); return doc }
  const type = () => { const doc = it.open(); for (const update of typed) it.apply(doc, update); return doc }
  // Memory is measured in a process that has done nothing else, or what was done before is measured with it.
  if (what !== 'times') return console.log(JSON.stringify(grown(what === 'document' ? load : type)))
  const doc = applyAll()
  if (it.read(doc) !== expected) throw new Error(name + ' read another text')
  const figures = {
    applyMilliseconds: median(times(runs, applyAll)),
    loadMilliseconds: median(times(runs * 3, () => it.read(load()))),
    encodeMilliseconds: median(times(runs * 3, () => it.encode(doc)))
  }
  if (it.merge) figures.mergeMilliseconds = median(times(runs, () => it.merge(updates.slice(0, 20_000))))
  process.stdout.write(JSON.stringify(figures) + '\n')
}

const [verb, folder, rest, what] = process.argv.slice(2)
if (verb === 'make') make(folder, rest)
else await measure(verb, folder, Number(rest), what)
