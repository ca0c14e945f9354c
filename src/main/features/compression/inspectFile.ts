import { HgzFile } from './hgzFile'
import type { HgzHeader, HgzIndex } from './hgzFormat'

export interface InspectedFile {
  readonly header: HgzHeader
  readonly index: HgzIndex
  readonly size: number
}

/**
 * Reads a file whole, so that every checksum is looked at, and tells what it holds.
 * @param onPath hears the path of each image
 * @throws ExpectedError for a damaged file
 */
export async function inspectFile(
  path: string,
  onPath?: (path: string, label: string | null) => void,
): Promise<InspectedFile> {
  const file = await HgzFile.open(path)
  try {
    await file.coordinates()
    for (let block = 0; block < file.index.blocks.length; block++) {
      for (const item of await file.items(block)) onPath?.(item.path, item.label)
      await file.codes(block)
      await file.pixels(block)
    }
    return { header: file.header, index: file.index, size: file.size }
  } finally {
    await file.close()
  }
}
