import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ModelInfo } from '../../../src/shared/run'
import { modelFiles, openModel, readModelInfo, writeModel } from '../../../src/main/store/modelStore'
import { runFiles, writeRunInfo } from '../../../src/main/store/runStore'
import { readSafetensors, writeSafetensors } from '../../../src/main/store/safetensors'
import { temporaryFolder } from '../../support/testFolder'
import { describeRun, smallSpec } from '../../support/trainedRun'

const info: ModelInfo = {
  version: 1,
  name: 'rectangles',
  spec: smallSpec,
  input: smallSpec.input,
  createdAt: '2026-11-21T00:00:00.000Z',
  trainedOn: { dataset: 'rectangles', images: 96, noise: 'gaussian:25' },
  metrics: null,
  versions: { hourglass: '0.0.0' },
}
const kernel = { shape: [2, 2], data: Float32Array.of(1, 2, 3, -0) }
const saved = { info, weights: { 'encoder.0.kernel': kernel }, card: '# Card\n', preview: null }

async function runFolder(withCheckpoint: boolean): Promise<string> {
  const run = join(await temporaryFolder(), 'my run')
  await mkdir(runFiles.checkpoints(run), { recursive: true })
  await writeRunInfo(run, describeRun('dataset'))
  if (withCheckpoint) await writeSafetensors(runFiles.best(run), { tensors: {}, metadata: {} })
  return run
}

describe('openModel', () => {
  it('opens a run at its best checkpoint', async () => {
    const run = await runFolder(true)
    expect(await openModel(run)).toEqual({
      kind: 'run',
      folder: run,
      name: 'my run',
      files: { spec: smallSpec, weights: runFiles.best(run) },
      noise: 'gaussian:25',
      color: 'grey',
      onPatches: false,
    })
  })

  it('opens a saved model', async () => {
    const folder = join(await temporaryFolder(), 'model')
    await writeModel(folder, saved)
    expect(await openModel(folder)).toEqual({
      kind: 'model',
      folder,
      name: 'rectangles',
      files: { spec: smallSpec, weights: modelFiles.weights(folder) },
      noise: 'gaussian:25',
      color: 'grey',
      onPatches: false,
    })
  })

  it('tells a model of grey that is for pictures in colour, and one of patches', async () => {
    const folder = join(await temporaryFolder(), 'model')
    const trainedOn = { ...saved.info.trainedOn, patches: true }
    await writeModel(folder, { ...saved, info: { ...saved.info, trainedOn, colors: 'decorrelated' } })
    expect(await openModel(folder)).toMatchObject({ color: 'rgb', onPatches: true })
  })

  it('says of a run without a checkpoint how to go on', async () => {
    await expect(openModel(await runFolder(false))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('--resume'),
    })
  })

  it('names what a run or a model holds when there is neither', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'file')
    await writeFile(file, '')
    for (const path of [folder, file, join(folder, 'missing'), join(file, 'below')]) {
      await expect(openModel(path), path).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringMatching(/run\.json.*model\.json and weights\.safetensors/),
      })
    }
  })

  it('says what is wrong with a damaged model', async () => {
    const folder = join(await temporaryFolder(), 'model')
    await writeModel(folder, saved)
    for (const text of ['{', '{}', JSON.stringify({ ...info, spec: { ...smallSpec, encoder: [] } })]) {
      await writeFile(modelFiles.info(folder), text)
      await expect(openModel(folder), text).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringContaining('model.json is damaged'),
      })
    }
  })
})

describe('writeModel', () => {
  it('writes files that read back the same, bit for bit, and replaces the model before', async () => {
    const folder = join(await temporaryFolder(), 'deep', 'model')
    await writeModel(folder, { ...saved, preview: Uint8Array.of(1) })
    await writeModel(folder, saved)
    expect((await readdir(folder)).sort()).toEqual(['README.md', 'model.json', 'weights.safetensors'])
    expect(await readModelInfo(folder)).toEqual(info)
    const { tensors } = await readSafetensors(modelFiles.weights(folder))
    expect(tensors).toEqual({ 'encoder.0.kernel': { dtype: 'F32', ...kernel } })
    expect(await readdir(join(folder, '..'))).toEqual(['model'])
  })

  it('leaves the model before when the new one cannot be written', async () => {
    const folder = join(await temporaryFolder(), 'model')
    await writeModel(folder, saved)
    const wrong = { ...saved, card: '# New\n', weights: { a: { ...kernel, shape: [3] } } }
    await expect(writeModel(folder, wrong)).rejects.toThrow('4 values for the shape 3')
    expect(await readFile(modelFiles.card(folder), 'utf8')).toBe('# Card\n')
    expect(await readdir(join(folder, '..'))).toEqual(['model'])
  })

  it('does not touch a folder that holds something else', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'letter.txt'), 'mine')
    await expect(writeModel(folder, saved)).rejects.toMatchObject({ code: 'bad-input' })
    expect(await readdir(folder)).toEqual(['letter.txt'])
  })
})
