import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeSize } from '../../../../src/shared/modelSpec'
import { type ImportHints, noHints } from '../../../../src/shared/importing'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { folderOfFile } from '../../../support/testFolder'

describe.skipIf(!hasPeersPython('torch', 'numpy'))('models of the tutorials of PyTorch', () => {
  let client: ComputeClient
  let folder: string
  const read = (file: string, reference: string, hints: Partial<ImportHints> = {}) =>
    client.call('readModelFile', {
      ...{ path: join(folder, file), hints: { ...noHints, ...hints } },
      reference: join(folder, `${reference}.npz`),
    })
  beforeAll(async () => {
    client = testComputeClient()
    folder = await folderOfFile()
    const program = await readFile(
      new URL('../../../support/python/tutorial_torch.py', import.meta.url),
      'utf8',
    )
    await runPython(program, folder)
  }, 120_000)
  afterAll(() => client.dispose())

  it.each([
    ['beginner_conv', 32],
    ['lightning', 3],
    ['uva', 24],
    ['vae', 20],
    ['normed', 0],
    ['half', 3],
    ['weight_norm', 16],
  ])('%s.onnx gives what PyTorch gives, by a code of %i numbers', async (name, code) => {
    const { spec, proved } = await read(`${name}.onnx`, name)
    expect(proved).toBe(true)
    expect(codeSize(spec)).toBe(code)
  })

  it.each(['uva', 'vae', 'beginner_conv'])(
    '%s is read where its file leaves the size of images open',
    async (name) => {
      const { spec, notes } = await client.call('readModelFile', {
        path: join(folder, `${name}_open.onnx`),
        hints: noHints,
      })
      const side = name === 'uva' ? 32 : name === 'vae' ? 28 : 64
      expect(spec.input).toMatchObject({ height: side, width: side })
      expect(notes.join().includes('which go with its layers')).toBe(side !== 64)
      expect((await read(`${name}_open.onnx`, name)).proved).toBe(true)
    },
  )

  it.each(['checkpoint', 'params_ema', 'module', 'net'])(
    'lightning_%s.ckpt holds a state_dict',
    async (name) => {
      const { spec, proved } = await read(`lightning_${name}.ckpt`, 'lightning')
      expect(proved).toBe(true)
      expect(codeSize(spec)).toBe(3)
    },
  )

  it('a state_dict is given activations that only other programs have, where they are said', async () => {
    const { spec, proved } = await read('uva.pth', 'uva', { hidden: 'gelu', code: 'linear', output: 'tanh' })
    expect(proved).toBe(true)
    expect(spec.network!.nodes.some(({ op }) => op === 'erf')).toBe(true)
  })

  it('a state_dict is normalised behind its activations', async () => {
    const { proved } = await read('normed.pth', 'normed', { hidden: 'relu', output: 'relu' })
    expect(proved).toBe(true)
  })
})
