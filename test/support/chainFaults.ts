import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImportHints } from '../../src/shared/importing'
import { throughChain } from './importChain'
import { runPython } from './peersPython'
import { folderOfFile } from './testFolder'

const closeness = { float: 1e-5, half: 1e-3 }

/** What is not taken along the chain, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  'beginner_conv.pth':
    'It is refused: its pools overlap, and its strides are 3, which are not in such a file.',
}

/** What is said of files whose activations would take many tries to find. */
const said: Readonly<Record<string, Partial<ImportHints>>> = {
  'tanh.pth': { hidden: 'tanh' },
  'uva.pth': { hidden: 'gelu', code: 'linear', output: 'tanh' },
  'normed_weights.weights.h5': { hidden: 'leaky-relu' },
  'uva_open.onnx': { input: { height: 32, width: 32, channels: 3 } },
}

/** Files whose networks have another file's reference: the same network, written in another way. */
const sameAs = /_(?:open|checkpoint|module|net|params_ema)$/

/** The models in a folder with what belongs to them: NAME.ENDING and NAME.npz. Files that must be refused are left out. */
export async function modelsIn(folder: string, references = folder) {
  const names = (await readdir(folder)).filter(
    (name) => !/\.(npz|in|out|u8|f4|data)$/.test(name) && !name.startsWith('bad_'),
  )
  const files = new Set([...(await readdir(references)), ...(await readdir(folder))])
  return names
    .filter((name) => !(name in leftOut))
    .map((name) => {
      const plain = name.replace(/(?:\.weights)?\.\w+$/, '')
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

/** What is wrong with models, a sentence for each. */
export async function faultsOf(models: readonly Model[]): Promise<string[]> {
  const folder = await folderOfFile()
  const faults: string[] = []
  for (const model of models) {
    const fault = await faultOf(model, folder)
    if (fault !== null) faults.push(fault)
  }
  return faults
}

/** The text of a script in `support/python`. */
export const scriptOf = (name: string): Promise<string> =>
  readFile(new URL(`./python/${name}.py`, import.meta.url), 'utf8')

/** The models that a script writes, and its folder. */
export async function modelsOf(script: string) {
  const folder = await folderOfFile()
  await runPython(await scriptOf(script), folder)
  return { folder, models: await modelsIn(folder) }
}
