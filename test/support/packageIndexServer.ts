import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { zipSync, type Zippable } from 'fflate'

export interface ServedWheel {
  readonly project: string
  readonly version: string
  readonly filename: string
  readonly content: Uint8Array
  readonly requires?: readonly string[]
  readonly yanked?: boolean
}

export const wheelOf = (files: Zippable): Uint8Array => zipSync(files)

const shaOf = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

/** Speaks the JSON API of the Python package index (https://docs.pypi.org/api/json), and misbehaves when it is asked to. */
export class PackageIndexServer {
  /** `GET /pypi/… 200`, and for files the range that was asked for. */
  readonly requests: string[] = []
  /** Of each of the next downloads: after how many bytes the connection breaks. */
  breaks: number[] = []
  /** Of each of the next downloads: after how many bytes, which come in pieces, it halts until the other end goes away. */
  halts: number[] = []
  /** How many of the next downloads have a wrong byte. */
  corrupted = 0
  /** Status of the next answers, instead of what was asked for. */
  failures: number[] = []
  ignoresRanges = false
  /** Called before a file is sent. */
  onFile: () => void = () => undefined

  private constructor(
    private readonly server: Server,
    private readonly wheels: readonly ServedWheel[],
  ) {
    server.on('request', (request, response) => this.answer(request, response))
  }

  static async start(wheels: readonly ServedWheel[]): Promise<PackageIndexServer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new PackageIndexServer(server, wheels)
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/pypi`
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    this.server.closeAllConnections()
    await closed
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!
    const range = request.headers.range ? ` ${request.headers.range}` : ''
    this.requests.push(`${path}${range}`)
    const status = this.failures.shift()
    if (status !== undefined) return void response.writeHead(status).end('no')
    const parts = path.split('/').slice(2, -1)
    const files = this.wheels.filter(({ project }) => project === parts[0])
    const wheel = this.wheels.find(({ content }) => path === `/files/${shaOf(content)}`)
    if (wheel) return this.send(wheel, request, response)
    if (!path.endsWith('/json') || files.length === 0) return void response.writeHead(404).end('no')
    const [, version] = parts
    const body =
      version === undefined
        ? { releases: Object.fromEntries(files.map((file) => [file.version, [describeFile(file)]])) }
        : {
            info: { requires_dist: files.find((file) => file.version === version)?.requires ?? null },
            urls: files.filter((file) => file.version === version).map(describeFile),
          }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  private send({ content }: ServedWheel, request: IncomingMessage, response: ServerResponse): void {
    this.onFile()
    const bytes = Buffer.from(content)
    if (this.corrupted > 0) {
      this.corrupted--
      bytes[bytes.length - 1]! ^= 1
    }
    const [, asked] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
    const start = asked === undefined || this.ignoresRanges ? 0 : Number(asked)
    if (start > 0) {
      const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`
      response.writeHead(206, { 'content-range': range, 'content-length': bytes.length - start })
    } else response.writeHead(200, { 'content-length': bytes.length })
    const halted = this.halts.shift()
    if (halted !== undefined) return drip(response, bytes.subarray(start, start + halted))
    const broken = this.breaks.shift()
    if (broken === undefined) return void response.end(bytes.subarray(start))
    response.write(bytes.subarray(start, start + broken), () => setImmediate(() => response.destroy()))
  }
}

/** Sends ten pieces and no end. */
function drip(response: ServerResponse, bytes: Uint8Array): void {
  const size = Math.ceil(bytes.length / 10)
  let at = 0
  const timer = setInterval(() => {
    response.write(bytes.subarray(at, (at += size)))
    if (at >= bytes.length) clearInterval(timer)
  }, 50)
}

/** The address is relative, as some mirrors have it. */
const describeFile = ({ filename, content, yanked = false }: ServedWheel) => ({
  filename,
  url: `/files/${shaOf(content)}`,
  size: content.length,
  digests: { sha256: shaOf(content) },
  yanked,
})
