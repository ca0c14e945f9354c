import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeFile } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { readMetrics, readRunInfo } from '../../../../src/main/store/runStore'
import { ComputeClient } from '../../../../src/main/worker/computeClient'
import { type NewRun, resumeRun, trainNewRun } from '../../../../src/main/services/training/trainRun'
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

it("marks a run interrupted when the worker dies, says why, and goes on with the same client's next worker", async () => {
  const request = await newRun(4)
  const client = testComputeClient()
  clients.push(client)
  const dying = trainNewRun(request, {
    client,
    onEvent: (event) => {
      if (event.type === 'epoch') void client.dispose()
    },
  })
  await expect(dying).rejects.toThrow('The compute worker was closed.')
  expect(await readRunInfo(request.run)).toMatchObject({
    state: 'interrupted',
    error: 'The compute worker was closed.',
  })
  const summary = await resumeRun({ run: request.run }, { client })
  expect(summary.epochs).toBe(4)
  expect(await readRunInfo(request.run)).toMatchObject({ state: 'done', error: null })
  expect((await readMetrics(request.run)).map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
})

it('keeps a run whose worker died before it began, to go on with', async () => {
  const request = await newRun(1)
  const entry = join(await temporaryFolder(), 'worker.mjs')
  await writeFile(
    entry,
    "import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => process.exit(9))",
  )
  const broken = new ComputeClient(pathToFileURL(entry))
  const client = testComputeClient()
  clients.push(broken, client)
  const error = 'The compute worker has died: it ended with code 9.'
  await expect(trainNewRun(request, { client: broken })).rejects.toThrow(error)
  expect(await readRunInfo(request.run)).toMatchObject({ state: 'interrupted', error })
  expect((await resumeRun({ run: request.run }, { client })).epochs).toBe(1)
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
