// Reads updates (one a line, hexadecimal), applies them one by one, and prints the text they give and what yjs makes of them:
// the first half merged as a server merges them, the second half as one document's difference.
// node merge.mjs ROOT
import { readFileSync } from 'node:fs'
import * as Y from 'yjs'

const updates = readFileSync(0, 'utf8').split('\n').map(line => new Uint8Array(Buffer.from(line, 'hex')))
const half = updates.length / 2
const doc = new Y.Doc()
let middle
updates.forEach((update, i) => {
  if (i === half) middle = Y.encodeStateVector(doc)
  Y.applyUpdate(doc, update)
})
const merged = [Y.mergeUpdates(updates.slice(0, half)), Y.encodeStateAsUpdate(doc, middle)]
process.stdout.write(JSON.stringify({
  text: doc.getText(process.argv[2]).toString(),
  updates: merged.map(update => Buffer.from(update).toString('hex')),
}))
