import { mkdir } from 'node:fs/promises'
import type { z } from 'zod'
import { type ModelSpec, modelSpecSchema } from '../../src/shared/modelSpec'
import { type RunInfo, runInfoSchema } from '../../src/shared/run'
import { trainingConfigSchema } from '../../src/shared/trainingConfig'
import { DatasetWriter } from '../../src/main/store/datasetWriter'
import { writeRunInfo } from '../../src/main/store/runStore'
import type { ComputeClient } from '../../src/main/worker/computeClient'
import { preprocess } from './importing'
import { randomNumbers } from './randomNumbers'

export const smallSpec = modelSpecSchema.parse({
  input: { height: 8, width: 8, channels: 1 },
  encoder: [
    { type: 'dense', units: 24, activation: 'elu' },
    { type: 'dense', units: 6, activation: 'linear' },
  ],
  initializer: 'he-normal',
})

/** Grey 8 × 8 images, each a bright rectangle, as a dataset without the images it came from. */
export async function rectanglesDataset(folder: string, count = 96): Promise<string> {
  const random = randomNumbers(7)
  const writer = await DatasetWriter.open(folder, 64)
  for (let i = 0; i < count; i++) {
    const label = i % 2 ? 'odd' : 'even'
    await writer.add({ path: `${label}/${i}.png`, source: 0, label, width: 8, height: 8 }, rectangle(random))
  }
  await writer.commit({
    version: 1,
    name: 'rectangles',
    createdAt: new Date(0).toISOString(),
    sources: ['/nowhere'],
    preprocessing: preprocess({ width: 8, height: 8 }),
    count,
    width: 8,
    height: 8,
    channels: 1,
    labels: ['even', 'odd'],
    skipped: [],
  })
  return folder
}

/** 8 × 8 grey bytes. */
export function rectangle(random: () => number): Uint8Array {
  const [left, top] = [Math.floor(random() * 5), Math.floor(random() * 5)]
  const [right, bottom] = [left + 2 + Math.floor(random() * 3), top + 2 + Math.floor(random() * 3)]
  const bright = 120 + Math.floor(random() * 130)
  return Uint8Array.from({ length: 64 }, (_, i) => {
    const [x, y] = [i % 8, Math.floor(i / 8)]
    return x >= left && x < right && y >= top && y < bottom ? bright : 10
  })
}

export function describeRun(
  dataset: string,
  spec: ModelSpec = smallSpec,
  config: z.input<typeof trainingConfigSchema> = {},
): RunInfo {
  const now = new Date(0).toISOString()
  return runInfoSchema.parse({
    version: 1,
    state: 'done',
    createdAt: now,
    updatedAt: now,
    dataset,
    images: 96,
    spec,
    config: { epochs: 3, batchSize: 16, noise: { kind: 'gaussian', min: 25, max: 25 }, ...config },
    preset: null,
    initialWeights: null,
    runtime: 'onnx',
    device: 'cpu',
    versions: { hourglass: '0.0.0' },
    notes: [],
    error: null,
  })
}

/** A finished run in `folder`, trained for a moment on `dataset`. */
export async function trainRun(
  client: ComputeClient,
  folder: string,
  dataset: string,
  spec: ModelSpec = smallSpec,
  config: z.input<typeof trainingConfigSchema> = {},
): Promise<string> {
  const info = describeRun(dataset, spec, config)
  await mkdir(folder, { recursive: true })
  await writeRunInfo(folder, info)
  await client.call('train', {
    run: folder,
    dataset,
    spec,
    config: info.config,
    resume: false,
    initialWeights: null,
    hasBaselines: false,
    runtime: 'onnx',
  })
  return folder
}
