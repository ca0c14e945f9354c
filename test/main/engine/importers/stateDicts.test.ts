import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zipSync } from 'fflate'
import { Global, readPickle } from '../../../../src/main/engine/importers/torch/pickle'
import { importStateDict } from '../../../../src/main/engine/importers/torch/stateDict'
import { noHints } from '../../../../src/shared/importing'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { randomNumbers } from '../../../support/randomNumbers'
import { folderOfFile } from '../../../support/testFolder'

let client: ComputeClient
beforeAll(() => void (client = testComputeClient()))
afterAll(() => client.dispose())

const random = randomNumbers(6)
const tensor = (...shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() - 0.5),
})

describe('layers of a state_dict', () => {
  const read = (...entries: [string, ReturnType<typeof tensor>][]) =>
    importStateDict(entries, false, 'it.pth', noHints)

  it('come in the only order that their shapes allow, whatever their names', () => {
    const { spec } = read(
      ['a.weight', tensor(64, 20)],
      ['b.weight', tensor(20, 6)],
      ['c.weight', tensor(6, 20)],
      ['d.weight', tensor(20, 64)],
    )
    expect(spec.encoder).toMatchObject([{ units: 20 }, { units: 6 }])
  })

  it('that no order chains are named', () => {
    expect(() => read(['a.weight', tensor(20, 64)], ['b.weight', tensor(64, 21)])).toThrow(
      /a: 64 → 20, b: 21 → 64.+torch\.onnx\.export\.$/,
    )
  })

  it('that are convolutions are read where their shapes say how, and else refused with what to do', () => {
    const { spec, notes } = read(
      ['encoder.0.weight', tensor(6, 1, 4, 4)],
      ['encoder.2.weight', tensor(9, 6, 4, 4)],
      ['decoder.0.weight', tensor(9, 6, 4, 4)],
      ['decoder.2.weight', tensor(6, 1, 4, 4)],
    )
    expect(spec.encoder).toMatchObject([{ stride: 2 }, { stride: 2 }])
    expect(notes.join()).toContain('Strides and padding of convolutions are not in it.pth')
    expect(() => read(['a.weight', tensor(8, 1, 3, 3)])).toThrow(/strides and padding.+torch\.onnx\.export/)
    expect(() =>
      read(
        ['encoder.0.weight', tensor(6, 1, 3, 3)],
        ['encoder.2.weight', tensor(9, 6, 3, 3)],
        ['decoder.0.weight', tensor(9, 6, 2, 2)],
        ['decoder.2.weight', tensor(6, 1, 2, 2)],
      ),
    ).toThrow(/\d ways fit its shapes.+--reference/)
  })
})

describe('a pickle', () => {
  const bytes = (...parts: (number | string)[]) =>
    Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...Buffer.from(part)])))
  const rules = {
    global: (name: string) => {
      if (name === 'known.f') return new Global(name)
      throw new Error(`asks for ${name}`)
    },
    call: () => 'called',
    persistent: () => null,
  }
  const read = (...parts: (number | string)[]) => readPickle(bytes(...parts), 0, rules).value

  it('is read as lists, dicts, texts and numbers', () => {
    // {'a': (1, -2, 300)}
    const value = read(
      0x80,
      2,
      '}X',
      1,
      0,
      0,
      0,
      'aK',
      1,
      'J',
      0xfe,
      0xff,
      0xff,
      0xff,
      'M',
      44,
      1,
      0x87,
      's.',
    )
    expect(value).toEqual(new Map([['a', [1, -2, 300]]]))
    expect(read(0x80, 2, 0x8a, 2, 0x2c, 0x81, '.')).toBe(-32468)
    expect(read(0x80, 2, 'cknown\nf\n)R.')).toBe('called')
  })

  it('that asks for a program is refused by its name, and damaged ones are', () => {
    expect(() => read(0x80, 2, 'cposix\nsystem\n(X', 2, 0, 0, 0, 'lstR.')).toThrow('asks for posix.system')
    expect(() => read(0x80, 4, 0x8c, 8, 'builtins', 0x8c, 4, 'eval', 0x93, '.')).toThrow('builtins.eval')
    for (const damaged of [['s.'], ['X', 9, 0, 0, 0, 'a.'], ['h', 3, '.'], ['t.'], ['(i.'], ['1R.'], ['']])
      expect(() => read(...damaged)).toThrow()
  })

  it('of no dict of tensors is refused with what to do: a whole zip', async () => {
    const path = join(await folderOfFile(), 'a.pth')
    await writeFile(path, zipSync({ 'a/data.pkl': bytes(0x80, 2, '].') }))
    await expect(client.call('readModelFile', { path, hints: noHints })).rejects.toThrow(
      /no dict of tensors.+torch\.save\(model\.state_dict\(\)/,
    )
  })
})

describe.skipIf(!hasPeersPython('torch', 'numpy'))('weights that torch.save wrote', () => {
  let folder: string
  const read = (name: string, hasReference = true) =>
    client.call('readModelFile', {
      path: join(folder, `${name}.pth`),
      // What is unusual in two respects takes many tries to find.
      hints: { ...noHints, hidden: name === 'tanh' ? 'tanh' : null },
      ...(hasReference ? { reference: join(folder, `${name}.npz`) } : {}),
    })
  beforeAll(async () => {
    folder = await folderOfFile()
    for (const program of ['state_dicts', 'state_dicts_conv']) {
      const file = new URL(`../../../support/python/${program}.py`, import.meta.url)
      await runPython(await readFile(file, 'utf8'), folder)
    }
  }, 180_000)

  it.each([
    ...['article', 'halves', 'tanh', 'vae', 'normed', 'weight_norm', 'one_sequential', 'color'],
    ...['udacity', 'strided_conv', 'fours', 'dense_code', 'conv_vae', 'dncnn', 'direct'],
    ...['legacy', 'double', 'strided', 'parameters', 'float16', 'bfloat16'],
  ])('%s gives what PyTorch gives', async (name) => {
    expect((await read(name)).proved).toBe(true)
  })

  it.each(['tied', 'bare', 'functional'])('%s is tied', async (name) => {
    const { spec, weights, proved } = await read(name)
    expect(proved).toBe(true)
    expect(spec.tying).toBe('tied')
    expect(Object.keys(weights).filter((part) => part.endsWith('kernel'))).toEqual(['encoder.0.kernel'])
  })

  it('says what it assumed where nothing proves it', async () => {
    const { proved, notes } = await read('article', false)
    expect(proved).toBe(false)
    expect(notes.join()).toMatch(/assumed relu.+Assumed sigmoid.+Not proved/)
  })

  it.each([
    ['bad_whole', '__main__.Halves'],
    ['bad_sequential', 'torch.nn.modules.container.Sequential'],
    ['bad_evil', 'posix.system'],
    ['bad_list', 'no dict of tensors'],
    ['bad_gap', 'in no order'],
    ['bad_script', 'TorchScript'],
  ])('%s is refused: %s', async (name, why) => {
    await expect(read(name, false)).rejects.toThrow(why)
    await expect(read(name, false)).rejects.toThrow(/torch\.onnx\.export|state_dict/)
    expect(existsSync('/tmp/this-must-not-be')).toBe(false)
  })
})
