import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  activations,
  codeSize,
  type ModelSpec,
  modelSpecSchema,
  tyingModes,
} from '../../../../src/shared/modelSpec'
import { weightBytes } from '../../../../src/shared/modelSize'
import { parametersOf } from '../../../../src/main/engine/models/autoencoder'
import { explicitWeights } from '../../../../src/main/engine/models/weights'
import { batchStream } from '../../../../src/main/features/models/batchStream'
import { pythonExample } from '../../../../src/main/features/training/modelCard'
import { saveModelOfRun } from '../../../../src/main/features/training/saveModel'
import { readWeights } from '../../../../src/main/store/checkpointStore'
import { modelFiles, openModel } from '../../../../src/main/store/modelStore'
import { type StoredTensor, writeSafetensors } from '../../../../src/main/store/safetensors'
import { runFiles } from '../../../../src/main/store/runStore'
import { testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { hasTensorflow } from '../../../support/requirements'
import { rectanglesDataset, smallSpec, trainRun } from '../../../support/trainedRun'

const client = testComputeClient()
let folder: string
let dataset: string
let run: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-model-'))
  dataset = await rectanglesDataset(join(folder, 'dataset'), 600)
  run = await trainRun(client, join(folder, 'run'), dataset)
})

afterAll(async () => {
  await client.dispose()
  await rm(folder, { recursive: true, force: true })
})

describe.each(['onnx', 'tensorflow'] as const)('%s', (runtime) => {
  it.skipIf(runtime === 'tensorflow' && !hasTensorflow())(
    'decodes codes to what the whole model gives',
    async () => {
      const { files } = await openModel(run)
      const params = { model: files, dataset, runtime }
      const parts: Float32Array[] = []
      for await (const { codes } of batchStream(client, 'encode', params)) parts.push(codes)
      const codes = Float32Array.from(parts.flatMap((part) => [...part]))
      const { images } = await client.call('decode', { model: files, codes, runtime })
      let seen = 0
      for await (const { first, output } of batchStream(client, 'reconstruct', {
        ...params,
        noise: null,
        seed: 0,
      })) {
        expectClose(output, images, first * 64)
        seen += output.length / 64
      }
      expect(seen).toBe(600)
    },
  )
})

