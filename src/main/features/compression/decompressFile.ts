import type { InputShape } from '../../../shared/modelSpec'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { mapOrdered } from '../../base/mapOrdered'
import { sharp } from '../../base/sharp'
import { batchStream } from '../models/batchStream'
import { openNamedModel } from '../models/builtinModels'
import type { ModelWork } from '../models/modelWork'
import type { ComputeTarget } from '../../worker/protocol'
import type { DecompressedBatch } from './tasks/compressionTasks'
import { HgzFile } from './hgzFile'
import { UnpackedFolder } from './unpackedFolder'

export interface DecompressRequest extends ComputeTarget {
  readonly file: string
  /** A folder for the images. */
  readonly out: string
  readonly overwrite: boolean
  /** A run or a saved model, for a file without its own. */
  readonly model: string | null
  /** Paths in the file; all images where there are none. */
  readonly only: readonly string[]
}

/** Files that are written at once. */
const filesAtOnce = 16

/**
 * Draws the images of a file, a PNG of each, in the folders that they came from.
 * @throws ExpectedError, CancelledError; nothing is written then
 */
export async function decompressFile(
  { file: path, out, overwrite, model, only, ...target }: DecompressRequest,
  { client, signal, onProgress }: ModelWork,
): Promise<{ out: string; count: number }> {
  const file = await HgzFile.open(path)
  try {
    const { input, count } = file.header
    const wanted = only.length > 0 ? await findImages(file, only) : null
    const files = model === null ? null : (await openNamedModel(model)).files
    const folder = await UnpackedFolder.open(out, overwrite)
    const total = wanted?.paths.size ?? count
    try {
      onProgress?.(0, total)
      for (const block of wanted?.blocks ?? [undefined]) {
        const params = { file: path, model: files, ...(block !== undefined && { block }), ...target }
        for await (const batch of batchStream(client, 'decompress', params, signal)) {
          await writeBatch(folder, batch, input, wanted?.paths ?? null)
          onProgress?.(folder.count, total)
        }
      }
      await folder.commit()
      return { out, count: folder.count }
    } catch (error) {
      await folder.abort()
      throw error
    }
  } finally {
    await file.close()
  }
}

/** The blocks that hold images: others are not read. @throws ExpectedError for a name that is not in the file */
async function findImages(
  file: HgzFile,
  only: readonly string[],
): Promise<{ paths: Set<string>; blocks: number[] }> {
  const paths = new Set(only)
  const missing = new Set(only)
  const blocks: number[] = []
  for (let block = 0; block < file.index.blocks.length && missing.size > 0; block++) {
    const found = (await file.items(block)).filter(({ path }) => missing.delete(path))
    if (found.length > 0) blocks.push(block)
  }
  const [first] = missing
  if (first === undefined) return { paths, blocks }
  throw new ExpectedError('not-found', sentence('compression.noSuchImage', { path: file.path, first }))
}

async function writeBatch(
  folder: UnpackedFolder,
  { items, pixels, count }: DecompressedBatch,
  input: InputShape,
  only: ReadonlySet<string> | null,
): Promise<void> {
  const { width, height, channels } = input
  const size = width * height * channels
  const chosen = Array.from({ length: count }, (_, i) => i).filter((i) => !only || only.has(items[i]!.path))
  const named = chosen.map((i) => ({ i, name: folder.nameFor(items[i]!.path) }))
  const write = async ({ i, name }: { i: number; name: string }) => {
    const data = pixels.subarray(i * size, (i + 1) * size)
    const png = await sharp(data, { raw: { width, height, channels } })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .png()
      .toBuffer()
    await folder.write(name, png, items[i]!.modifiedMs)
  }
  const written = mapOrdered(named, write, { width: filesAtOnce })
  while (!(await written.next()).done);
}
