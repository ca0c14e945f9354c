import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isTensorflowInstalled } from '../../../../src/main/engine/runtimes/tensorflow/binding'
import { codeSize, hasCode } from '../../../../src/shared/modelSpec'
import { noHints } from '../../../../src/shared/importing'
import { onnxFileOf, sharesKernels } from '../../../../src/shared/network'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { folderOfFile } from '../../../support/testFolder'

describe.skipIf(!hasPeersPython('keras', 'tensorflow', 'numpy'))('SavedModels of other programs', () => {
  let client: ComputeClient
  let folder: string
  const read = (name: string, hasReference = true) =>
    client.call('readModelFile', {
      path: join(folder, name, 'saved_model.pb'),
      hints: noHints,
      ...(hasReference ? { reference: join(folder, `${name}.npz`) } : {}),
    })
  beforeAll(async () => {
    client = testComputeClient()
    folder = await folderOfFile()
    const program = await readFile(
      new URL('../../../support/python/saved_models.py', import.meta.url),
      'utf8',
    )
    await runPython(program, folder)
  }, 180_000)
  afterAll(() => client.dispose())

  it.each([
    ['basic', 16],
    ['basic_saved', 16],
    ['denoise', 64],
    ['denoise_saved', 64],
    ['vae', 2],
    ['denoiser', null],
  ])('%s gives what its own program gives, by a code of %s numbers', async (name, code) => {
    const { spec, proved } = await read(name)
    expect(proved).toBe(true)
    expect(hasCode(spec) ? codeSize(spec) : null).toBe(code)
  })

  it.each([
    'tied',
    'tied_saved',
    'tied_convolutions',
    'tied_convolutions_saved',
    'session',
    'session_before',
  ])('%s is tied, and gives what its own program gives', async (name) => {
    const { spec, proved } = await read(name)
    expect(proved).toBe(true)
    expect(spec.network ? sharesKernels(spec.network) : spec.tying === 'tied').toBe(true)
  })

  it('is proved by TensorFlow itself, where that is set up', async () => {
    const { proved, notes } = await read('denoise', false)
    expect(proved).toBe(isTensorflowInstalled())
    expect(notes.join().includes('Not proved')).toBe(!isTensorflowInstalled())
  })

  it('with attention runs as the file that it is, in ONNX’s operators', async () => {
    const { spec, original, notes } = await read('attention')
    expect(onnxFileOf(spec.network!)).toMatchObject({ cell: 16, isFixed: true })
    expect(original!.length).toBeGreaterThan(0)
    expect(notes.join()).toContain('The reason: ')
  })

  it('whose weights are missing or damaged is refused with what to do', async () => {
    const variables = join(folder, 'session', 'variables')
    const index = await readFile(join(variables, 'variables.index'))
    await writeFile(join(variables, 'variables.index'), index.subarray(0, 40))
    await expect(read('session')).rejects.toThrow('variables.index beside it is damaged')
    await rm(join(variables, 'variables.index'))
    await expect(read('session')).rejects.toThrow(/weights of "W" are not in the folder "variables"/)
    await writeFile(join(variables, 'variables.index'), index)
    await writeFile(join(variables, 'variables.data-00000-of-00001'), new Uint8Array(8))
    await expect(read('session')).rejects.toThrow(/not where it should be. Copy the folder once more\.$/)
  })
})
