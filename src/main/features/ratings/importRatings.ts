import { basename, extname, resolve } from 'node:path'
import type { RatingsInfo } from '../../../shared/ratings'
import {
  checkRatingsFolder,
  clearRatingsFolder,
  describeRatings,
  isRatingsFolder,
  readNames,
  readRatingsInfo,
  readTriples,
  writeRatingsInfo,
  writeTriples,
} from '../../store/ratingsFiles'
import { readRatings, type ReadingOptions } from './readRatings'

export interface ImportRatingsRequest {
  readonly source: string
  readonly out: string
  readonly name?: string
  readonly overwrite: boolean
}

/** Puts a file of ratings, or a folder of imported ones, into a folder of its own. @throws ExpectedError */
export async function importRatings(
  { source, out, name, overwrite }: ImportRatingsRequest,
  options: Pick<ReadingOptions, 'signal' | 'onProgress'>,
): Promise<RatingsInfo> {
  const folder = resolve(out)
  if (resolve(source) === folder) return readRatingsInfo(folder)
  await checkRatingsFolder(folder, overwrite)
  const imported = isRatingsFolder(source)
  const read = imported
    ? {
        ...(await readTriples(source)),
        names: await readNames(source),
        source: (await readRatingsInfo(source)).source,
      }
    : await readRatings(resolve(source), options)
  const called = name ?? (imported ? (await readRatingsInfo(source)).name : basename(source, extname(source)))
  const info = describeRatings(called, read)
  await clearRatingsFolder(folder)
  await writeTriples(folder, read, read.names)
  await writeRatingsInfo(folder, info)
  return info
}
