import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type StoredTensor,
  writeSafetensors,
} from '../../../src/main/store/safetensors'
import { ExpectedError } from '../../../src/shared/errors'

const python = process.env.HOURGLASS_PYTHON ?? join(homedir(), '.cache/hourglass-peers/bin/python')

function runPython(script: string, ...args: string[]): string | null {
  try {
    return execFileSync(python, ['-c', script, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return null // No Python there, or one without the library.
  }
}
const hasLibrary = runPython('import safetensors.numpy, numpy') !== null

const tensors: Record<string, StoredTensor> = {
  mask: { dtype: 'U8', shape: [3], data: new Uint8Array([1, 0, 255]) },
  'encoder.0.kernel': {
    dtype: 'F32',
    shape: [2, 3],
    data: new Float32Array([1, -2, 0.1, 3e-40, Infinity, 6]),
  },
  step: { dtype: 'I32', shape: [], data: new Int32Array([-7]) },
  moments: { dtype: 'F64', shape: [1, 2], data: new Float64Array([Math.PI, -0]) },
  empty: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
}
const metadata = { format: 'hourglass', note: 'ünï “code”' }

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'safetensors-'))))
afterAll(() => rm(folder, { recursive: true }))

describe('safetensors', () => {
  it('comes back as it went', async () => {
    const path = join(folder, 'a.safetensors')
    await writeSafetensors(path, { tensors, metadata })
    expect(await readSafetensors(path)).toEqual({ tensors, metadata })
  })

  it('keeps the bits of bfloat16, and passes over whole numbers that only other programs write', () => {
    const header = {
      weight: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] },
      num_batches_tracked: { dtype: 'I64', shape: [], data_offsets: [4, 12] },
      flags: { dtype: 'BOOL', shape: [3], data_offsets: [12, 15] },
    }
    const json = Buffer.from(JSON.stringify(header))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(json.length))
    const numbers = Buffer.from([0x80, 0x3f, 0, 0xc0, ...new Uint8Array(11)])
    const { tensors: found } = decodeSafetensors(Buffer.concat([length, json, numbers]), 'a')
    expect(found).toEqual({ weight: { dtype: 'BF16', shape: [2], data: new Uint16Array([0x3f80, 0xc000]) } })
  })

  it('is the same whatever the order of the tensors', () => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse())
    expect(encodeSafetensors(reversed, metadata)).toEqual(encodeSafetensors(tensors, metadata))
  })

  it('reads in place where the bytes are aligned and copies where they are not', () => {
    const bytes = encodeSafetensors(tensors, metadata)
    const kernel = decodeSafetensors(bytes, 'a').tensors['encoder.0.kernel']!
    expect(kernel.data.buffer).toBe(bytes.buffer)
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    expect(decodeSafetensors(shifted.subarray(1), 'a')).toEqual({ tensors, metadata })
  })

  it('says that a file is missing', async () => {
    await expect(readSafetensors(join(folder, 'none'))).rejects.toThrow(ExpectedError)
  })

  it.skipIf(!hasLibrary)('is read by the Python library', async () => {
    const path = join(folder, 'ours.safetensors')
    await writeSafetensors(path, { tensors, metadata })
    const script = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], 'numpy') as f:
    print(json.dumps({'metadata': f.metadata(), **{k: [str(f.get_tensor(k).dtype), list(f.get_tensor(k).shape), f.get_tensor(k).astype('f8').ravel().tolist()] for k in f.keys()}}))`
    expect(JSON.parse(runPython(script, path)!.replace('Infinity', '1e999'))).toEqual({
      metadata,
      mask: ['uint8', [3], [1, 0, 255]],
      'encoder.0.kernel': ['float32', [2, 3], [...tensors['encoder.0.kernel']!.data]],
      step: ['int32', [], [-7]],
      moments: ['float64', [1, 2], [Math.PI, -0]],
      empty: ['float32', [0, 4], []],
    })
  })

  it.skipIf(!hasLibrary)('reads what the Python library writes', async () => {
    const path = join(folder, 'theirs.safetensors')
    const script = `
import sys, numpy as np
from safetensors.numpy import save_file
save_file({'a': np.arange(6, dtype='f4').reshape(2, 3), 'b': np.array([1, 2], dtype='u1')}, sys.argv[1], {'by': 'python'})`
    runPython(script, path)
    expect(await readSafetensors(path)).toEqual({
      tensors: {
        a: { dtype: 'F32', shape: [2, 3], data: new Float32Array([0, 1, 2, 3, 4, 5]) },
        b: { dtype: 'U8', shape: [2], data: new Uint8Array([1, 2]) },
      },
      metadata: { by: 'python' },
    })
  })
})

describe('a damaged safetensors file', () => {
  /** A file whose header is whatever a test likes. */
  function forged(header: unknown, dataBytes: number): Uint8Array {
    const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(json.length))
    return Buffer.concat([length, json, Buffer.alloc(dataBytes)])
  }
  const entry = (shape: unknown, offsets: unknown, dtype = 'F32') => ({ dtype, shape, data_offsets: offsets })

  it.each([
    ['an empty file', new Uint8Array(0), 'ends before its header'],
    ['a huge header length', new Uint8Array(16).fill(255), 'larger than the format allows'],
    ['a header past the end', Buffer.from([100, 0, 0, 0, 0, 0, 0, 0, 123]), 'ends inside its header'],
    ['text', forged('hello', 0), 'not JSON'],
    ['bytes that are not UTF-8', Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), 'not JSON'],
    ['a list', forged([1], 0), 'not an object'],
    ['metadata of numbers', forged({ __metadata__: { a: 1 } }, 0), 'something other than text'],
    [
      'an unknown type',
      forged({ a: entry([1], [0, 2], 'F8_E4M3') }, 2),
      'the tensor "a" is described wrongly (dtype',
    ],
    ['a negative size', forged({ a: entry([-1], [0, 4]) }, 4), 'described wrongly (shape.0'],
    ['a fractional size', forged({ a: entry([0.5], [0, 2]) }, 2), 'described wrongly (shape.0'],
    ['a missing offset', forged({ a: entry([1], [0]) }, 4), 'described wrongly (data_offsets'],
    [
      'a length other than the shape',
      forged({ a: entry([2], [0, 4]) }, 4),
      'another length than F32 of shape [2]',
    ],
    ['a shape that overflows', forged({ a: entry([2 ** 40, 2 ** 40], [0, 4]) }, 4), 'another length'],
    ['offsets in reverse', forged({ a: entry([1], [4, 0]) }, 4), 'does not begin where'],
    ['a gap', forged({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), '"b" does not begin where'],
    ['an overlap', forged({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8), '"b" does not begin where'],
    ['a truncated tensor', forged({ a: entry([4], [0, 16]) }, 12), 'ends inside the tensor "a"'],
    ['bytes left over', forged({ a: entry([1], [0, 4]) }, 7), '3 bytes at its end belong to no tensor'],
  ])('with %s is refused in a sentence', async (_, bytes, reason) => {
    const path = join(folder, 'bad.safetensors')
    await writeFile(path, bytes)
    const refusal = await readSafetensors(path).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ExpectedError)
    expect(refusal).toMatchObject({ code: 'bad-input', message: expect.stringContaining(path) })
    expect((refusal as Error).message).toContain(reason)
  })
})
