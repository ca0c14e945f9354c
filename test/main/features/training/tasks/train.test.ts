import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseNoise } from '../../../../../src/shared/noise'
import { trainingConfigSchema } from '../../../../../src/shared/trainingConfig'
import { readSnapshot, readSnapshotImages, snapshotEpochs } from '../../../../../src/main/store/historyStore'
import { readMetrics, runFiles } from '../../../../../src/main/store/runStore'
import { evaluate } from '../../../../../src/main/features/models/tasks/inference'
import { train } from '../../../../../src/main/features/training/tasks/train'
import type { TrainEvent } from '../../../../../src/main/features/training/tasks/trainingTasks'
import { describeRuntimes } from '../../../../support/runtimes'
import { temporaryFolder } from '../../../../support/testFolder'
import { rectanglesDataset, smallSpec } from '../../../../support/trainedRun'

const config = trainingConfigSchema.parse({
  epochs: 3,
  batchSize: 16,
  noise: parseNoise('gaussian:25'),
  optimizer: { learningRate: 0.01 },
})

function context<E>(events: E[] = [], requested: () => 'continue' | 'stop' = () => 'continue') {
  return { emit: (event: E) => void events.push(event), requested, waitForClient: () => undefined }
}

describeRuntimes('the task that trains', (runtime) => {
  it('leaves as many live tensors as it found, and a history of every epoch', async () => {
    const folder = await temporaryFolder()
    const dataset = await rectanglesDataset(join(folder, 'dataset'))
    const run = join(folder, 'run')
    const { name } = runtime()
    const before = runtime().liveTensors()
    const params = {
      run,
      dataset,
      spec: smallSpec,
      config,
      resume: false,
      initialWeights: null,
      hasBaselines: false,
      runtime: name,
    }
    const events: TrainEvent[] = []
    expect(await train(params, context(events))).toMatchObject({ outcome: 'done', epochs: 3 })
    expect(runtime().liveTensors()).toBe(before)
    expect(events[0]).toMatchObject({ type: 'started', runtime: name, images: 86 })
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(3)
    expect(await readMetrics(run)).toHaveLength(3)

    const model = { spec: smallSpec, weights: runFiles.best(run) }
    const evaluation = { model, dataset, noise: config.noise, seed: 1, runtime: name }
    const result = await evaluate(evaluation, context())
    expect(result.psnr).toBeGreaterThan(10)
    await expect(
      evaluate(
        evaluation,
        context([], () => 'stop'),
      ),
    ).rejects.toThrow('Stopped')
    const stopped = { ...params, run: join(folder, 'stopped') }
    expect(
      await train(
        stopped,
        context([], () => 'stop'),
      ),
    ).toMatchObject({ outcome: 'stopped', epochs: 0 })
    await expect(train({ ...params, dataset: folder }, context())).rejects.toThrow('There is no dataset')
    expect(runtime().liveTensors()).toBe(before)

    expect(await snapshotEpochs(run)).toEqual([1, 2, 3])
    const { sampleRows, codeRows, originals, inputs } = await readSnapshotImages(run)
    expect([...codeRows]).toEqual([...new Set(codeRows)].sort((a, b) => a - b))
    expect(originals.shape).toEqual([sampleRows.length, 8, 8, 1])
    expect(inputs.data).not.toEqual(originals.data)
    const { reconstructions, codes } = await readSnapshot(run, 3)
    expect(reconstructions.shape).toEqual(originals.shape)
    expect(codes!.shape).toEqual([codeRows.length, 6])
    expect((await readSnapshot(run, 1)).codes!.data).not.toEqual(codes!.data)
  })

  it('shows what a run with a budget begins with before anything is timed', async () => {
    const folder = await temporaryFolder()
    const dataset = await rectanglesDataset(join(folder, 'dataset'))
    const run = join(folder, 'run')
    const events: TrainEvent[] = []
    const before = runtime().liveTensors()
    await train(
      {
        ...{ run, dataset, spec: smallSpec, config: { ...config, budgetMs: 2000 }, resume: false },
        ...{ initialWeights: null, hasBaselines: true, runtime: runtime().name },
      },
      context(events),
    )
    expect(runtime().liveTensors()).toBe(before)
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['pictured', 'started'])
    expect((await snapshotEpochs(run)).slice(0, 2)).toEqual([0, 1])
    const [begun, first] = [await readSnapshot(run, 0), await readSnapshot(run, 1)]
    expect(begun.reconstructions.shape).toEqual(first.reconstructions.shape)
    expect(begun.reconstructions.data).not.toEqual(first.reconstructions.data)
  })
})
