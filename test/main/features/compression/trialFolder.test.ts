import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { compressImages } from '../../../../src/main/features/compression/compressImages'
import { openTrial } from '../../../../src/main/features/compression/trialFolder'
import { testComputeClient } from '../../../support/commandLine'
import { folderOfFile } from '../../../support/testFolder'
import { rectanglesDataset, smallSpec, trainRun } from '../../../support/trainedRun'

const client = testComputeClient()
afterAll(() => client.dispose())

it('says before a file is written what its codes take, and what is in it once', async () => {
  const folder = await folderOfFile()
  const path = await rectanglesDataset(join(folder, 'dataset'), 300)
  // One that has hardly learned anything has a curve of a few bytes, on which 72 of the images say little of all.
  const config = { epochs: 30, optimizer: { learningRate: 0.01 }, noise: null }
  const model = await trainRun(client, join(folder, 'run'), path, smallSpec, config)
  const { signal } = new AbortController()
  const target = { client, signal, runtime: 'onnx' } as const
  const trial = await openTrial({ model, name: 'Run', path }, { ...target, report: () => undefined })
  await trial.close()
  const point = trial.told.points[trial.told.usual]!
  const out = join(folder, 'images.hgz')
  const file = await compressImages(
    {
      ...{ model, images: [path], out, overwrite: false, runtime: 'onnx', goal: { kind: 'auto' } },
      ...{ maxError: null, modelOutside: false, compares: false },
    },
    { client },
  )
  const { codes, names } = file.parts
  expect(Math.abs(point.bytes - codes / file.count) / point.bytes).toBeLessThan(0.15)
  expect(Math.abs(point.fixedBytes - (file.bytes - codes - names)) / point.fixedBytes).toBeLessThan(0.1)
})
