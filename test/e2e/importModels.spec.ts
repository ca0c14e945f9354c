import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { ModelProto } from '../../src/main/engine/runtimes/onnx/protos'
import { foreignSavedModel } from '../support/foreignSavedModel'
import { randomNumbers } from '../support/randomNumbers'
import { syntheticPhotograph } from '../support/syntheticPhotograph'
import { expect, type Hourglass, test } from './support/hourglassTest'

/** Of images of any size, by an operator that networks of Hourglass do not have: the root of the mean square around a pixel. */
function lpPool(): Uint8Array {
  const ints = (name: string, values: number[]) => ({ name, ints: values, type: 7 })
  const image = (name: string) => ({
    name,
    type: {
      tensorType: {
        elemType: 1,
        shape: { dim: [{ dimValue: 1 }, { dimValue: 3 }, { dimParam: 'height' }, { dimParam: 'width' }] },
      },
    },
  })
  const attribute = [ints('kernel_shape', [3, 3]), ints('pads', [1, 1, 1, 1])]
  return ModelProto.encode({
    irVersion: 9,
    opsetImport: [{ domain: '', version: 20 }],
    graph: {
      name: 'g',
      node: [
        { opType: 'LpPool', name: 'pool', input: ['x'], output: ['sum'], attribute },
        { opType: 'Mul', name: 'mean', input: ['sum', 'third'], output: ['y'] },
      ],
      initializer: [{ name: 'third', dims: [], dataType: 1, floatData: [1 / 3] }],
      input: [image('x')],
      output: [image('y')],
    },
  } as never).finish()
}

async function laid(app: Hourglass, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(app.files, name)), { recursive: true })
    await writeFile(join(app.files, name), bytes)
  }
}

test('a file that runs as it is says so, is no model to train, and cleans a picture', async ({ app }) => {
  const { page } = app
  const { data, width, height } = syntheticPhotograph(5, 3, 96)
  const random = randomNumbers(4)
  const noisy = data.map((value) => Math.min(255, Math.max(0, value + 60 * (random() - 0.5))))
  const picture = await sharp(noisy, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  await laid(app, { 'strange/model.onnx': lpPool(), 'photographs/one.png': picture })

  await page.getByRole('link', { name: 'Models', exact: true }).click()
  await app.chooseFolder('Import models…', 'strange')
  const dialog = page.getByRole('dialog', { name: 'Import strange' })
  await expect(dialog.getByText(/runs as the file that it is.*cannot be trained/)).toBeVisible()
  await expect(dialog.getByText(/The reason: .*LpPool/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'strange', level: 1 })).toBeVisible()

  await page.getByRole('link', { name: 'Denoise', exact: true }).click()
  await app.chooseFolder('Add folder…', 'photographs')
  const models = page.getByRole('combobox', { name: 'Model' })
  await models.selectOption({ label: 'strange (Kept model)' })
  await page.getByRole('button', { name: 'Save this picture' }).click()
  await expect(page.getByText(/^Saved as one-/)).toBeVisible()
  expect(await readdir(join(app.files, 'photographs'))).toHaveLength(2)
})

test('a SavedModel of TensorFlow joins the library by its folder', async ({ app }) => {
  const { page } = app
  const files = Object.entries(foreignSavedModel()).map(([name, bytes]) => [`autoencoder/${name}`, bytes])
  await laid(app, Object.fromEntries(files) as Record<string, Uint8Array>)
  await page.getByRole('link', { name: 'Models', exact: true }).click()
  await app.chooseFolder('Import models…', 'autoencoder')
  const dialog = page.getByRole('dialog', { name: 'Import autoencoder' })
  await expect(dialog.getByText('4 × 4, grey')).toBeVisible()
  await expect(dialog.getByText('Tied', { exact: true })).toBeVisible()
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'autoencoder', level: 1 })).toBeVisible()
})
