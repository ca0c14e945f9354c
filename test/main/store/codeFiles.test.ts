import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeFormatOf, readCodes, writeCodesNpy } from '../../../src/main/store/codeFiles'
import { readNpy, writeNpy } from '../../../src/main/store/npy'
import { temporaryFolder } from '../../support/testFolder'

describe('writeCodesNpy', () => {
  it('writes batches as one array', async () => {
    const path = join(await temporaryFolder(), 'codes.npy')
    async function* batches() {
      yield { codes: Float32Array.of(1, 2, 3, 4) }
      yield { codes: Float32Array.of(0, 5, 6).subarray(1) }
    }
    await writeCodesNpy(path, [3, 2], batches())
    expect(await readNpy(path)).toEqual({ shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) })
  })
})

describe('readCodes', () => {
  it('reads arrays of any number type, and a single code', async () => {
    const path = join(await temporaryFolder(), 'codes.NPY')
    await writeNpy(path, { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) })
    expect(await readCodes(path)).toEqual({
      count: 2,
      dimensions: 2,
      values: Float32Array.of(1, 2, 3, 4),
      paths: null,
    })
    await writeNpy(path, { shape: [3], data: Int32Array.of(1, 2, 3) })
    expect(await readCodes(path)).toMatchObject({ count: 1, dimensions: 3 })
  })

  it.each([
    { shape: [2, 2, 1], data: new Float32Array(4) },
    { shape: [0, 2], data: new Float32Array(0) },
    { shape: [], data: new Float32Array(1) },
  ])('refuses an array of shape $shape', async (array) => {
    const path = join(await temporaryFolder(), 'codes.npy')
    await writeNpy(path, array)
    await expect(readCodes(path)).rejects.toMatchObject({ code: 'bad-input' })
  })

  it('says where a value is not a finite number', async () => {
    const folder = await temporaryFolder()
    const array = join(folder, 'codes.npy')
    await writeNpy(array, { shape: [2, 2], data: Float32Array.of(1, 2, 3, NaN) })
    await expect(readCodes(array)).rejects.toThrow('code 2 has NaN in dimension 1')
    const table = join(folder, 'codes.csv')
    await writeFile(table, 'z0,z1\n1,2\n1,1e300\n')
    await expect(readCodes(table)).rejects.toThrow('code 2 has Infinity in dimension 1')
    await writeFile(table, 'z0,z1\n1,nan\n')
    await expect(readCodes(table)).rejects.toMatchObject({ code: 'bad-input' })
  })
})

it('knows the kind of a file by its name only', () => {
  expect([codeFormatOf('a.b.csv'), codeFormatOf('/x/C.NPY')]).toEqual(['csv', 'npy'])
  for (const path of ['codes', 'codes.txt', 'csv', '.npy'])
    expect(() => codeFormatOf(path), path).toThrow(expect.objectContaining({ code: 'bad-usage' }))
})
