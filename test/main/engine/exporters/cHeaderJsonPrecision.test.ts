import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runOnnxFile } from '../../../../src/main/engine/runtimes/onnx/runOnnxFile'
import { readWeights } from '../../../../src/main/store/checkpointStore'
import type { ModelFiles } from '../../../../src/main/worker/protocol'
import type { ExportedAs } from '../../../../src/shared/exporting'
import { hasCode, modelSpecSchema } from '../../../../src/shared/modelSpec'
import {
  expectClose,
  exported,
  folder,
  images,
  kinds,
  own,
  readInPython,
} from '../../../support/exportedModels'
import { hasPeersPython } from '../../../support/peersPython'
import { smallSpec } from '../../../support/trainedRun'
import { withRandomWeights } from '../../../support/untrainedModel'

/** What a C program prints that has the header and reads values from its input. */
async function runC(header: Uint8Array, call: string, sizes: [string, string], values: Float32Array) {
  const there = join(folder, `c-${Math.random()}`)
  await mkdir(there)
  await writeFile(join(there, 'autoencoder.h'), header)
  await writeFile(
    join(there, 'main.c'),
    `#include "autoencoder.h"
#include <stdio.h>
static float in[${sizes[0]}], out[${sizes[1]}];
int main(void) {
  while (fread(in, sizeof in, 1, stdin) == 1) { ${call}(in, out); fwrite(out, sizeof out, 1, stdout); }
  return 0;
}`,
  )
  const program = join(there, 'program')
  const args = ['-std=c99', '-Wall', '-Werror', '-Wno-unused-function', '-Wno-unused-const-variable', '-O1']
  execFileSync('cc', [...args, '-o', program, join(there, 'main.c'), '-lm'])
  const input = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const output = execFileSync(program, { input, maxBuffer: 1e9 })
  return new Float32Array(output.buffer.slice(output.byteOffset, output.byteOffset + output.byteLength))
}

describe('a C header', () => {
  it.each(kinds.filter(({ name }) => name.startsWith('dense') || name === 'denoise-patch'))(
    'compiles, and gives what the model gives: $name',
    async ({ make }) => {
      const model = await make()
      const { image, full, code } = await own(model)
      const whole = (await exported(model, 'c')).get('autoencoder.h')!
      expectClose(await runC(whole, 'ae_reconstruct', ['AE_IMAGE', 'AE_IMAGE'], image), full)
      if (!hasCode(model.spec)) return
      const encoder = (await exported(model, 'c', { part: 'encoder' })).get('autoencoder.h')!
      expectClose(await runC(encoder, 'ae_encode', ['AE_IMAGE', 'AE_CODE'], image), code)
      const decoder = (await exported(model, 'c', { part: 'decoder' })).get('autoencoder.h')!
      expectClose(await runC(decoder, 'ae_decode', ['AE_CODE', 'AE_IMAGE'], code), full)
    },
  )

  it.each(['relu', 'leaky-relu', 'elu', 'sigmoid', 'tanh', 'softplus'] as const)(
    'has %s',
    async (activation) => {
      const spec = modelSpecSchema.parse({
        ...smallSpec,
        encoder: [
          { type: 'dense', units: 20, activation },
          { type: 'dense', units: 5, activation },
        ],
        output: { activation },
      })
      const model = await withRandomWeights(join(folder, `c-${activation}`), spec)
      const { image, full } = await own(model)
      const header = (await exported(model, 'c')).get('autoencoder.h')!
      expectClose(await runC(header, 'ae_reconstruct', ['AE_IMAGE', 'AE_IMAGE'], image), full)
    },
  )

  it('holds a tied kernel once, and refuses what it cannot hold', async () => {
    const header = Buffer.from((await exported(await kinds[0]!.make(), 'c')).get('autoencoder.h')!).toString()
    expect(header).toContain('ae_encoder_0_kernel')
    expect(header).not.toContain('ae_decoder_0_kernel')
    const convolutional = await kinds.find(({ name }) => name === 'conv-64')!.make()
    await expect(exported(convolutional, 'c')).rejects.toThrow('layer 1 of the encoder is a conv layer')
  })
})

it('JSON holds every weight bit for bit, nested as its shape', async () => {
  for (const { make } of kinds) {
    const model = await make()
    const text = Buffer.from((await exported(model, 'json')).get('model.json')!).toString()
    const { spec, weights } = JSON.parse(text) as { spec: object; weights: Record<string, unknown[]> }
    expect(modelSpecSchema.parse(spec)).toEqual(model.spec)
    const known = await readWeights(model.weights)
    for (const [name, values] of Object.entries(weights)) {
      expect(values.length).toBe(known[name]!.shape[0])
      expect(Float32Array.from(values.flat(4) as number[])).toEqual(known[name]!.data)
    }
  }
})

describe('weights that are rounded', () => {
  const far = (a: ArrayLike<number>, b: Float32Array) =>
    Math.sqrt(b.reduce((sum, value, i) => sum + (a[i]! - value) ** 2, 0) / b.length)

  it.each([
    ['float16', 0.55, 2e-3],
    ['int8', 0.35, 3e-2],
  ] as const)('%s: a smaller ONNX file, and nearly the same images', async (precision, size, error) => {
    const spec = modelSpecSchema.parse({
      input: { height: 16, width: 16, channels: 1 },
      encoder: [
        { type: 'dense', units: 200 },
        { type: 'dense', units: 30 },
      ],
      output: { activation: 'sigmoid' },
    })
    const model: ModelFiles = await withRandomWeights(join(folder, precision), spec)
    const { image, full } = await own(model)
    const file = async (options: Partial<ExportedAs>) =>
      (await exported(model, 'onnx', options)).get('model.onnx')!
    const rounded = await file({ precision })
    expect(rounded.length / (await file({})).length).toBeLessThan(size)
    const inputs = { image: { shape: [images, 16, 16, 1], data: image } }
    const difference = far((await runOnnxFile(rounded, inputs)).reconstruction!, full)
    expect(difference).toBeGreaterThan(0)
    expect(difference).toBeLessThan(error)
  })

  it.skipIf(!hasPeersPython('tensorflow')).each(['float16', 'int8'] as const)(
    '%s: TensorFlow computes nearly the same of a SavedModel',
    async (precision) => {
      const program = `
import tensorflow as tf
def check(case, load):
    model = tf.saved_model.load(case["there"])
    images = tf.constant(load("image.npy"))
    extra = {"sigma": tf.zeros((${images}, 1))} if case["has_sigma"] else {}
    drawn = model.signatures["serving_default"](image=images, **extra)["reconstruction"].numpy()
    np.save(os.path.join(case["there"], "drawn.npy"), drawn)
    return {"far": [0 if np.isfinite(drawn).all() else 1], "off": float(np.sqrt(((drawn - load("full.npy")) ** 2).mean()))}`
      const some = kinds.filter(({ name }) => ['dense, tied', 'conv-latent', 'denoise-conv'].includes(name))
      const results = await readInPython('savedmodel', program, { precision }, some)
      for (const { off } of results.values()) {
        expect(off).toBeGreaterThan(0)
        expect(off).toBeLessThan(precision === 'int8' ? 0.2 : 2e-3)
      }
    },
  )

  it.skipIf(!hasPeersPython('torch'))('PyTorch reads float16', async () => {
    const model = await kinds[0]!.make()
    const half = await exported(model, 'pytorch', { precision: 'float16' })
    const whole = await exported(model, 'pytorch')
    const sizes = [half, whole].map((files) => files.get('weights.safetensors')!.length)
    expect(sizes[0]! / sizes[1]!).toBeLessThan(0.8)
  })
})
