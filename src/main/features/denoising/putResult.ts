import { basename, dirname } from 'node:path'
import { CancelledError } from '../../../shared/errors'
import { makeFolder } from '../../store/makeFolder'
import type { PreparedImage } from '../pictures/prepareImage'
import type { Ending } from './batchProgress'
import { type DenoisedPicture, isCopy, writeResult } from './denoisePicture'
import { type QueueEntry, remarkOn } from './queueEntry'
import type { Picture } from '../pictures/readPicture'
import { type SavedResults, stampOf } from './savedResults'

export interface ComputedResult {
  readonly image: PreparedImage
  readonly picture: Picture
  readonly result: DenoisedPicture
  /** Where it goes. Absolute. */
  readonly path: string
  /** What was set, to know it again. */
  readonly settings: string
}

export interface PutOptions {
  readonly results: SavedResults
  /** For the metadata. */
  readonly note: string
  readonly signal: AbortSignal
}

export interface PutResult {
  readonly state: Ending
  /** Absolute path of the file; null where none was written. */
  readonly path: string | null
  readonly message: string | null
}

/**
 * Writes a result, or leaves it: a copy of the original goes only where it is of use. That is a folder that a person has
 * chosen, in which they look for all of their pictures, and the place of an earlier result, which would not be what is
 * set now.
 *
 * @throws ExpectedError, CancelledError
 */
export async function putResult(
  entry: QueueEntry,
  { image, picture, result, path, settings }: ComputedResult,
  { results, note, signal }: PutOptions,
): Promise<PutResult> {
  if (signal.aborted) throw new CancelledError('Stopped.')
  const { format, quality } = entry.output
  const options = { format, quality, note: result.tile === null ? null : note }
  const isUnchanged = isCopy(picture, result, options)
  const remarks = [remarkOn(entry, result, isUnchanged), isUnchanged ? null : picture.remark]
  const message = remarks.filter(Boolean).join(' ') || null
  const state = isUnchanged ? 'unchanged' : 'done'
  const isReplaced = path === entry.path
  const wantsCopy = !isReplaced && (entry.folder !== null || (await stampOf(path)) !== null)
  if (isUnchanged && !wantsCopy) return { state, path: null, message }
  await makeFolder(dirname(path))
  await writeResult(path, image, picture, result, { ...options, signal })
  const resultStamp = (await stampOf(path))!
  const stamp = isReplaced ? resultStamp : entry.stamp
  await results.add({ original: entry.path, settings, result: path, resultStamp, stamp, isUnchanged })
  return { state, path, message }
}

/** What the list says of it. */
export const rowOfResult = ({ state, path, message }: PutResult) => ({
  state,
  message,
  result: path === null ? null : basename(path),
})
