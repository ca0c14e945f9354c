import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { App } from '../../../src/main/app/createApp'
import { type ServedApp, serveApp } from '../../../src/main/served/httpServer'
import { commands } from '../../../src/shared/api/commands'
import { decodeMessage, encodeMessage } from '../../../src/shared/api/wire'
import { enter } from '../../support/served'
import { openTestApp, testLog } from '../../support/testApp'
import { folderOfFile } from '../../support/testFolder'

let app: App
let served: ServedApp
let home: string
let origin: string
let cookie: string
const log = testLog()

beforeAll(async () => {
  home = await folderOfFile()
  app = await openTestApp(join(home, 'ours'), log)
  const page = join(home, 'page')
  await mkdir(page)
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Page</title>')
  await writeFile(join(home, 'secret.txt'), 'secret')
  served = await serveApp(app, { port: 0, page })
  ;({ origin, cookie } = await enter(served.address))
})
afterAll(async () => {
  await served.close()
  await app.close()
})

/** Everything that the app keeps, and the lines of its log that `work` added. */
async function watched(work: () => Promise<void>): Promise<string[]> {
  const before = await tree(join(home, 'ours'))
  const lines = log.lines.length
  await work()
  expect(await tree(join(home, 'ours'))).toEqual(before)
  return log.lines.slice(lines)
}

async function tree(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}

/** A request as no browser would send it. */
async function ask(
  path: string,
  {
    headers = {},
    method = 'GET',
    body,
  }: { headers?: Record<string, string>; method?: string; body?: string } = {},
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  const { port } = new URL(origin)
  const sent = request({ host: '127.0.0.1', port, path, method, headers })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode!, text, headers: response.headers }
}

async function openSocket(headers: Record<string, string>, from = origin): Promise<WebSocket> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { origin: from, headers })
  await once(socket, 'open')
  return socket
}

async function invoke(socket: WebSocket, command: string, params: unknown): Promise<{ kind: string }> {
  socket.send(encodeMessage({ kind: 'request', id: 1, command, params }))
  for (;;) {
    const [data] = (await once(socket, 'message')) as [Buffer]
    const message = decodeMessage(data) as { kind: string; id?: number }
    if (message.kind !== 'event') return message
  }
}

