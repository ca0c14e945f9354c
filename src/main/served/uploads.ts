import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import type { App } from '../app/createApp'
import { explainFileError } from '../store/fileErrors'

const largestFile = 512 << 20
const largestTotal = 16 * 2 ** 30
/** Of a name, as file systems count. */
const longestName = 255
const batchPattern = /^[A-Za-z0-9_-]{8,40}$/

/**
 * Files that a browser sends, one a request: POST /uploads with the headers `x-hourglass-batch`, which puts files of one
 * drop into one folder, and `x-hourglass-path`, the file's path within it, percent-encoded. The answer is the place of
 * that folder. They lie in the app's own folder until it ends.
 */
export class Uploads {
  private total = 0
  private readonly folders = new Map<string, string>()

  constructor(private readonly app: App) {}

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    try {
      if (request.method !== 'POST') throw new ExpectedError('bad-usage', sentence('served.filesSentPost'))
      const parts = safeParts(String(request.headers['x-hourglass-path'] ?? ''))
      const folder = await this.folderOf(String(request.headers['x-hourglass-batch'] ?? ''))
      await this.write(request, join(folder, ...parts)).catch((error: unknown) => {
        throw explainFileError(error, parts.join('/'))
      })
      const { place, name, kind } = await this.app.places.add(folder)
      answer(200, { place, name, kind })
    } catch (error) {
      if (!(error instanceof ExpectedError)) {
        if (!request.errored) throw error
        return this.app.log.warn('A file was not sent whole.')
      }
      this.app.log.warn(`Refused a file: ${error.message}`)
      request.resume()
      answer(400, { message: error.message })
    }
  }

  /** The folder of a batch, under a name that nobody can guess or choose. */
  private async folderOf(batch: string): Promise<string> {
    if (!batchPattern.test(batch)) throw new ExpectedError('bad-usage', sentence('served.filesNoBatch'))
    let folder = this.folders.get(batch)
    if (!folder) {
      folder = join(this.app.uploads, randomBytes(9).toString('base64url'), 'uploaded')
      this.folders.set(batch, folder)
      await mkdir(folder, { recursive: true })
    }
    return folder
  }

  private async write(request: IncomingMessage, path: string): Promise<void> {
    let bytes = 0
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length
        this.total += chunk.length
        if (bytes > largestFile)
          return done(new ExpectedError('bad-input', sentence('served.fileLargerThanMb')))
        if (this.total > largestTotal)
          return done(new ExpectedError('bad-input', sentence('served.moreThanGbPut')))
        done(null, chunk)
      },
    })
    await mkdir(join(path, '..'), { recursive: true })
    try {
      await pipeline(request, counted, createWriteStream(path))
    } catch (error) {
      this.total -= bytes
      // Where it is a folder, it stays.
      await rm(path, { force: true }).catch(() => undefined)
      throw error
    }
  }
}

/** Folders and name of a file, none of which can lead anywhere else. @throws ExpectedError */
function safeParts(encoded: string): string[] {
  let path: string
  try {
    path = decodeURIComponent(encoded)
  } catch {
    throw new ExpectedError('bad-usage', sentence('served.filesNameCannotRead'))
  }
  const parts = path.split('/')
  const isSafe = (part: string) =>
    part !== '' &&
    part !== '.' &&
    part !== '..' &&
    Buffer.byteLength(part) <= longestName &&
    !/[\\:\p{Cc}]/u.test(part)
  if (parts.length > 20 || !parts.every(isSafe))
    throw new ExpectedError('bad-usage', sentence('served.fileNameCannotUsed'))
  return parts
}
