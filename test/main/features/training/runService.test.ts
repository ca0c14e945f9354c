import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { MetricsTail } from '../../../../src/main/store/metricsTail'
import { currentProcess, isAlive, isCurrent } from '../../../../src/main/store/processIdentity'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'
import { fullReport } from '../../cli/report/reportSample'

const { run: info, epochs: metrics } = fullReport()
let home: string
let app: App | null = null
beforeEach(async () => void (home = await temporaryFolder()))
afterEach(() => app?.close())

async function leaveRun(id: string, changes: object): Promise<string> {
  const folder = join(home, 'library', 'runs', id)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'run.json'), JSON.stringify({ ...info, ...changes }))
  await writeFile(join(folder, 'metrics.jsonl'), metrics.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return folder
}

describe('runs at the start of the app', () => {
  it.each([
    ['nobody is named', null],
    ['its process is no more', { pid: 2 ** 22 + 1, startedAt: 'long ago' }],
    ['its number belongs to another process now', { pid: process.pid, startedAt: 'before the last boot' }],
  ])('counts as interrupted where %s', async (_, owner) => {
    const folder = await leaveRun('cut-off', { state: 'training', owner })
    app = await openTestApp(home)
    const run = await app.handlers['runs.get']({ id: 'cut-off' })
    expect(run).toMatchObject({
      state: 'interrupted',
      elsewhere: false,
      error: expect.stringContaining('Resume it'),
    })
    expect(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))).toMatchObject({
      state: 'interrupted',
      owner: null,
    })
  })

  it('counts as trained elsewhere where its process lives', async () => {
    const parent = { pid: process.ppid, startedAt: '' }
    const owner =
      process.platform === 'linux' ? { ...parent, startedAt: await startOf(process.ppid) } : parent
    await leaveRun('live', { state: 'training', owner })
    app = await openTestApp(home)
    expect(await app.handlers['runs.get']({ id: 'live' })).toMatchObject({
      state: 'training',
      elsewhere: true,
    })
    await expect(app.handlers['training.resume']({ id: 'live' })).rejects.toThrow('another program')
    await expect(app.handlers['runs.remove']({ id: 'live' })).rejects.toThrow('Stop it')
  })

  it('is damaged where run.json cannot be read, and can be deleted', async () => {
    const folder = await leaveRun('broken', {})
    await writeFile(join(folder, 'run.json'), '{ "version": 1,')
    app = await openTestApp(home)
    expect(await app.handlers['runs.get']({ id: 'broken' })).toMatchObject({ state: 'damaged', metrics: [] })
    await app.handlers['runs.remove']({ id: 'broken' })
    expect((await app.handlers['runs.list']({})).items).toEqual([])
  })

  it('keeps names and notes apart from what the trainer writes', async () => {
    const folder = await leaveRun('named', {})
    const before = await readFile(join(folder, 'run.json'), 'utf8')
    app = await openTestApp(home)
    await app.handlers['runs.rename']({ id: 'named', name: 'Ünïcode' })
    await app.handlers['runs.setNotes']({ id: 'named', notes: 'Line 1\nLine 2' })
    expect(await app.handlers['runs.get']({ id: 'named' })).toMatchObject({
      name: 'Ünïcode',
      notes: 'Line 1\nLine 2',
    })
    expect(await readFile(join(folder, 'run.json'), 'utf8')).toBe(before)
  })
})

describe('a process', () => {
  it('is told from a later one with its number', () => {
    expect(isCurrent(currentProcess())).toBe(true)
    expect(isAlive(currentProcess())).toBe(true)
    if (process.platform === 'linux')
      expect(isAlive({ pid: process.pid, startedAt: 'another boot' })).toBe(false)
  })
})

describe('the tail of the metrics', () => {
  it('reads only what was added, and begins anew where the file was replaced', async () => {
    const folder = await leaveRun('tail', {})
    const tail = new MetricsTail(folder)
    const { length } = metrics
    expect(await tail.read()).toEqual({
      epochs: length,
      last: metrics.at(-1),
      best: metrics.findLast(({ best }) => best) ?? null,
    })
    expect(tail.takeAdded()).toEqual([])
    const path = join(folder, 'metrics.jsonl')
    const [first] = metrics
    const added = { ...first!, epoch: 99, best: true }
    await appendFile(path, JSON.stringify(added).slice(0, 20))
    expect(await tail.read()).toMatchObject({ epochs: length })
    await appendFile(path, `${JSON.stringify(added).slice(20)}\n`)
    // Two that read at once read nothing twice.
    const [one, other] = await Promise.all([tail.read(), tail.read()])
    expect(one).toEqual({ epochs: length + 1, last: added, best: added })
    expect(other).toEqual(one)
    expect(tail.takeAdded()).toEqual([added])
    expect(tail.takeAdded()).toEqual([])
    await writeFile(path, `${JSON.stringify(first)}\n`)
    expect(await tail.read()).toMatchObject({ epochs: 1, last: first })
  })
})

async function startOf(pid: number): Promise<string> {
  const stat = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)!.split(' ')
  return `${(await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()}:${stat[19]}`
}
