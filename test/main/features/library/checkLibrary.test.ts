import { spawn } from 'node:child_process'
import { appendFile, cp, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { App } from '../../../../src/main/app/createApp'
import { checkLibrary, type Problem } from '../../../../src/main/features/library/check/checkLibrary'
import { showcaseFolder } from '../../../../src/main/features/showcase/showcaseFiles'
import { datasetFiles, partialPathsOf } from '../../../support/datasetFolder'
import { finished, records, startHourglassWith } from '../../../support/commandLine'
import { drawing, writePicture } from '../../../support/drawnImages'
import { importAndRead } from '../../../support/importing'
import { startOf } from '../../../support/processStart'
import { openTestApp } from '../../../support/testApp'
import { temporaryFolder } from '../../../support/testFolder'
import { fullReport } from '../../cli/report/reportSample'

const { run: info, epochs } = fullReport()
const line = (value: object) => `${JSON.stringify(value)}\n`
let home: string
let library: string
let app: App | null = null
beforeEach(async () => {
  home = await temporaryFolder()
  library = join(home, 'library')
})
afterEach(async () => {
  await app?.close()
  app = null
})

async function leaveRun(id: string, changes: object = {}): Promise<string> {
  const folder = join(library, 'runs', id)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'run.json'), JSON.stringify({ ...info, owner: null, ...changes }))
  await writeFile(join(folder, 'metrics.jsonl'), epochs.map(line).join(''))
  return folder
}

async function leaveDataset(id: string): Promise<string> {
  const folder = join(library, 'datasets', id)
  for (const n of [1, 2]) await writePicture(join(home, 'images'), `${n}.png`, drawing(n, { width: 8 }))
  await importAndRead(
    { sources: [join(home, 'images')], out: folder },
    { width: 8, height: 8, color: 'grey' },
  )
  return folder
}

async function check(repair = false) {
  const problems: Problem[] = []
  const summary = await checkLibrary({ folder: library, repair, onProblem: (one) => void problems.push(one) })
  return { ...summary, problems, said: problems.map(({ id, problem }) => `${id}: ${problem}`) }
}
const damages = async () => (await check()).problems.filter(({ level }) => level === 'damaged')

it('finds nothing damaged in a sound library, and writes nothing', async () => {
  const dataset = await leaveDataset('images')
  await leaveRun('run', { dataset })
  expect(await check()).toMatchObject({ entries: 2, damaged: 0, problems: [] })
  expect(await readdir(library)).toEqual(['datasets', 'runs'])
})

it.each([
  [
    'run.json is no JSON',
    (run: string) => writeFile(join(run, 'run.json'), '{ "version": 1,'),
    'run.json is damaged',
  ],
  [
    'run.json is from a newer version',
    (run: string) => writeFile(join(run, 'run.json'), JSON.stringify({ ...info, version: 2, spec: 'other' })),
    'was written by a newer version of Hourglass. Update Hourglass',
  ],
  ['run.json is missing', (run: string) => rm(join(run, 'run.json')), 'There is no run in'],
  [
    'metrics.jsonl holds no epoch',
    (run: string) => writeFile(join(run, 'metrics.jsonl'), 'nonsense\nmore nonsense\n'),
    'metrics.jsonl is damaged: no line of it is an epoch',
  ],
  [
    'metrics.jsonl is a folder',
    async (run: string) => {
      await rm(join(run, 'metrics.jsonl'))
      await mkdir(join(run, 'metrics.jsonl'))
    },
    'metrics.jsonl is a folder',
  ],
])('does not keep the app from starting where %s', async (_, harm, sentence) => {
  await harm(await leaveRun('broken'))
  await leaveRun('sound')
  app = await openTestApp(home)
  const { items } = await app.handlers['runs.list']({})
  expect(items.find(({ id }) => id === 'sound')).toMatchObject({ state: 'done', epochs: epochs.length })
  expect(items.find(({ id }) => id === 'broken')).toMatchObject({
    state: 'damaged',
    error: expect.stringContaining(sentence),
  })
  expect(await damages()).toMatchObject([{ id: 'broken', kind: 'runs' }])
})

it('repairs metrics with lines that cannot be read and with doubled epochs, and keeps the file as it was', async () => {
  const run = await leaveRun('run')
  const path = join(run, 'metrics.jsonl')
  await appendFile(path, `nonsense\n${line(epochs[0]!)}`)
  const before = await readFile(path, 'utf8')
  expect((await check()).said).toEqual([
    `run: Of ${epochs.length + 2} lines of metrics.jsonl, one line cannot be read and one epoch is there twice.`,
    expect.stringContaining('Its dataset is not there any more'),
  ])
  expect(await check(true)).toMatchObject({ damaged: 1, repaired: 1 })
  expect(await readFile(path, 'utf8')).toBe(epochs.map(line).join(''))
  expect(await readFile(`${path}.damaged`, 'utf8')).toBe(before)
  expect(await damages()).toEqual([])
})