describe('nobody else gets in', () => {
  it.each([
    ['without a token', '/', {}],
    ['with a wrong token', `/?token=${'A'.repeat(43)}`, {}],
    ['with a token that is too long', `/?token=${'A'.repeat(5000)}`, {}],
    ['with a cookie that is none of ours', '/', { cookie: 'hourglass-session=guessed' }],
    ['to a script', '/assets/index.js', {}],
    ['to a picture', '/pictures/datasets/sample/0.png', {}],
  ])('%s', async (_, path, headers) => {
    const lines = await watched(async () => {
      const { status, text } = await ask(path, { headers: { host: new URL(origin).host, ...headers } })
      expect(status).toBe(403)
      expect(text).not.toContain('<title>Page</title>')
    })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^warn Refused GET/)
  })

  it.each([
    ['a foreign host', { host: 'evil.example' }],
    ['a name that only begins like this machine', { host: '127.0.0.1.evil.example' }],
  ])('under %s, even with the cookie', async (_, headers) => {
    const lines = await watched(async () => {
      const token = new URL(served.address).search
      expect((await ask('/', { headers: { ...headers, cookie } })).status).toBe(403)
      expect((await ask(`/${token}`, { headers })).status).toBe(403)
    })
    expect(lines).toHaveLength(2)
  })

  it('from a foreign origin', async () => {
    const host = new URL(origin).host
    const lines = await watched(async () => {
      for (const path of ['/', '/uploads'])
        expect(
          (await ask(path, { method: 'POST', headers: { host, cookie, origin: 'http://evil.example' } }))
            .status,
        ).toBe(403)
      expect((await ask('/', { headers: { host, cookie, origin: 'null' } })).status).toBe(403)
      await expect(openSocket({ cookie }, 'http://evil.example')).rejects.toThrow('403')
      await expect(openSocket({})).rejects.toThrow('403')
    })
    expect(lines).toHaveLength(5)
  })

  it('gives the cookie to its page only, out of the reach of scripts', async () => {
    const answer = await fetch(served.address, { redirect: 'manual' })
    expect(answer.headers.get('set-cookie')).toMatch(
      new RegExp(`^hourglass-session-${new URL(origin).port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    )
    expect(answer.headers.get('location')).toBe('/')
    expect(cookie).not.toContain(new URL(served.address).searchParams.get('token'))
  })

  it('sends the page with a policy that lets nothing else in', async () => {
    const { headers, text } = await ask('/', { headers: { host: new URL(origin).host, cookie } })
    expect(text).toContain('<title>Page</title>')
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('keeps its token out of the log', () => {
    const token = new URL(served.address).searchParams.get('token')!
    expect(log.lines.join('\n')).not.toContain(token)
  })
})

describe('who is in reaches only what is meant', () => {
  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/....//secret.txt',
    '/pictures/datasets/..%2f..%2fsecret.txt/0.png',
    '/pictures/datasets/../../secret/0.png',
    '/pictures/datasets/of-another-library/0.png',
    '/pictures/datasets/UPPER/0.png',
  ])('not %s', async (path) => {
    const { text } = await ask(path, { headers: { host: new URL(origin).host, cookie } })
    expect(text).not.toContain('secret')
  })

  it('no picture of another library, said once in the log', async () => {
    const lines = await watched(async () => {
      const path = '/pictures/datasets/of-another-library/0.png'
      expect((await ask(path, { headers: { host: new URL(origin).host, cookie } })).status).toBe(404)
    })
    expect(lines).toHaveLength(1)
  })

  it('no upload that leads out of its folder', async () => {
    const lines = await watched(async () => {
      for (const path of [
        '../../escaped.png',
        '/etc/escaped.png',
        'a/../../escaped.png',
        'a\\..\\escaped.png',
        '',
        '%',
      ])
        expect(
          (
            await ask('/uploads', {
              method: 'POST',
              headers: {
                host: new URL(origin).host,
                cookie,
                origin,
                'x-hourglass-batch': 'batch-0001',
                'x-hourglass-path': path,
              },
              body: 'x',
            })
          ).status,
        ).toBe(400)
    })
    expect(lines).toHaveLength(6)
    const all = (await readdir(home, { recursive: true })).join('\n')
    expect(all).not.toContain('escaped')
  })

  it('no message of 100 MB', async () => {
    const socket = await openSocket({ cookie })
    const lines = await watched(async () => {
      socket.send(Buffer.alloc(100_000_000))
      const [code] = (await once(socket, 'close')) as [number]
      expect(code).toBe(1009)
    })
    expect(lines).toHaveLength(1)
  })

  it.each([
    ['text', 'hello'],
    ['bytes that are no message', Buffer.from([0xc1, 0xff])],
    ['a list within a list within…', Buffer.alloc(100_000, 0x91)],
  ])('no message of %s', async (_, bytes) => {
    const socket = await openSocket({ cookie })
    const lines = await watched(async () => {
      socket.send(bytes)
      await once(socket, 'close')
    })
    expect(lines).toHaveLength(1)
  })

  it('no command that does not exist', async () => {
    const socket = await openSocket({ cookie })
    for (const name of ['runs.explode', '__proto__', 'constructor', 'toString', '']) {
      const lines = await watched(async () =>
        expect(await invoke(socket, name, {})).toMatchObject({ kind: 'error' }),
      )
      expect(lines).toHaveLength(1)
    }
    socket.close()
  })

  const wrong: readonly [string, Record<string, unknown>][] = [
    ['a field that nobody asked for', { surprise: 1 }],
    ['a path for an id', { id: '../../../etc/passwd' }],
    ['a number for an id', { id: 7 }],
    [
      'a list for everything',
      { id: [], place: [], places: 'x', dataset: [], spec: [], rows: {}, run: [], preprocessing: 5 },
    ],
  ]
  const cases = Object.keys(commands).flatMap((command) =>
    wrong.map(([what, params]) => ({ command, what, params })),
  )
  it.each(cases)('$command refuses $what', async ({ command, params }) => {
    const socket = await openSocket({ cookie })
    const lines = await watched(async () => {
      const reply = await invoke(socket, command, params)
      expect(reply).toMatchObject({ kind: 'error', error: { kind: 'expected', code: 'bad-usage' } })
    })
    expect(lines).toEqual([expect.stringMatching(/^warn Refused: /)])
    socket.close()
  })

  it('no place that was not handed out, and no folder outside of the roots', async () => {
    const socket = await openSocket({ cookie })
    expect(await invoke(socket, 'places.browse', { place: 'A'.repeat(24) })).toMatchObject({
      error: { code: 'not-found' },
    })
    const outside = await app.places.add('/')
    expect(await invoke(socket, 'places.browse', { place: outside.place })).toMatchObject({
      error: { code: 'no-access' },
    })
    expect(await readFile(join(home, 'secret.txt'), 'utf8')).toBe('secret')
    socket.close()
  })
})
