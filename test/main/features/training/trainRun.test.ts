import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeFile } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { readMetrics, readRunInfo } from '../../../../src/main/store/runStore'
import { ComputeClient } from '../../../../src/main/worker/computeClient'
import type { TrainEvent } from '../../../../src/main/features/training/tasks/trainingTasks'
import { type NewRun, resumeRun, trainNewRun } from '../../../../src/main/features/training/trainRun'
import { testComputeClient } from '../../../support/commandLine'
import { preprocess } from '../../../support/importing'
import { specFile } from '../../../support/cliTraining'
import { temporaryFolder } from '../../../support/testFolder'
import { rectanglesDataset } from '../../../support/trainedRun'

const clients: ComputeClient[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose()
})

async function newRun(epochs: number): Promise<NewRun> {
  const folder = await temporaryFolder()
  return {
    run: join(folder, 'run'),
    dataset: { source: await rectanglesDataset(join(folder, 'dataset'), 500), preprocessing: preprocess() },
    model: {
      specFile: await specFile(folder, { encoder: [{ type: 'dense', units: 9, activation: 'elu' }] }),
    },
    config: { epochs, batchSize: 4 },
    runtime: 'onnx',
    overwrite: false,
  }
}

/** A client whose worker dies of its first task. */
async function dyingClient(): Promise<ComputeClient> {
  const entry = join(await temporaryFolder(), 'worker.mjs')
  const worker =
    "import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => process.exit(9))"
  await writeFile(entry, worker)
  return new ComputeClient(pathToFileURL(entry))
}

it('marks a run interrupted when the worker dies, says why, and goes on with the next one', async () => {
  const request = await newRun(4)
  const client = testComputeClient()
  clients.push(client)
  const state = { state: 'interrupted', error: 'The compute worker has died: it ended with code 9.' }
  await expect(trainNewRun(request, { client: await dyingClient() })).rejects.toThrow(state.error)
  expect(await readRunInfo(request.run)).toMatchObject(state)
  const controller = new AbortController()
  const onEvent = ({ type }: TrainEvent) => type === 'epoch' && controller.abort()
  const stopping = resumeRun({ run: request.run }, { client, signal: controller.signal, onEvent })
  await expect(stopping).rejects.toThrow(/Stopped in epoch \d and saved/)
  const later = resumeRun({ run: request.run }, { client: await dyingClient() })
  await expect(later).rejects.toThrow(state.error)
  expect(await readRunInfo(request.run)).toMatchObject(state)
  expect((await resumeRun({ run: request.run }, { client })).epochs).toBe(4)
  expect(await readRunInfo(request.run)).toMatchObject({ state: 'done', error: null })
  expect((await readMetrics(request.run)).map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
})

it('saves a run whose client is disposed of in the middle', async () => {
  const request = await newRun(50)
  const client = testComputeClient()
  const training = trainNewRun(request, {
    client,
    onEvent: ({ type }) => void (type === 'epoch' && client.dispose()),
  })
  await expect(training).rejects.toThrow(/and saved/)
  expect((await readRunInfo(request.run)).state).toBe('stopped')
})

it('pauses and stops, and says in run.json which', async () => {
  const request = await newRun(50)
  const client = testComputeClient()
  clients.push(client)
  for (const reason of ['pause', 'stop']) {
    const controller = new AbortController()
    const onEvent = () => controller.abort(reason)
    const options = { client, signal: controller.signal, onEvent }
    const training =
      reason === 'pause' ? trainNewRun(request, options) : resumeRun({ run: request.run }, options)
    await expect(training).rejects.toMatchObject({ name: 'CancelledError' })
    expect((await readRunInfo(request.run)).state).toBe(reason === 'pause' ? 'paused' : 'stopped')
  }
})
