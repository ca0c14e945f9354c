import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeNpy, type NpyArray, readNpy, writeNpy } from '../../../src/main/store/npy'

const python = process.env.HOURGLASS_PYTHON ?? join(homedir(), '.cache/hourglass-peers/bin/python')

function runPython(script: string, ...args: string[]): string | null {
  try {
    return execFileSync(python, ['-c', script, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return null // No Python there, or one without NumPy.
  }
}
const hasNumpy = runPython('import numpy') !== null

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'npy-'))))
afterAll(() => rm(folder, { recursive: true }))

const arrays: [string, NpyArray][] = [
  ['<f4', { shape: [2, 3], data: new Float32Array([1, 2, 3, -0.1, 5e-40, Infinity]) }],
  ['<f8', { shape: [2], data: new Float64Array([Math.PI, -1e300]) }],
  ['<i4', { shape: [1, 2, 1], data: new Int32Array([-1, 2 ** 31 - 1]) }],
  ['|u1', { shape: [], data: new Uint8Array([255]) }],
  ['<f4', { shape: [0, 4], data: new Float32Array(0) }],
]

describe.each(arrays)('npy %s', (format, array) => {
  it('comes back as it went', async () => {
    const path = join(folder, 'ours.npy')
    await writeNpy(path, array)
    expect(await readNpy(path)).toEqual(array)
  })

  it.skipIf(!hasNumpy)('is read by NumPy, and read back from what NumPy writes', async () => {
    const ours = join(folder, 'numpy-reads.npy')
    const theirs = join(folder, 'numpy-writes.npy')
    await writeNpy(ours, array)
    const script =
      'import sys, numpy as np; a = np.load(sys.argv[1]); print(a.dtype.str); np.save(sys.argv[2], a)'
    expect(runPython(script, ours, theirs)!.trim()).toBe(format)
    expect(await readNpy(theirs)).toEqual(array)
  })
})

describe('npy', () => {
  it('aligns its data to 64 bytes', () => {
    expect(encodeNpy({ shape: [1], data: new Uint8Array([7]) })).toHaveLength(128 + 1)
  })

  it('reads an array that lies anywhere in its file, versions 2 and 3 too', async () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n"
    const head = Buffer.from('\x93NUMPY\x02\x00\0\0\0\0', 'latin1')
    head.writeUInt32LE(header.length, 8)
    const path = join(folder, 'version2.npy')
    await writeFile(
      path,
      Buffer.concat([head, Buffer.from(header), Buffer.from(new Float32Array([2.5]).buffer)]),
    )
    expect(await readNpy(path)).toEqual({ shape: [1], data: new Float32Array([2.5]) })
  })

  /** A version 1.0 file with any header. */
  function forged(header: string, dataBytes: number): Buffer {
    const head = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1')
    head.writeUInt16LE(header.length, 8)
    return Buffer.concat([head, Buffer.from(header), Buffer.alloc(dataBytes)])
  }
  const dict = (descr: string, order: string, shape: string) =>
    `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`

  it.each([
    ['text', Buffer.from('path,label,z0,z1\n'), 'bad-input', 'does not begin as one'],
    ['nothing', Buffer.alloc(0), 'bad-input', 'does not begin as one'],
    [
      'a cut header',
      forged(dict("'<f4'", 'False', '(1,)'), 0).subarray(0, 30),
      'bad-input',
      'ends inside its header',
    ],
    ['a header of another kind', forged('{}\n', 0), 'bad-input', 'not understood'],
    [
      'cut data',
      forged(dict("'<f4'", 'False', '(2,)'), 7),
      'bad-input',
      '7 bytes of data where its shape needs 8',
    ],
    ['64-bit integers', forged(dict("'<i8'", 'False', '(1,)'), 8), 'unsupported', "array.astype('float32')"],
    ['big-endian numbers', forged(dict("'>f4'", 'False', '(1,)'), 4), 'unsupported', 'type >f4'],
    [
      'objects with fields',
      forged(dict("[('x', '<f4')]", 'False', '(1,)'), 4),
      'unsupported',
      'a structured type',
    ],
    ['Fortran order', forged(dict("'<f4'", 'True', '(1, 2)'), 8), 'unsupported', 'numpy.ascontiguousarray'],
  ])('refuses %s in a sentence', async (_, bytes, code, sentence) => {
    const path = join(folder, 'bad.npy')
    await writeFile(path, bytes)
    await expect(readNpy(path)).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) })
    await expect(readNpy(path)).rejects.toThrow(path)
  })
})
