import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { root } from '../../support/requirements'

const lockModule = join(root, 'src/main/setup/lock.cjs')

/** Notes in a file when it takes and lets go of the lock. */
const holder = `
const { appendFileSync } = require('node:fs')
const { acquireLock } = require(${JSON.stringify(lockModule)})
const [lock, log] = process.argv.slice(2)
const release = acquireLock(lock)
appendFileSync(log, 'in\\n')
for (let round = 0; round < 1e6; round++) process.hrtime()
appendFileSync(log, 'out\\n')
release()
`

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-lock-'))
})

afterEach(() => rm(folder, { recursive: true }))

async function startHolders(count: number): Promise<string[]> {
  const script = join(folder, 'holder.cjs')
  const log = join(folder, 'log')
  await writeFile(script, holder)
  const ends = Array.from({ length: count }, () =>
    once(fork(script, [join(folder, 'locks', 'lock'), log]), 'exit'),
  )
  expect(await Promise.all(ends)).toEqual(ends.map(() => [0, null]))
  return (await readFile(log, 'utf8')).trim().split('\n')
}

it('lets one process in at a time, and leaves nothing behind', async () => {
  expect(await startHolders(4)).toEqual(Array.from({ length: 4 }, () => ['in', 'out']).flat())
  expect(await readdir(join(folder, 'locks'))).toEqual([])
})

it('passes over a process that died with the lock', async () => {
  const dead = fork('-e', ['0'], { execArgv: [] })
  dead.kill('SIGKILL')
  await once(dead, 'exit')
  await startHolders(1)
  await writeFile(join(folder, 'locks', 'lock'), String(dead.pid))
  expect(await startHolders(3)).toHaveLength(8)
})
