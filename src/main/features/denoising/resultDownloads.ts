import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Zip, ZipPassThrough } from 'fflate'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { OutputNames } from './outputNames'

/** What a zip without extensions to its format can hold. */
const mostFiles = 65_000
const mostBytes = 4e9
/** Tickets that nobody has used for long are forgotten. */
const mostTickets = 50

export interface Download {
  /** Of the file that the browser saves. */
  readonly name: string
  readonly type: 'application/zip' | 'application/octet-stream'
  /** Null where it is not known before it is made. */
  readonly bytes: number | null
  /** Its pieces, read while they are sent: never more than a few of them are in memory. */
  readonly pieces: () => AsyncIterable<Uint8Array>
}

/** Results of pictures that came through a browser, and how they get back there. */
export class ResultDownloads {
  /** Where such results lie until the app ends. Absolute path. */
  readonly folder: string
  private readonly tickets = new Map<string, Download>()

  /** @param uploads where a browser's files lie. Absolute path */
  constructor(uploads: string) {
    this.folder = join(uploads, 'results')
  }

  /**
   * Files as one download, under a ticket that nobody can guess.
   *
   * @param paths absolute; more than one become a zip
   * @param called what a zip is called, without its ending
   * @throws ExpectedError for more than a zip holds, and when a file is gone
   */
  async offer(paths: readonly string[], called: string): Promise<{ path: string; name: string }> {
    const sizes = await Promise.all(paths.map(sizeOf))
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    if (paths.length > mostFiles || bytes > mostBytes)
      throw new ExpectedError('bad-input', sentence('denoising.tooLargeForZip'))
    const [only] = paths
    const download: Download =
      paths.length === 1
        ? {
            name: basename(only!),
            type: 'application/octet-stream',
            bytes,
            pieces: () => createReadStream(only!),
          }
        : { name: `${called}.zip`, type: 'application/zip', bytes: null, pieces: () => zipOf(paths) }
    const ticket = randomBytes(18).toString('base64url')
    this.tickets.set(ticket, download)
    for (const old of [...this.tickets.keys()].slice(0, -mostTickets)) this.tickets.delete(old)
    return { path: `/downloads/${ticket}`, name: download.name }
  }

  /** Null for a ticket that was not given out, or long ago. */
  find(ticket: string): Download | null {
    return this.tickets.get(ticket) ?? null
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    const message = `${basename(path)} is not there any more. Save the picture again.`
    throw new ExpectedError('not-found', message, { cause: error })
  }
}

/** Pictures do not get smaller in a zip, so they are stored as they are. */
async function* zipOf(paths: readonly string[]): AsyncIterable<Uint8Array> {
  let ready: Uint8Array[] = []
  const zip = new Zip((error, piece) => {
    if (error) throw error
    ready.push(piece)
  })
  const taken = () => {
    const pieces = ready
    ready = []
    return pieces
  }
  const names = new OutputNames()
  for (const path of paths) {
    const file = new ZipPassThrough(names.next(basename(path), null))
    zip.add(file)
    for await (const piece of createReadStream(path)) {
      file.push(piece as Uint8Array)
      yield* taken()
    }
    file.push(new Uint8Array(0), true)
    yield* taken()
  }
  zip.end()
  yield* taken()
}
