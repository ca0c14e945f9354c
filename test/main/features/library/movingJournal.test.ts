import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { catchUp, catchUpWhole, removeMoved } from '../../../../src/main/features/library/copyLibrary'
import { FolderLibrary } from '../../../../src/main/features/library/folderLibrary'
import { LibraryGate } from '../../../../src/main/features/library/libraryGate'
import { MoveJournal } from '../../../../src/main/store/moveJournal'
import { startOf } from '../../../support/processStart'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'

let app: App | null = null
afterEach(async () => {
  await app?.close()
  app = null
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
const jobState = async (job: string) =>
  (await app!.handlers['jobs.list']({})).items.find(({ id }) => id === job)!.state
const isOver = async (job: string) => !['running', 'waiting'].includes(await jobState(job))

describe('what a window does while the library is moved', () => {
  it('is all there in the new place', async () => {
    const home = await temporaryFolder()
    app = await openTestApp(home)
    const { handlers } = app
    const { id: dataset } = await handlers['datasets.importSample']({ count: 360, seed: 1 })
    await until(async () => (await handlers['datasets.list']({})).items[0]?.state === 'ready')
    const presets = await handlers['training.presets']({ dataset })
    const { spec, config } = presets.find(({ name }) => name === 'tied-784-32')!
    const asked = { dataset, spec, preset: 'tied-784-32', config: { ...config, epochs: 2 } }
    const { id: run } = await handlers['training.start']({ ...asked, name: 'First' })
    await until(async () => (await handlers['runs.get']({ id: run })).state === 'done')

    const target = join(home, 'moved')
    await mkdir(target)
    const { place } = await app.places.add(target)
    const { job } = await handlers['library.move']({ place })
    const [, , kept, started, imported] = await Promise.all([
      handlers['runs.rename']({ id: run, name: 'Renamed' }),
      handlers['runs.setNotes']({ id: run, notes: 'A note' }),
      handlers['models.keep']({ run, name: 'Kept' }),
      handlers['training.start']({ ...asked, name: 'Second' }),
      handlers['datasets.importSample']({ count: 36, seed: 2 }),
    ])
    let notes = 0
    while (!(await isOver(job))) await handlers['runs.setNotes']({ id: run, notes: `Note ${++notes}` })
    expect(await jobState(job)).toBe('done')
    // What waited begins now.
    await until(async () => (await handlers['runs.get']({ id: started.id })).state === 'done')
    await until(() => isOver(imported.job))

    expect(await readdir(join(home, 'library'))).toEqual([])
    const runs = join(target, 'runs')
    expect((await readdir(runs)).sort()).toEqual([run, started.id].sort())
    const about = JSON.parse(await readFile(join(runs, run, 'about.json'), 'utf8')) as object
    expect(about).toEqual({ name: 'Renamed', notes: notes > 0 ? `Note ${notes}` : 'A note' })
    expect(await readdir(join(target, 'models'))).toEqual([kept.id])
    expect((await readdir(join(target, 'datasets'))).sort()).toEqual([dataset, imported.id].sort())
    // Its epochs are read where they are now.
    expect((await handlers['runs.get']({ id: run })).metrics.length).toBe(2)
    expect((await handlers['runs.list']({})).items.find(({ id }) => id === run)?.epochs).toBe(2)
  })

  it('goes on being removed from the old place after a crash, but for what was changed there', async () => {
    const home = await temporaryFolder()
    const [from, to] = [join(home, 'library'), join(home, 'moved')]
    for (const name of ['one', 'two']) {
      await mkdir(join(from, 'models', name), { recursive: true })
      await writeFile(join(from, 'models', name, 'file'), name)
    }
    await mkdir(to)
    const journal = await MoveJournal.begin(to, from)
    await catchUpWhole({ from, to, journal, onCopied: () => undefined })
    await journal.close({ keep: true })
    await writeFile(join(home, 'settings.json'), JSON.stringify({ library: to }))
    await writeFile(join(from, 'models', 'two', 'file'), 'changed since')
    app = await openTestApp(home)
    expect(await readdir(join(from, 'models'))).toEqual(['two'])
    expect(await readFile(join(to, 'models', 'one', 'file'), 'utf8')).toBe('one')
    expect(existsSync(join(to, 'move.jsonl'))).toBe(false)
  })

  it('is not removed where nobody has said that the library is in the new place', async () => {
    const home = await temporaryFolder()
    const [from, to] = [join(home, 'library'), join(home, 'moved')]
    await mkdir(join(from, 'models', 'one'), { recursive: true })
    await writeFile(join(from, 'models', 'one', 'file'), 'one')
    await mkdir(to)
    const journal = await MoveJournal.begin(to, from)
    await catchUpWhole({ from, to, journal, onCopied: () => undefined })
    await journal.close({ keep: true })
    app = await openTestApp(home)
    expect(await readdir(join(from, 'models', 'one'))).toEqual(['file'])
  })
})

describe('the copy of a library', () => {
  async function library() {
    const home = await temporaryFolder()
    const [from, to] = [join(home, 'from'), join(home, 'to')]
    for (const folder of [join(from, 'models', 'a', 'empty'), join(from, 'runs'), to])
      await mkdir(folder, { recursive: true })
    await writeFile(join(from, 'models', 'a', 'file'), Buffer.alloc(5_000_000, 7))
    await writeFile(join(from, 'runs', 'log'), 'line\n')
    const journal = await MoveJournal.begin(to, from)
    return { home, from, to, journal, onCopied: () => undefined }
  }

  it('catches up with what was added, changed and removed', async () => {
    const work = await library()
    expect(await catchUp(work)).toBe(true)
    await appendFile(join(work.from, 'runs', 'log'), 'another line\n')
    await mkdir(join(work.from, 'datasets', 'new'), { recursive: true })
    await writeFile(join(work.from, 'datasets', 'new', 'file'), 'new')
    await rm(join(work.from, 'models', 'a', 'file'))
    await catchUpWhole(work)
    expect(await readFile(join(work.to, 'runs', 'log'), 'utf8')).toBe('line\nanother line\n')
    expect(await readFile(join(work.to, 'datasets', 'new', 'file'), 'utf8')).toBe('new')
    expect(await readdir(join(work.to, 'models', 'a'))).toEqual(['empty'])
    await work.journal.close({ keep: false })
  })

  it('leaves in the old place what was written after it, and says so', async () => {
    const work = await library()
    await catchUpWhole(work)
    await writeFile(join(work.from, 'runs', 'late'), 'late')
    await appendFile(join(work.from, 'runs', 'log'), 'late')
    expect((await removeMoved(work.from, work.journal)).sort()).toEqual(['runs/late', 'runs/log'])
    expect(await readdir(work.from)).toEqual(['runs'])
    await work.journal.close({ keep: false })
  })

  it('takes links along as links, which lead to the same place', async () => {
    const work = await library()
    await writeFile(join(work.home, 'outside'), 'outside')
    await symlink('../../outside', join(work.from, 'models', 'relative'))
    await symlink(join(work.home, 'outside'), join(work.from, 'models', 'absolute'))
    await catchUpWhole(work)
    await removeMoved(work.from, work.journal)
    for (const name of ['relative', 'absolute'])
      expect(await readFile(join(work.to, 'models', name), 'utf8')).toBe('outside')
    await work.journal.close({ keep: false })
  })

  it('keeps other programs from writing meanwhile', async () => {
    const folder = await temporaryFolder()
    const other = await FolderLibrary.open(folder)
    const startedAt = await startOf(process.ppid)
    await writeFile(
      join(folder, 'moving.json'),
      JSON.stringify({ to: '/elsewhere', pid: process.ppid, startedAt }),
    )
    await expect(other.create('runs', 'run')).rejects.toThrow('is being moved to /elsewhere')
    // It was cut off.
    await writeFile(
      join(folder, 'moving.json'),
      JSON.stringify({ to: '/x', pid: 2 ** 22 + 1, startedAt: '' }),
    )
    await other.create('runs', 'run')
  })
})

describe('the gate of a library', () => {
  it('lets one have it alone, after those that use it and before those that come', async () => {
    const gate = new LibraryGate()
    const order: string[] = []
    let leave = () => undefined as void
    const first = gate.use(
      () => new Promise<void>((resolve) => (leave = () => resolve(void order.push('first')))),
    )
    const alone = gate.haveAlone(async () => void order.push('alone'))
    const second = gate.use(async () => void order.push('second'))
    const failing = gate.haveAlone(() => Promise.reject(new Error('no')))
    await new Promise((resolve) => setImmediate(resolve))
    expect(order).toEqual([])
    leave()
    await expect(failing).rejects.toThrow('no')
    await Promise.all([first, alone, second])
    expect(order).toEqual(['first', 'alone', 'second'])
  })
})
