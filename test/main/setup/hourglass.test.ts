import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { version } from '../../../package.json'
import { root } from '../../support/requirements'

const execute = promisify(execFile)
let elsewhere: string

beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'hourglass-launcher-'))
})

afterAll(() => rm(elsewhere, { recursive: true }))

it('starts from any folder, several at once, with nothing but the answer on stdout and silence on stderr', async () => {
  const launcher = join(root, 'src/main/setup/hourglass.cjs')
  const starts = [1, 2, 3].map(() => execute(process.execPath, [launcher, '--version'], { cwd: elsewhere }))
  for (const said of await Promise.all(starts)) expect(said).toEqual({ stdout: `${version}\n`, stderr: '' })
})
