import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { version } from '../../../package.json'
import { root } from '../../support/requirements'

const execute = promisify(execFile)
const launcher = join(root, 'src/main/setup/hourglass.cjs')
let elsewhere: string

beforeAll(async () => {
  elsewhere = await realpath(await mkdtemp(join(tmpdir(), 'hourglass-launcher-')))
})

afterAll(() => rm(elsewhere, { recursive: true }))

it('starts from any folder, several at once, with nothing but the answer on stdout and silence on stderr', async () => {
  const starts = [1, 2, 3].map(() => execute(process.execPath, [launcher, '--version'], { cwd: elsewhere }))
  for (const said of await Promise.all(starts)) expect(said).toEqual({ stdout: `${version}\n`, stderr: '' })
})

/** What the process of the command line is like when it ends. */
async function look(expression: string, env: Record<string, string | undefined>): Promise<string> {
  const spy = `process.on('exit', () => console.log(${expression}))`
  const preload = `data:text/javascript,${encodeURIComponent(spy)}`
  const { stdout } = await execute(process.execPath, ['--import', preload, launcher, '--version'], {
    cwd: root,
    env: { ...process.env, ...env },
  })
  return stdout.replace(`${version}\n`, '').trim()
}

it('takes paths from where the command was typed, since npm starts it in the root', async () => {
  const npm = { npm_lifecycle_event: 'hourglass', INIT_CWD: elsewhere }
  expect(await look('process.cwd()', npm)).toBe(elsewhere)
  expect(await look('process.cwd()', { ...npm, npm_lifecycle_event: 'test' })).toBe(root)
})

it('gives the thread pool every core, unless told otherwise', async () => {
  expect(
    Number(await look('process.env.UV_THREADPOOL_SIZE', { UV_THREADPOOL_SIZE: undefined })),
  ).toBeGreaterThanOrEqual(4)
  expect(await look('process.env.UV_THREADPOOL_SIZE', { UV_THREADPOOL_SIZE: '2' })).toBe('2')
})

it('serves in a process that keeps little of the memory it has freed, and ends it with itself', async () => {
  const say = `const { MALLOC_ARENA_MAX } = process.env; process.argv[1].endsWith('cli.js') && console.log(MALLOC_ARENA_MAX, process.pid)`
  const args = ['--import', `data:text/javascript,${encodeURIComponent(say)}`]
  const env = {
    ...{ ...process.env, HOURGLASS_HOME: elsewhere, MALLOC_ARENA_MAX: undefined },
    NODE_OPTIONS: args.join(' '),
  }
  const app = spawn(process.execPath, [launcher, 'serve', '--port', '0'], { env })
  let said = ''
  app.stdout.on('data', (data: Buffer) => (said += data))
  while (!said.includes('http')) await once(app.stdout, 'data')
  const [arenas, pid] = said.split('\n')[0]!.split(' ').map(Number)
  expect(arenas).toBe(2)
  const ended = once(app, 'close')
  app.kill('SIGTERM')
  await ended
  expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
})