describe('batchStream', () => {
  it('makes the worker wait for its reader, and ends the task when the reader leaves', async () => {
    const { files } = await openModel(run)
    const large = await rectanglesDataset(join(folder, 'large'), 4_000)
    const stopping = new AbortController()
    let sent = 0
    const neverHandled = () => {
      if (++sent === 4) stopping.abort()
      return new Promise<void>(() => {})
    }
    const params = { model: files, dataset: large, runtime: 'onnx' as const }
    const call = client.call('encode', params, { onEvent: neverHandled, signal: stopping.signal })
    await expect(call).rejects.toThrow('Stopped.')
    expect(sent).toBe(4)
    for await (const { first } of batchStream(client, 'encode', params)) if (first > 0) break
    let count = 0
    for await (const batch of batchStream(client, 'encode', params)) count += batch.count
    expect(count).toBe(4_000)
  })

  it('throws what the task fails with', async () => {
    const { files } = await openModel(run)
    const missing = { model: files, dataset: join(folder, 'missing') }
    await expect(batchStream(client, 'encode', missing).next()).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('saveModelOfRun', () => {
  it('keeps the best weights, bit for bit, with a card and a picture, replacing the model before', async () => {
    await saveModelOfRun(run)
    const model = await saveModelOfRun(run)
    expect(model).toBe(runFiles.model(run))
    expect(await readWeights(modelFiles.weights(model))).toEqual(await readWeights(runFiles.best(run)))
    const { kind, noise, files } = await openModel(model)
    expect({ kind, noise, spec: files.spec }).toEqual({
      kind: 'model',
      noise: 'gaussian:25',
      spec: smallSpec,
    })
    const { width = 0, height = 0 } = await sharp(modelFiles.preview(model)).metadata()
    expect(width).toBeGreaterThan(height)
    const card = await readFile(modelFiles.card(model), 'utf8')
    expect(card).toMatch(/^# run\n/)
    for (const fact of [
      '8 × 8 pixels',
      'the transpose of an encoder kernel',
      'gaussian:25',
      'PSNR',
      'License',
    ])
      expect(card).toContain(fact)
  })

  it('writes tied kernels once in every file, so that a tied model takes half of what an untied one does', async () => {
    const model = await saveModelOfRun(run)
    const own = parametersOf(smallSpec).trained.map(({ name }) => name)
    for (const file of [runFiles.best(run), runFiles.latest(run), modelFiles.weights(model)])
      expect(Object.keys(await readWeights(file)).sort(), file).toEqual([...own].sort())
    const spec: ModelSpec = { ...smallSpec, tying: 'untied' }
    const untied = await saveModelOfRun(await trainRun(client, join(folder, 'untied-size'), dataset, spec))
    const sizeOf = async (of: string) => (await stat(modelFiles.weights(of))).size
    const ratio = ((await sizeOf(model)) - weightBytes(smallSpec)) / (await sizeOf(model))
    expect(ratio).toBeLessThan(0.2) // Names and shapes.
    expect((await sizeOf(model)) / (await sizeOf(untied))).toBeLessThan(0.6)
  })

  it('takes the transposes out of what an earlier version has left, and reads that as well', async () => {
    const old = join(folder, 'old-run')
    await cp(run, old, { recursive: true })
    const weights = await readWeights(runFiles.best(old))
    const values = Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, data]))
    const tensors: Record<string, StoredTensor> = {}
    for (const [name, { shape, data }] of Object.entries(explicitWeights(smallSpec, values)))
      tensors[name] = { dtype: 'F32', shape: [...shape], data }
    await writeSafetensors(runFiles.best(old), { tensors, metadata: {} })
    const { files } = await openModel(old)
    const codes = new Float32Array(codeSize(smallSpec))
    const draw = async (model: string) => {
      const { files } = await openModel(model)
      return (await client.call('decode', { model: files, codes, runtime: 'onnx' })).images
    }
    expect(Object.keys(await readWeights(files.weights))).toContain('decoder.0.kernel')
    expect(await draw(old)).toEqual(await draw(run))
    const model = await saveModelOfRun(old)
    expect(await readWeights(modelFiles.weights(model))).toEqual(weights)
  })

  it('says of a run without a checkpoint how to go on', async () => {
    await expect(saveModelOfRun(join(folder, 'missing'))).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe.skipIf(!hasPeersPython('numpy', 'safetensors'))("the card's Python", () => {
  it.each(tyingModes)('runs encoder and decoder of a model that is %s', async (tying) => {
    const spec: ModelSpec = modelSpecSchema.parse({
      ...smallSpec,
      tying,
      encoder: activations.map((activation, i) => ({ type: 'dense', units: 20 - i, activation })),
      output: { activation: 'sigmoid' },
    })
    const model = await saveModelOfRun(await trainRun(client, join(folder, tying), dataset, spec))
    const program = `import os, sys, json
os.chdir(sys.argv[1])
${pythonExample(spec)}
pixels = np.fromfile(sys.argv[2], dtype=np.uint8).reshape(-1, 8, 8, 1)
images = pixels.astype(np.float32) / 255
codes = encode(images)
print(json.dumps([codes.ravel().tolist(), decode(codes).ravel().tolist()]))`
    const printed = await runPython(program, model, join(dataset, 'pixels.u8'))
    const [codes, images] = JSON.parse(printed) as [number[], number[]]
    const { files } = await openModel(model)
    const params = { model: files, dataset, runtime: 'onnx' as const, noise: null, seed: 0 }
    for await (const batch of batchStream(client, 'encode', params))
      expectClose(batch.codes, codes, batch.first * codeSize(spec))
    for await (const batch of batchStream(client, 'reconstruct', params))
      expectClose(batch.output, images, batch.first * 64)
    expect(await readFile(modelFiles.card(model), 'utf8')).toContain(pythonExample(spec))
  })
})

function expectClose(ours: Float32Array, theirs: ArrayLike<number>, from: number): void {
  expect(Math.max(...ours.map((value, i) => Math.abs(value - theirs[from + i]!)))).toBeLessThan(1e-5)
}
