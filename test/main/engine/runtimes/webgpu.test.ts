import { existsSync } from 'node:fs'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import type { PixelSource } from '../../../../src/main/engine/training/pixelSource'
import { Trainer } from '../../../../src/main/engine/training/trainer'

/** Chromium brings a Vulkan device in software, on which WebGPU computes the same, slowly. */
const softwareVulkan = '/usr/lib/chromium/vk_swiftshader_icd.json'

const spec = modelSpecSchema.parse({
  input: { height: 4, width: 4, channels: 1 },
  encoder: [{ type: 'dense', units: 3, activation: 'tanh' }],
})
const config = trainingConfigSchema.parse({ epochs: 2, batchSize: 8, validationSplit: 0 })
const source: PixelSource = {
  count: 32,
  rowBytes: 16,
  readRows: async (start, count, into) => {
    for (let i = 0; i < count * 16; i++) into[i] = ((start * 16 + i) * 37) % 256
  },
}

async function trainOn(device: string): Promise<Record<string, Float32Array>> {
  const trainer = await Trainer.create(createOnnxRuntime(), device, spec, config, source)
  try {
    await trainer.run({ requested: () => 'continue', progress: () => {}, epochEnded: async () => {} })
    return await trainer.values()
  } finally {
    await trainer.dispose()
  }
}

/** The file may be there without a loader that finds it, or on a processor that it does not run on. */
async function hasAdapter(): Promise<boolean> {
  if (!existsSync(softwareVulkan)) return false
  vi.stubEnv('VK_ICD_FILENAMES', process.env.VK_ICD_FILENAMES ?? softwareVulkan)
  return trainOn('webgpu').then(
    () => true,
    (error: Error) => {
      if (!error.message.includes('No supported adapters')) throw error
      return false
    },
  )
}

describe.skipIf(!(await hasAdapter()))('ONNX Runtime on WebGPU', () => {
  afterAll(() => vi.unstubAllEnvs())

  it('keeps variables on the device and trains to what the processor trains to', async () => {
    const [device, processor] = [await trainOn('webgpu'), await trainOn('cpu')]
    for (const [name, values] of Object.entries(processor))
      values.forEach((value, i) => expect(device[name]![i]).toBeCloseTo(value, 4))
  })
})
