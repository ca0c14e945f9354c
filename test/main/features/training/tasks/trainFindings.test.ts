import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { trainingConfigSchema } from '../../../../../src/shared/trainingConfig'
import { resumeRun, trainNewRun } from '../../../../../src/main/features/training/trainRun'
import { DatasetWriter } from '../../../../../src/main/store/datasetWriter'
import { readMetrics, readRunInfo } from '../../../../../src/main/store/runStore'
import type { TrainEvent } from '../../../../../src/main/features/training/tasks/trainingTasks'
import { train } from '../../../../../src/main/features/training/tasks/train'
import { specFile } from '../../../../support/cliTraining'
import { testComputeClient } from '../../../../support/commandLine'
import { preprocess } from '../../../../support/importing'
import { describeRuntimes } from '../../../../support/runtimes'
import { temporaryFolder } from '../../../../support/testFolder'
import { rectanglesDataset, smallSpec } from '../../../../support/trainedRun'

function context(events: TrainEvent[], requested: () => 'continue' | 'pause' = () => 'continue') {
  return {
    emit: (event: TrainEvent) => void events.push(event),
    requested,
    waitForClient: () => undefined,
  }
}

/** Grey images of 8 × 8 that are all the same. */
async function equalDataset(folder: string, count = 40): Promise<string> {
  const writer = await DatasetWriter.open(folder, 64)
  const pixels = Uint8Array.from({ length: 64 }, (_, i) => 3 * i)
  for (let i = 0; i < count; i++)
    await writer.add({ path: `${i}.png`, source: 0, label: null, width: 8, height: 8 }, pixels)
  await writer.commit({
    ...{ version: 1, name: 'equal', createdAt: new Date(0).toISOString(), sources: ['/nowhere'] },
    ...{ preprocessing: preprocess({ width: 8, height: 8 }), count, width: 8, height: 8, channels: 1 },
    ...{ labels: [], skipped: [] },
  })
  return folder
}

const eventsOf = <T extends TrainEvent['type']>(events: readonly TrainEvent[], type: T) =>
  events.filter((event) => event.type === type) as Extract<TrainEvent, { type: T }>[]

