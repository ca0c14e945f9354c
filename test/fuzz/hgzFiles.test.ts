import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { CodeModel } from '../../src/main/engine/compression/codeModel'
import { RangeReader } from '../../src/main/engine/compression/rangeCoder'
import { compressImages } from '../../src/main/features/compression/compressImages'
import { HgzFile } from '../../src/main/features/compression/hgzFile'
import { readCoordinates } from '../../src/main/features/compression/tasks/decompress'
import { ExpectedError } from '../../src/shared/errors'
import { testComputeClient } from '../support/commandLine'
import { randomNumbers } from '../support/randomNumbers'
import { folderOfFile } from '../support/testFolder'
import { rectanglesDataset, trainRun } from '../support/trainedRun'

/** `npm run fuzz` sets the calls; five damaged files for each of its 20,000. */
const calls = process.env.HOURGLASS_FUZZ_CALLS
const files = calls === undefined ? 2000 : 5 * Number(calls)
const seed = Number(process.env.HOURGLASS_FUZZ_SEED ?? 1)
const timeout = Math.max(240_000, files * 50)

let folder: string
let whole: Uint8Array

beforeAll(async () => {
  folder = await folderOfFile()
  const client = testComputeClient()
  const dataset = await rectanglesDataset(join(folder, 'dataset'), 40)
  const run = await trainRun(client, join(folder, 'run'), dataset)
  const { out } = await compressImages(
    {
      ...{ model: run, images: [dataset], out: join(folder, 'whole.hgz'), overwrite: true, runtime: 'onnx' },
      ...{ goal: { kind: 'psnr', psnr: 25 }, maxError: 2, modelOutside: false, compares: false },
    },
    { client },
  )
  await client.dispose()
  whole = new Uint8Array(await readFile(out))
}, timeout)

/** All that a reader does but to draw. */
async function read(bytes: Uint8Array): Promise<void> {
  const path = join(folder, 'damaged.hgz')
  await writeFile(path, bytes)
  const file = await HgzFile.open(path)
  try {
    await readCoordinates(file, { model: null })
    const priors = file.header.priors.map(([zero, goesOn, partner]) => ({ zero, goesOn, partner }))
    for (const [block, { count }] of file.index.blocks.entries()) {
      await file.items(block)
      await file.pixels(block)
      const reader = new RangeReader(await file.codes(block))
      const model = new CodeModel(priors)
      for (let i = 0; i < count; i++) model.code(reader, new Int32Array(priors.length))
    }
  } finally {
    await file.close()
  }
}

/** Bytes changed, cut, repeated or put in. */
function damaged(random: () => number): Uint8Array {
  const bytes = Uint8Array.from(whole)
  const place = () => Math.floor(random() * bytes.length)
  const kind = Math.floor(4 * random())
  if (kind === 0) return bytes.slice(0, place())
  if (kind === 1) {
    const [from, to] = [place(), place()]
    return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)])
  }
  const changes = kind === 2 ? 1 : 1 + Math.floor(20 * random())
  for (let i = 0; i < changes; i++) bytes[place()] = Math.floor(256 * random())
  return bytes
}

/** Makes the checksums right again, so that what is behind them is looked at. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 9 <= bytes.length - 14;) {
    const length = view.getUint32(at + 1, true)
    if (at + 9 + length > bytes.length) break
    view.setUint32(at + 5, crc32(bytes.subarray(at + 9, at + 9 + length)), true)
    at += 9 + length
  }
  if (bytes.length >= 22)
    view.setUint32(bytes.length - 8, crc32(bytes.subarray(bytes.length - 14, bytes.length - 8)), true)
  return bytes
}

describe('compressed files', () => {
  it('are read whole', async () => {
    await read(whole)
    await read(withChecksums(Uint8Array.from(whole)))
  })

  it(
    `that are damaged, ${files} of them, are refused with a sentence or read`,
    async () => {
      const random = randomNumbers(seed)
      for (let i = 0; i < files; i++) {
        const bytes = damaged(random)
        const fixed = i % 2 ? withChecksums(bytes) : bytes
        const thrown: unknown = await read(fixed).then(
          () => null,
          (error: unknown) => error,
        )
        if (thrown !== null && !(thrown instanceof ExpectedError)) {
          await writeFile(join(folder, 'found.hgz'), fixed)
          throw new Error(`File ${i} of seed ${seed}`, { cause: thrown })
        }
      }
      expect(files).toBeGreaterThan(0)
    },
    timeout,
  )
})
