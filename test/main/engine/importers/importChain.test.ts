import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ImportHints } from '../../../../src/shared/importing'
import { throughChain } from '../../../support/importChain'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { hasCases, sharedCases } from '../../../support/requirements'
import { folderOfFile } from '../../../support/testFolder'
import { makeTorchNetworks } from '../../../support/torchNetworks'

const closeness = { float: 1e-5, half: 1e-3 }

/** What is not taken along the chain, and why. */
const leftOut: Readonly<Record<string, string>> = {
  'beginner_conv.pth':
    'It is refused: its pools overlap, and its strides are 3, which are not in such a file.',
}

/** What is said of files whose activations would take many tries to find. */
const said: Readonly<Record<string, Partial<ImportHints>>> = {
  'tanh.pth': { hidden: 'tanh' },
  'uva.pth': { hidden: 'gelu', code: 'linear', output: 'tanh' },
  'uva_open.onnx': { input: { height: 32, width: 32, channels: 3 } },
}

/** Files whose networks have another file's reference: the same network, written in another way. */
const sameAs = /_(?:open|checkpoint|module|net|params_ema)$/

/** The models in a folder with what belongs to them: NAME.ENDING and NAME.npz. Files that must be refused are left out. */
async function modelsIn(folder: string, references = folder) {
  const names = (await readdir(folder)).filter(
    (name) => !/\.(npz|in|out|u8|f4|data)$/.test(name) && !name.startsWith('bad_'),
  )
  const files = new Set([...(await readdir(references)), ...(await readdir(folder))])
  return names
    .filter((name) => !(name in leftOut))
    .map((name) => {
      const plain = name.replace(/\.\w+$/, '')
      const candidates = [name, plain, `${plain}.ref`, plain.replace(sameAs, '')].map((one) => `${one}.npz`)
      const reference = candidates.find((one) => files.has(one))
      const path = name.includes('.') ? join(folder, name) : join(folder, name, 'saved_model.pb')
      return {
        name,
        path,
        reference: reference && join(reference.includes('.ref.') ? folder : references, reference),
        hints: said[name] ?? {},
      }
    })
}

type Model = Awaited<ReturnType<typeof modelsIn>>[number]

/** What is wrong with a model somewhere along the chain, in words; null for nothing. */
async function faultOf(model: Model, folder: string): Promise<string | null> {
  try {
    const { imported, apart, ties, trained } = await throughChain(model, join(folder, `${model.name} chain`))
    const near = imported.isHalf ? closeness.half : closeness.float
    const faults = [
      imported.proved ? null : 'is not proved',
      apart <= near ? null : `gives other values as ONNX (by ${apart.toExponential(1)})`,
      trained && !trained.hasMoved ? 'is not changed by training' : null,
      trained && trained.ties < ties ? `has ${trained.ties} of ${ties} ties after training` : null,
      trained?.spread === 0 ? 'has all codes at one place of the map' : null,
    ].filter((fault) => fault !== null)
    return faults.length > 0 ? `${model.name} ${faults.join(', ')}` : null
  } catch (error) {
    return `${model.name}: ${(error as Error).message}`
  }
}

async function faultsOf(models: readonly Model[]): Promise<string[]> {
  const folder = await folderOfFile()
  const faults: string[] = []
  for (const model of models) {
    const fault = await faultOf(model, folder)
    if (fault !== null) faults.push(fault)
  }
  return faults
}

const program = (name: string) =>
  readFile(new URL(`../../../support/python/${name}.py`, import.meta.url), 'utf8')

/**
 * Import, two epochs of training, codes on the map, and ONNX again: each model that other programs write in these tests, and
 * each of the cases, gives what its own program gives and stays tied.
 */
describe('models of other programs along the whole chain', () => {
  it.skipIf(!hasCases() || !hasPeersPython('keras', 'onnxruntime', 'numpy'))('of the cases', async () => {
    const references = await folderOfFile()
    const cases = join(sharedCases, 'models')
    await runPython(await program('case_references'), cases, references)
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
      const folder = await folderOfFile()
      await runPython(await program(name), folder)
      const models = await modelsIn(folder)
      expect(models.length).toBeGreaterThanOrEqual(least)
      expect(await faultsOf(models)).toEqual([])
    },
    300_000,
  )

  it.skipIf(!hasPeersPython('keras', 'tensorflow', 'numpy')).each([
    ['tutorial_keras', 23],
    ['tied_keras', 32],
    ['saved_models', 13],
  ])(
    'that %s.py writes',
    async (name, least) => {
      const folder = await folderOfFile()
      await runPython(await program(name), folder)
      const models = await modelsIn(folder)
      expect(models.length).toBeGreaterThanOrEqual(least)
      expect(await faultsOf(models)).toEqual([])
    },
    300_000,
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
    300_000,
  )

  it('leaves out only what says why', () => {
    expect(Object.keys(leftOut).map((name) => basename(name))).toEqual(['beginner_conv.pth'])
  })
})