it('marks a run of a process that is no more as interrupted', async () => {
  const run = await leaveRun('run', { state: 'training', owner: { pid: 2 ** 22 + 1, startedAt: '' } })
  expect(await check(true)).toMatchObject({ damaged: 1, repaired: 1 })
  expect(JSON.parse(await readFile(join(run, 'run.json'), 'utf8'))).toMatchObject({ state: 'interrupted' })
})

it('finds a dataset whose files do not fit together', async () => {
  const dataset = await leaveDataset('images')
  await truncate(join(dataset, datasetFiles.pixels), 100)
  expect(await damages()).toMatchObject([{ problem: expect.stringContaining('100 bytes instead of 128') }])
  await rm(dataset, { recursive: true })
  await leaveDataset('images')
  await appendFile(join(dataset, datasetFiles.items), 'nonsense\n')
  expect(await damages()).toMatchObject([{ problem: expect.stringContaining('Line 3 of') }])
})

it('clears away a killed import, in the app too', async () => {
  const owner = JSON.stringify({ pid: 2 ** 22 + 1, startedAt: 'long ago' })
  const leave = async (id: string) => {
    const folder = join(library, 'datasets', id)
    await mkdir(folder, { recursive: true })
    for (const path of partialPathsOf(folder)) await writeFile(path, 'half')
    await writeFile(join(folder, 'importing.json'), owner)
    return folder
  }
  await leave('killed')
  const again = await leaveDataset('again')
  for (const path of partialPathsOf(again)) await writeFile(path, 'half')
  await writeFile(join(again, 'importing.json'), owner)
  expect((await check()).said).toEqual([
    'again: An import was killed and has left its unfinished files. The dataset is as it was before.',
    'killed: An import was killed before it was done, and has left its unfinished files.',
  ])
  await check(true)
  expect(await readdir(join(library, 'datasets'))).toEqual(['again'])
  expect((await readdir(again)).sort()).toEqual(Object.values(datasetFiles).sort())

  await leave('killed')
  app = await openTestApp(home)
  expect((await app.handlers['datasets.list']({})).items.map(({ id }) => id)).toEqual(['again'])
  expect(await readdir(join(library, 'datasets'))).toEqual(['again'])
})

it('shows an import of another process, and takes it away soon after that is killed', async () => {
  app = await openTestApp(home)
  const folder = join(library, 'datasets', 'elsewhere')
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await mkdir(folder)
  for (const path of partialPathsOf(folder)) await writeFile(path, 'half')
  await writeFile(
    join(folder, 'importing.json.new'),
    JSON.stringify({ pid: child.pid, startedAt: await startOf(child.pid!) }),
  )
  await rename(join(folder, 'importing.json.new'), join(folder, 'importing.json'))
  const states = async () => (await app!.handlers['datasets.list']({})).items.map(({ state }) => state)
  await expect.poll(states, { timeout: 20_000 }).toEqual(['importing'])
  child.kill('SIGKILL')
  await expect.poll(states, { timeout: 20_000 }).toEqual([])
  await expect.poll(() => readdir(join(library, 'datasets'))).toEqual([])
})

it('brings back a model that was cut off just before it took its place', async () => {
  const id = 'letters'
  await cp(showcaseFolder(), join(library, 'models', id), { recursive: true })
  expect(await damages()).toEqual([])
  await rename(join(library, 'models', id), join(library, 'models', `${id}.partial`))
  expect(await check(true)).toMatchObject({ damaged: 1, repaired: 1 })
  expect(await readdir(join(library, 'models'))).toEqual([id])
  await truncate(join(library, 'models', id, 'weights.safetensors'), 1000)
  expect(await damages()).toMatchObject([{ problem: expect.stringContaining('weights.safetensors') }])
})

it('is a command, which repairs only while the app is closed', async () => {
  const run = await leaveRun('run')
  await appendFile(join(run, 'metrics.jsonl'), 'nonsense\n')
  const env = { ...process.env, HOURGLASS_LIBRARY: '', HOURGLASS_HOME: home }
  const hourglass = (...args: string[]) => finished(startHourglassWith(env, ...args))
  app = await openTestApp(home)
  const refused = await hourglass('check', '--repair')
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('close it first') })
  await app.close()
  app = null
  const found = await hourglass('--json', 'check')
  expect(found).toMatchObject({ code: 3, stderr: expect.stringContaining('One thing is damaged') })
  expect(records(found)).toMatchObject([
    { type: 'problem', kind: 'runs', id: 'run', repairable: true, repaired: null },
    { type: 'problem', level: 'note' },
    { type: 'done', entries: 1, damaged: 1, repaired: 0 },
  ])
  const repaired = await hourglass('check', library, '--repair')
  expect(repaired).toMatchObject({ code: 0, stdout: expect.stringContaining('is repaired') })
  expect(await hourglass('check', join(home, 'none'))).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('There is no library in'),
  })
})
