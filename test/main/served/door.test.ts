import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { App } from '../../../src/main/app/createApp'
import { type ServedApp, serveApp } from '../../../src/main/served/httpServer'
import { openTestApp, testLog } from '../../support/testApp'
import { folderOfFile } from '../../support/testFolder'

let app: App
let served: ServedApp
let page: string
let port: number
let search: string
let newTickets = 0
const log = testLog()

beforeAll(async () => {
  const home = await folderOfFile()
  app = await openTestApp(join(home, 'ours'), log)
  page = join(home, 'page')
  await mkdir(page)
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Page</title>')
  served = await serveApp(app, { port: 0, page, onNewTicket: () => void newTickets++ })
  const address = new URL(served.address)
  port = Number(address.port)
  search = address.search
})
afterAll(async () => {
  await served.close()
  await app.close()
})

type Headers = Record<string, string>
interface Asked {
  status: number
  text: string
  headers: IncomingMessage['headers']
}

/** A request as a tunnel, a proxy or anything else might send it. */
async function ask(path: string, headers: Headers, method = 'GET', body?: string): Promise<Asked> {
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode!, text, headers: response.headers }
}

const cookieOf = ({ headers }: Asked) => headers['set-cookie']![0]!.split(';')[0]!
const enter = async (host: string) => cookieOf(await ask(`/${search}`, { host }))

describe('the names under which it answers', () => {
  it.each(['localhost:8080', '127.0.0.1:7171', '[::1]:9000', 'LocalHost:80', 'localhost'])(
    '%s, at the other end of a tunnel or behind a proxy',
    async (host) => {
      const cookie = await enter(host)
      expect(await ask('/', { host, cookie })).toMatchObject({
        status: 200,
        text: expect.stringContaining('Page'),
      })
      const headers = { host, cookie, 'x-hourglass-batch': 'batch-0001', 'x-hourglass-path': 'a.png' }
      for (const origin of [`http://${host}`, `https://${host}`])
        expect((await ask('/uploads', { ...headers, origin }, 'POST', 'x')).status).toBe(200)
      const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, {
        origin: `http://${host}`,
        headers: { host, cookie },
      })
      await once(socket, 'open')
      socket.close()
    },
  )

  it.each([
    'evil.example',
    `evil.example:1`,
    '127.0.0.1.evil.example',
    'localhost.evil.example:80',
    '127.0.0.1@evil.example',
    '[::2]:80',
    'xlocalhost',
  ])('not %s, and says what to do', async (host) => {
    const { status, text } = await ask(`/${search}`, { host })
    expect(status).toBe(403)
    expect(text).toContain(`ssh -L ${port}:127.0.0.1:${port}`)
    expect(text).not.toContain('evil')
  })

  it.each([
    'http://localhost:8081',
    'http://127.0.0.1:8080',
    'http://evil.example',
    'null',
    'ftp://localhost:8080',
  ])('nor for a page of %s, and says what to do', async (origin) => {
    const host = 'localhost:8080'
    const cookie = await enter(host)
    const { status, text } = await ask('/uploads', { host, cookie, origin }, 'POST', 'x')
    expect(status).toBe(403)
    expect(text).toMatch(/only from its own page\. Open the address/)
  })
})

describe('the cookie', () => {
  it('carries the port that the browser sees, so that two servers do not overwrite each other', async () => {
    expect(await enter(`127.0.0.1:${port}`)).toMatch(new RegExp(`^hourglass-session-${port}=`))
    expect(await enter('localhost:8080')).toMatch(/^hourglass-session-8080=/)
    expect(await enter('localhost')).toMatch(/^hourglass-session-80=/)
  })

  it('of another server in the same browser changes nothing', async () => {
    const host = `127.0.0.1:${port}`
    const other = `hourglass-session-${port + 1}=somebody`
    const own = await enter(host)
    for (const cookie of [`${other}; ${own}`, `${own}; ${other}`])
      expect((await ask('/', { host, cookie })).status).toBe(200)
    expect((await ask('/', { host, cookie: other })).status).toBe(403)
  })
})

describe('a ticket', () => {
  const ticket = () => new URL(served.ticketAddress())

  it('opens once, and is replaced by another one', async () => {
    const { host, search: once } = ticket()
    const before = newTickets
    expect((await ask(`/${once}`, { host }, 'HEAD')).status).toBe(403)
    const first = await ask(`/${once}`, { host })
    expect(first.status).toBe(303)
    expect((await ask('/', { host, cookie: cookieOf(first) })).status).toBe(200)
    expect((await ask(`/${once}`, { host })).status).toBe(403)
    expect(newTickets).toBe(before + 1)
    expect(ticket().search).not.toBe(once)
    expect((await ask(`/${ticket().search}`, { host })).status).toBe(303)
  })

  it('that comes from another page goes on by a step of our own, which has the cookie', async () => {
    const { host, search: once } = ticket()
    const { status, text, headers } = await ask(`/${once}`, { host, 'sec-fetch-site': 'cross-site' })
    expect(status).toBe(200)
    expect(text).toContain('http-equiv="refresh" content="0;url=/"')
    expect(headers['set-cookie']![0]).toMatch(/SameSite=Strict/)
    expect(headers['cache-control']).toBe('no-store')
  })
})