describeRuntimes('the task that trains', (runtime) => {
  const paramsFor = (run: string, dataset: string, config: object) => ({
    ...{ run, dataset, spec: smallSpec, config: trainingConfigSchema.parse(config) },
    ...{ resume: false, initialWeights: null, hasBaselines: false, runtime: runtime().name },
  })

  it('tells the baselines after the first epoch, and when it resumes where they are missing', async () => {
    const folder = await temporaryFolder()
    const dataset = await rectanglesDataset(join(folder, 'dataset'))
    const params = paramsFor(join(folder, 'run'), dataset, { epochs: 1, batchSize: 16 })
    const events: TrainEvent[] = []
    await train(params, context(events))
    const types = events.map(({ type }) => type).filter((type) => type !== 'progress')
    expect(types).toEqual(['started', 'epoch', 'baselines'])
    const [told] = eventsOf(events, 'baselines')
    expect(told!.baselines.pca!.components).toBe(6)
    expect(told!.baselines.pca!.psnr).toBeGreaterThan(told!.baselines.mean)

    const goOn = async (epochs: number, hasBaselines: boolean) => {
      const later: TrainEvent[] = []
      const config = trainingConfigSchema.parse({ epochs, batchSize: 16 })
      await train({ ...params, config, resume: true, hasBaselines }, context(later))
      return later
    }
    const later = await goOn(2, true)
    expect(eventsOf(later, 'baselines')).toEqual([])
    expect(eventsOf(later, 'epoch')).toHaveLength(1)
    // It was killed between its first checkpoint and the baselines.
    const lost = eventsOf(await goOn(4, false), 'baselines')
    expect(lost).toHaveLength(1)
    expect(lost[0]!.baselines.mean).toBeCloseTo(told!.baselines.mean, 5)
  })

  it('tells the baselines of a run that was paused within its first epoch', async () => {
    const folder = await temporaryFolder()
    const dataset = await rectanglesDataset(join(folder, 'dataset'))
    const params = paramsFor(join(folder, 'run'), dataset, { epochs: 2, batchSize: 4 })
    const paused: TrainEvent[] = []
    let asked = 0
    const { outcome } = await train(
      params,
      context(paused, () => (asked++ < 1 ? 'continue' : 'pause')),
    )
    expect(outcome).toBe('paused')
    expect(eventsOf(paused, 'baselines')).toEqual([])
    const events: TrainEvent[] = []
    await train({ ...params, resume: true }, context(events))
    expect(eventsOf(events, 'epoch')).toHaveLength(2)
    expect(eventsOf(events, 'baselines')).toHaveLength(1)
  })

  it('tells a finding once, and not one that was told before it was resumed', async () => {
    const folder = await temporaryFolder()
    const dataset = await equalDataset(join(folder, 'dataset'))
    const params = paramsFor(join(folder, 'run'), dataset, { epochs: 2, batchSize: 16 })
    const events: TrainEvent[] = []
    const before = runtime().liveTensors()
    await train(params, context(events))
    expect(runtime().liveTensors()).toBe(before)
    const findings = eventsOf(events, 'finding').map(({ finding }) => finding)
    expect(findings).toEqual([{ kind: 'images-equal', epoch: 1 }])
    const later: TrainEvent[] = []
    const longer = trainingConfigSchema.parse({ epochs: 3, batchSize: 16 })
    await train({ ...params, config: longer, resume: true, findings }, context(later))
    expect(eventsOf(later, 'finding')).toEqual([])
  })

  it('ends within the epochs that it has planned for its budget', async () => {
    const folder = await temporaryFolder()
    const dataset = await rectanglesDataset(join(folder, 'dataset'))
    const run = join(folder, 'run')
    const config = { epochs: 100_000, budgetMs: 1000, batchSize: 16, schedule: { name: 'cosine' } }
    const events: TrainEvent[] = []
    const result = await train(paramsFor(run, dataset, config), context(events))
    expect(result.outcome).toBe('done')
    expect(result.epochs).toBeLessThan(100_000)
    const metrics = await readMetrics(run)
    expect(metrics).toHaveLength(result.epochs)
    expect(eventsOf(events, 'epoch')).toHaveLength(result.epochs)
    expect(eventsOf(events, 'started')[0]!.epochs).toBeLessThan(100_000)
  })
})

const client = testComputeClient()
afterAll(() => client.dispose())

it('baselines and findings stand in run.json, and stay there when the run is resumed', async () => {
  const folder = await temporaryFolder()
  const run = join(folder, 'run')
  const spec = await specFile(folder, { encoder: [{ type: 'dense', units: 4, activation: 'linear' }] })
  const dataset = { source: await equalDataset(join(folder, 'dataset')), preprocessing: preprocess() }
  const events: TrainEvent[] = []
  const onEvent = (event: TrainEvent) => void events.push(event)
  const { info } = await trainNewRun(
    {
      ...{ run, dataset, model: { specFile: spec }, config: { epochs: 2 } },
      ...{ runtime: 'onnx', overwrite: false },
    },
    { client, onEvent },
  )
  const [told] = eventsOf(events, 'baselines')
  const expected = { baselines: told!.baselines, findings: [{ kind: 'images-equal', epoch: 1 }] }
  expect(info).toMatchObject(expected)
  expect(await readRunInfo(run)).toMatchObject({ state: 'done', ...expected })
  await resumeRun({ run, epochs: 3 }, { client, onEvent })
  expect(await readRunInfo(run)).toMatchObject({ state: 'done', ...expected })
  expect(eventsOf(events, 'finding')).toHaveLength(1)
})
