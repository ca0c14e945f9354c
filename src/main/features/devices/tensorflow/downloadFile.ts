import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { explainFileError } from '../../../store/fileErrors'
import type { IndexFile } from './packageIndex'
import { answerOf, brokeOff, type Requests, retried, silenceMs, throwIfCancelled } from './requests'

/** Where a file ends up; until it is whole and its checksum is right it has the ending .part. */
export const downloadPath = (folder: string, { digests }: IndexFile) => join(folder, `${digests.sha256}.whl`)

/** How much of a file lies in the folder already, whole or in part. */
export async function bytesHere(folder: string, file: IndexFile): Promise<number> {
  const path = downloadPath(folder, file)
  for (const name of [path, `${path}.part`]) {
    const size = await stat(name).then(
      (found) => found.size,
      () => null,
    )
    if (size !== null) return Math.min(size, file.size)
  }
  return 0
}

/**
 * Downloads a file into a folder, from where an earlier attempt broke off, and gives its path. `onBytes` is called with how much of it is
 * here. A file whose checksum is wrong is thrown away and downloaded once more.
 * @throws ExpectedError for an index that does not answer, a full disk, a checksum that is wrong twice; CancelledError
 */
export async function downloadFile(
  file: IndexFile,
  folder: string,
  requests: Requests,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const path = downloadPath(folder, file)
  if ((await bytesHere(folder, file)) === file.size && (await exists(path))) return path
  for (let attempt = 1; ; attempt++) {
    const part = await PartOfFile.open(`${path}.part`, file)
    try {
      await fill(part, file, requests, onBytes)
    } finally {
      await part.close()
    }
    if (part.isWhole()) break
    await rm(part.path, { force: true })
    onBytes(0)
    if (attempt === 2)
      throw new ExpectedError('bad-input', sentence('devices.wrongChecksum', { file: file.filename }))
  }
  await rename(`${path}.part`, path)
  return path
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

async function fill(
  part: PartOfFile,
  file: IndexFile,
  requests: Requests,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let before = part.bytes
  onBytes(part.bytes)
  const advanced = () => {
    const isFurther = part.bytes > before
    before = part.bytes
    return isFurther
  }
  await retried(
    requests,
    async () => {
      if (part.bytes < file.size) await receive(part, file, requests, onBytes)
    },
    advanced,
  )
}

/** One request, for what is missing. @throws FailedRequest when it ends before the file does */
async function receive(
  part: PartOfFile,
  file: IndexFile,
  requests: Requests,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const url = new URL(file.url)
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), silenceMs)
  const signal = AbortSignal.any([requests.signal, silence.signal])
  const headers: Record<string, string> = { 'Accept-Encoding': 'identity' }
  if (part.bytes > 0) headers.Range = `bytes=${part.bytes}-`
  try {
    const response = await answerOf(requests, url, { headers, signal })
    if (!continues(response, part.bytes)) await part.startAgain()
    if (response.status === 416 || !response.body) throw brokeOff(url)
    for await (const chunk of piecesOf(response.body, url)) {
      throwIfCancelled(requests.signal)
      timer.refresh()
      await part.append(chunk)
      onBytes(Math.min(part.bytes, file.size))
      // More than the index says: the checksum cannot be right any more.
      if (part.bytes > file.size) return
    }
    if (part.bytes < file.size) throw brokeOff(url)
  } finally {
    clearTimeout(timer)
    silence.abort()
  }
}

/** Errors of the connection, apart from those of the disk. */
async function* piecesOf(body: ReadableStream<Uint8Array>, url: URL): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw brokeOff(url, error)
      })
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {
      // The connection is gone already.
    })
  }
}

/** Whether what is sent begins where the part here ends. */
function continues({ status, headers }: Response, bytes: number): boolean {
  if (bytes === 0) return true
  const [, start] = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '') ?? []
  return status === 206 && Number(start) === bytes
}

/** What of a file has arrived, with the checksum of it so far. */
class PartOfFile {
  private constructor(
    readonly path: string,
    private readonly file: IndexFile,
    private readonly handle: FileHandle,
    private hash: Hash,
    private size: number,
  ) {}

  static async open(path: string, file: IndexFile): Promise<PartOfFile> {
    try {
      const handle = await open(path, 'a')
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
      const { size } = await handle.stat()
      const part = new PartOfFile(path, file, handle, hash, size)
      if (size > file.size) await part.startAgain()
      return part
    } catch (error) {
      throw explainFileError(error, path)
    }
  }

  get bytes(): number {
    return this.size
  }

  async append(chunk: Uint8Array): Promise<void> {
    try {
      await this.handle.appendFile(chunk)
    } catch (error) {
      throw explainFileError(error, this.path)
    }
    this.hash.update(chunk)
    this.size += chunk.byteLength
  }

  async startAgain(): Promise<void> {
    await this.handle.truncate(0)
    this.hash = createHash('sha256')
    this.size = 0
  }

  /** To be asked once, at the end. */
  isWhole(): boolean {
    return this.size === this.file.size && this.hash.digest('hex') === this.file.digests.sha256
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}
