import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Finding, RunInfo } from '../../../../src/shared/run'
import { readRunInfo } from '../../../../src/main/store/runStore'
import { RunRecord } from '../../../../src/main/features/training/runRecord'
import type { TrainEvent } from '../../../../src/main/features/training/tasks/trainingTasks'
import { temporaryFolder } from '../../../support/testFolder'
import { describeRun } from '../../../support/trainedRun'

/** What each write waits for before it begins, and what was written. */
const { writing } = vi.hoisted(() => ({
  writing: { waits: [] as Promise<void>[], begun: 0, infos: [] as RunInfo[] },
}))
vi.mock('../../../../src/main/store/runStore', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../../src/main/store/runStore')>()
  return {
    ...original,
    writeRunInfo: async (run: string, info: RunInfo) => {
      await writing.waits[writing.begun++]
      writing.infos.push(info)
      await original.writeRunInfo(run, info)
    },
  }
})
beforeEach(() => void Object.assign(writing, { waits: [], begun: 0, infos: [] }))

const created = describeRun('/nowhere')
const started: TrainEvent = {
  ...{ type: 'started', runtime: 'onnx', device: 'cpu', version: '1.2.3', images: 90, parameters: 10 },
  ...{ epochs: 3, finishedEpochs: 0 },
}
const baselines = { mean: 10, pca: { psnr: 20, components: 6 } }
const findings: Finding[] = [
  { kind: 'collapsed', epoch: 3 },
  { kind: 'rate-too-high', epoch: 5 },
]

/** Something that is waited for until it is let go. */
function gate() {
  let open: () => void = () => undefined
  const promise = new Promise<void>((resolve) => (open = resolve))
  return { promise, open }
}

it('writes what it hears into run.json', async () => {
  const run = await temporaryFolder()
  const record = new RunRecord(run, { ...created, state: 'created' })
  record.hear(started)
  record.hear({ type: 'baselines', baselines })
  for (const finding of findings) record.hear({ type: 'finding', finding })
  await record.written
  const info = await readRunInfo(run)
  expect(info).toMatchObject({ state: 'training', runtime: 'onnx', device: 'cpu', baselines, findings })
  expect(info.versions).toMatchObject({ onnx: '1.2.3', hourglass: expect.any(String) })
  await record.change({ state: 'done', owner: null })
  expect(await readRunInfo(run)).toMatchObject({ state: 'done', baselines, findings })
  expect(record.info).toMatchObject({ state: 'done', findings })
})

it('writes one change after the other, in the order in which they come', async () => {
  const run = await temporaryFolder()
  const slow = gate()
  writing.waits = [slow.promise]
  const record = new RunRecord(run, created)
  record.hear(started)
  record.hear({ type: 'baselines', baselines })
  record.hear({ type: 'finding', finding: findings[0]! })
  const changed = record.change({ state: 'done' })
  // As long as the first one is not written, none of the others begins.
  await new Promise((resolve) => setImmediate(resolve))
  expect(writing).toMatchObject({ begun: 1, infos: [] })
  slow.open()
  await changed
  expect(writing.infos.map(({ state }) => state)).toEqual(['training', 'training', 'training', 'done'])
  // Each writes all that is known when it begins, so none takes back what stands there.
  expect(writing.infos.map((info) => info.findings.length)).toEqual([1, 1, 1, 1])
  expect(await readRunInfo(run)).toMatchObject({ state: 'done', baselines, findings: [findings[0]] })
})

it('writes nothing for progress', async () => {
  const record = new RunRecord(await temporaryFolder(), created)
  record.hear({
    ...{ type: 'progress', epoch: 1, epochs: 3, batch: 1, batches: 2, trainLoss: 1 },
    ...{ samplesPerSecond: 1, timeLeftMs: 1 },
  })
  await record.written
  expect(writing.begun).toBe(0)
})

it('rejects `written` when run.json cannot be written, and nothing is unhandled', async () => {
  const unhandled: unknown[] = []
  const listen = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', listen)
  try {
    const run = join(await temporaryFolder(), 'gone')
    const record = new RunRecord(run, created)
    record.hear(started)
    record.hear({ type: 'finding', finding: findings[0]! })
    // Node tells of a rejection that nobody handles once the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve))
    await expect(record.written).rejects.toThrow()
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).toEqual([])
    // What was heard is not lost: it is written with the next change that can be.
    await mkdir(run)
    await record.change({ state: 'failed' })
    expect(await readRunInfo(run)).toMatchObject({ state: 'failed', device: 'cpu', findings: [findings[0]] })
  } finally {
    process.off('unhandledRejection', listen)
  }
})

it('lets a change fail that cannot be written', async () => {
  const record = new RunRecord(join(await temporaryFolder(), 'gone'), created)
  await expect(record.change({ state: 'done' })).rejects.toThrow()
})