describe('what is no address', () => {
  it.each(['//[', '//', '/%', '/%zz', '/%c3', '/[', '/\\[', '*', 'http://[', 'http://127.0.0.1/', '/?%'])(
    '%s is refused without a bug, before anybody was let in and after',
    async (path) => {
      const host = `127.0.0.1:${port}`
      const lines = log.lines.length
      for (const headers of [{ host }, { host, cookie: await enter(host) }] as Headers[])
        expect(await ask(path, headers)).toMatchObject({
          status: 400,
          text: 'That is no address of Hourglass.',
        })
      expect(log.lines.slice(lines).filter((line) => line.startsWith('error'))).toEqual([])
    },
  )

  it('an odd range of a file is not looked at', async () => {
    const host = `127.0.0.1:${port}`
    const cookie = await enter(host)
    for (const range of ['bytes=9-2', 'bytes=-', 'bytes=99999999-', 'x', 'bytes=1-2,4-5'])
      expect((await ask('/', { host, cookie, range })).status).toBe(200)
  })
})

describe('the names of files that are sent', () => {
  const upload = async (path: string) => {
    const host = `127.0.0.1:${port}`
    const headers = { host, cookie: await enter(host), origin: `http://${host}` }
    const named = { 'x-hourglass-batch': 'batch-odd-names', 'x-hourglass-path': path }
    return ask('/uploads', { ...headers, ...named }, 'POST', 'x')
  }

  it('that no file can have are refused with a sentence', async () => {
    const lines = log.lines.length
    expect((await upload('a.png')).status).toBe(200)
    expect((await upload('folder/b.png')).status).toBe(200)
    const odd = [
      ...['a.png/b.png', 'folder', '%ed%a0%80.png', '%ff', '%00', 'a%2f..%2fb', '.', '/', 'a//b'],
      `${'%F0%9F%99%82'.repeat(64)}.png`,
      `${Array.from({ length: 19 }, () => 'n'.repeat(250)).join('/')}/a.png`,
      `${'a/'.repeat(30)}a.png`,
    ]
    for (const path of odd) {
      const { status, text } = await upload(path)
      expect({ path, status }).toEqual({ path, status: 400 })
      expect(JSON.parse(text)).toEqual({ message: expect.stringMatching(/^\S.*\.$/s) })
    }
    expect(log.lines.slice(lines).filter((line) => line.startsWith('error'))).toEqual([])
  })

  it('are taken where a file can have them', async () => {
    for (const path of [
      'price%20%24%26%20list.png',
      '%F0%9F%99%82.png',
      '%E2%80%AE.png',
      `${'n'.repeat(250)}.png`,
    ])
      expect((await upload(path)).status).toBe(200)
  })

  it('of a file that is broken off leave no bug behind', async () => {
    const host = `127.0.0.1:${port}`
    const lines = log.lines.length
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST /uploads HTTP/1.1\r\nHost: ${host}\r\nCookie: ${await enter(host)}\r\nOrigin: http://${host}\r\n` +
        'X-Hourglass-Batch: batch-0002\r\nX-Hourglass-Path: half.png\r\nContent-Length: 1000\r\n\r\nhalf',
    )
    setTimeout(() => socket.destroy(), 100)
    await expect.poll(() => log.lines.slice(lines)).toEqual(['warn A file was not sent whole.'])
  })
})

describe('strangers', () => {
  it('however many and however slow keep nobody out', async () => {
    const host = `127.0.0.1:${port}`
    const cookie = await enter(host)
    const slow: Socket[] = []
    try {
      for (let i = 0; i < 250; i++) {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => undefined)
        socket.on('connect', () => socket.write('GET / HTTP/1.1\r\nHost: '))
        slow.push(socket)
      }
      await Promise.all(slow.map((socket) => once(socket, 'connect')))
      for (let i = 0; i < 20; i++) expect((await ask('/', { host, cookie })).status).toBe(200)
      expect((await ask(`/${search}`, { host })).status).toBe(303)
    } finally {
      for (const socket of slow) socket.destroy()
    }
  })

  it('that go while they are turned away end nothing', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      socket.write(`GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
      socket.resetAndDestroy()
    }
    expect((await ask('/', { host: `127.0.0.1:${port}` })).status).toBe(403)
  })
})

it('says which port is taken', async () => {
  await expect(serveApp(app, { port, page })).rejects.toMatchObject({
    code: 'bad-usage',
    message: `Port ${port} is in use by another program. Close that one, or choose another port with --port. 0 takes any port that is free.`,
  })
})
