import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faultsOf, leftOut, modelsIn, modelsOf, scriptOf } from '../../../support/chainFaults'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { hasCases, sharedCases } from '../../../support/requirements'
import { folderOfFile } from '../../../support/testFolder'
import { makeTorchNetworks } from '../../../support/torchNetworks'

/**
 * Import, two epochs of training, codes on the map, and ONNX again: each model that other programs write in these tests, and
 * each of the cases, gives what its own program gives and stays tied.
 */
describe('models of other programs along the whole chain', () => {
  it.skipIf(!hasCases() || !hasPeersPython('keras', 'onnxruntime', 'numpy'))('of the cases', async () => {
    const references = await folderOfFile()
    const cases = join(sharedCases, 'models')
    await runPython(await scriptOf('case_references'), cases, references)
    const models = await modelsIn(cases, references)
    expect(models.length).toBeGreaterThanOrEqual(17)
    expect(await faultsOf(models)).toEqual([])
  })

  it.skipIf(!hasPeersPython('torch', 'onnx', 'numpy')).each([
    ['tutorial_torch', 16],
    ['state_dicts', 17],
    ['state_dicts_conv', 7],
    ['attention_networks', 5],
  ])(
    'that %s.py writes',
    async (name, least) => {
      const { models } = await modelsOf(name)
      expect(models.length).toBeGreaterThanOrEqual(least)
      expect(await faultsOf(models)).toEqual([])
    },
    900_000,
  )

  it.skipIf(!hasPeersPython('keras', 'tensorflow', 'numpy')).each([
    ['tutorial_keras', 23],
    ['tied_keras', 32],
    ['saved_models', 13],
  ])(
    'that %s.py writes',
    async (name, least) => {
      const { models } = await modelsOf(name)
      expect(models.length).toBeGreaterThanOrEqual(least)
      expect(await faultsOf(models)).toEqual([])
    },
    900_000,
  )

  it.skipIf(!hasPeersPython('torch', 'onnx', 'numpy'))(
    'with skips, blocks of pixels, norms and attention',
    async () => {
      const folder = await folderOfFile()
      await makeTorchNetworks(folder)
      const models = await modelsIn(folder)
      expect(models.length).toBeGreaterThanOrEqual(9)
      expect(await faultsOf(models)).toEqual([])
    },
    900_000,
  )

  it('leaves out only what says why', () => {
    expect(Object.keys(leftOut)).toEqual(['beginner_conv.pth'])
  })
})
