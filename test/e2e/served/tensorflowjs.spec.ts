import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { modelSpecSchema } from '../../../src/shared/modelSpec'
import { initializeParameters } from '../../../src/main/engine/models/initialize'
import { explicitWeights } from '../../../src/main/engine/models/weights'
import { storedWeights } from '../../../src/main/engine/exporters/precision'
import { tensorflowjsExporter } from '../../../src/main/engine/exporters/tensorflowjs'
import { runLayersModel } from '../../support/layersModel'
import { trainingConfigSchema } from '../../../src/shared/trainingConfig'
import { root } from '../../support/requirements'
import { bytesByPath } from '../../support/exportedBytes'

interface LayersModel {
  predict(input: unknown): { data(): Promise<Float32Array> }
}
/** What tf.min.js leaves in a page. */
declare const tf: {
  tensor(values: number[], shape: number[]): unknown
  loadLayersModel(source: unknown): Promise<LayersModel>
}

test('an exported model is loaded by TensorFlow.js in a page, from its two files', async ({ page }) => {
  const spec = modelSpecSchema.parse({
    input: { height: 8, width: 8, channels: 1 },
    encoder: [
      { type: 'conv', filters: 4, stride: 2 },
      { type: 'dense', units: 5, activation: 'tanh' },
    ],
  })
  const weights = storedWeights(explicitWeights(spec, initializeParameters(spec)), 'float32')
  const model = { spec, weights, about: { name: 'Page' }, training: trainingConfigSchema.parse({}) }
  const options = { part: 'full', pixels: 'float', precision: 'float32', tiedAs: 'transposes' } as const
  const written = await tensorflowjsExporter.write(model, options)
  const files = bytesByPath(written)
  const image = Float32Array.from({ length: 64 }, (_, i) => ((i * 37) % 256) / 255)

  await page.route('http://model.test/**', (route) => {
    const name = new URL(route.request().url()).pathname.slice(1)
    const body = files.get(name)
    return body
      ? route.fulfill({
          body: Buffer.from(body),
          contentType: name.endsWith('.json') ? 'application/json' : undefined,
        })
      : route.fulfill({ body: '<!doctype html>', contentType: 'text/html' })
  })
  await page.goto('http://model.test/')
  await page.addScriptTag({ path: join(root, 'node_modules/@tensorflow/tfjs/dist/tf.min.js') })
  const drawn = await page.evaluate(
    async (values) => {
      const loaded = await tf.loadLayersModel('http://model.test/model.json')
      return [...(await loaded.predict(tf.tensor(values, [1, 8, 8, 1])).data())]
    },
    [...image],
  )

  const here = { description: files.get('model.json')!, weights: files.get('weights.bin')! }
  const expected = await runLayersModel(here, [{ shape: [1, 8, 8, 1], data: image }])
  expect(drawn).toHaveLength(64)
  drawn.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5))
})
