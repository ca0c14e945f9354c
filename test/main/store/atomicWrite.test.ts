import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FileReplacement, partialPath, writeFileAtomic } from '../../../src/main/store/atomicWrite'
import { explainFileError } from '../../../src/main/store/fileErrors'
import { ExpectedError } from '../../../src/shared/errors'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('replaces a file whole and leaves nothing beside it', async () => {
  const path = join(folder, 'run.json')
  await writeFileAtomic(path, 'old')
  await writeFileAtomic(path, new Uint8Array([110, 101, 119]))
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(await readdir(folder)).toEqual(['run.json'])
})

it('keeps the old content until the commit, and for good after an abort', async () => {
  const path = join(folder, 'pixels.u8')
  await writeFile(path, 'old')
  const replacement = await FileReplacement.open(path)
  await replacement.write('new ')
  await replacement.write(Buffer.from('content'))
  await replacement.seal()
  expect(replacement.bytesWritten).toBe(11)
  expect(await readFile(path, 'utf8')).toBe('old')
  await replacement.abort()
  await replacement.abort()
  expect(await readFile(path, 'utf8')).toBe('old')
  expect(await readdir(folder)).toEqual(['pixels.u8'])
})

it('takes over what a killed writer left', async () => {
  const path = join(folder, 'run.json')
  await writeFile(partialPath(path), 'a much longer half of something')
  await writeFileAtomic(path, 'whole')
  expect(await readFile(path, 'utf8')).toBe('whole')
  expect(await readdir(folder)).toEqual(['run.json'])
})

it('says which folder is missing', async () => {
  const writing = writeFileAtomic(join(folder, 'missing', 'run.json'), '')
  await expect(writing).rejects.toThrow(ExpectedError)
  await expect(writing).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('missing'),
  })
})

it('explains a full disk and leaves other errors alone', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  expect(explainFileError(full, '/data/pixels.u8')).toMatchObject({
    code: 'disk-full',
    message: 'The disk is full: /data/pixels.u8 could not be written. Free some space and try again.',
  })
  const bug = new TypeError('x is not a function')
  expect(explainFileError(bug, '/data')).toBe(bug)
})

it.runIf(process.platform === 'linux')(
  'leaves the old file when the disk has no room for the new one',
  async () => {
    const path = join(folder, 'pixels.u8')
    await writeFile(path, 'old')
    const module = join(import.meta.dirname, '../../../src/main/store/atomicWrite.ts')
    // A limit on the size of files, in KiB, stands in for a small disk.
    const script = `
    import { createServer } from 'vite'
    const server = await createServer({ configFile: false, logLevel: 'silent', server: { middlewareMode: true, ws: false }, optimizeDeps: { noDiscovery: true } })
    const { writeFileAtomic } = await server.ssrLoadModule(${JSON.stringify(module)})
    const message = await writeFileAtomic(${JSON.stringify(path)}, new Uint8Array(4e6)).then(() => 'written', (error) => error.code)
    await server.close()
    console.log(message)`
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      'ulimit -f 1024; exec node --input-type=module -e "$0"',
      script,
    ])
    expect(stdout.trim()).toBe('disk-full')
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['pixels.u8'])
  },
)
