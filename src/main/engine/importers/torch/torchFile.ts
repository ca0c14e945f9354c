import { unzipSync } from 'fflate'
import { ExpectedError } from '../../../../shared/errors'
import { fromBfloat16, fromHalf } from '../../files/half'
import type { Weight } from '../../models/weights'
import { unreadable } from '../importedModel'
import { limits } from '../limits'
import { Global, type Pickled, type PickleRules, readPickle } from './pickle'
import { sentence } from '../../../../shared/texts/sentence'

/** Bytes of one number, and how they become floats; null for integers, which are no weights. */
const storages: Readonly<
  Record<string, { size: number; floats: ((buffer: ArrayBuffer) => Float32Array) | null }>
> = {
  FloatStorage: { size: 4, floats: (buffer) => new Float32Array(buffer) },
  DoubleStorage: { size: 8, floats: (buffer) => Float32Array.from(new Float64Array(buffer)) },
  HalfStorage: { size: 2, floats: (buffer) => fromHalf(new Uint16Array(buffer)) },
  BFloat16Storage: { size: 2, floats: (buffer) => fromBfloat16(new Uint16Array(buffer)) },
  LongStorage: { size: 8, floats: null },
  IntStorage: { size: 4, floats: null },
  ShortStorage: { size: 2, floats: null },
  CharStorage: { size: 1, floats: null },
  ByteStorage: { size: 1, floats: null },
  BoolStorage: { size: 1, floats: null },
}

interface Storage {
  readonly type: string
  readonly key: string
}

/** Numbers within a storage, which may be read in other steps than one after the other. */
interface TensorView {
  readonly storage: Storage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** The tensors of a file that torch.save wrote, by their names in dicts, in their order. Nothing of it is run. */
export interface TorchTensors {
  readonly tensors: ReadonlyMap<string, Weight>
  /** Whether they are in half precision, so that PyTorch computes in it. */
  readonly isHalf: boolean
}

/**
 * A zip as PyTorch 1.6 and later write it.
 * @throws ExpectedError for what is no dict of tensors, naming what it holds instead
 */
export function readTorchZip(bytes: Uint8Array, file: string): TorchTensors {
  const parts = unpacked(bytes, file)
  const pickle = [...parts].find(([name]) => name.endsWith('/data.pkl') || name === 'data.pkl')
  if (!pickle || [...parts.keys()].some((name) => name.endsWith('/constants.pkl') || name.includes('/code/')))
    throw unreadable(file, sentence('importing.torchScript'))
  const folder = pickle[0].slice(0, -'data.pkl'.length)
  if (Buffer.from(parts.get(`${folder}byteorder`) ?? []).toString() === 'big')
    throw unreadable(file, 'it was written on a machine whose numbers have their highest byte first')
  const { value } = read(pickle[1], 0, file)
  return tensorsOf(value, file, ({ key }) => parts.get(`${folder}data/${key}`) ?? null)
}

/** Before PyTorch 1.6: pickles one after the other, then the numbers. @throws ExpectedError */
export function readTorchLegacy(bytes: Uint8Array, file: string): TorchTensors {
  let at = 0
  const next = () => {
    const found = read(bytes, at, file)
    at = found.end
    return found.value
  }
  // A number that says what it is, a version, and what machine wrote it.
  for (let i = 0; i < 3; i++) next()
  const value = next()
  const keys = next()
  const found = new Map<string, Uint8Array>()
  const types = new Map<string, string>()
  for (const { storage } of viewsIn(value, file).values()) types.set(storage.key, storage.type)
  for (const key of Array.isArray(keys) ? keys : []) {
    const { size } = storages[types.get(String(key)) ?? '']! ?? { size: 4 }
    if (at + 8 > bytes.length) throw unreadable(file, 'its numbers are missing')
    const count = Number(new DataView(bytes.buffer, bytes.byteOffset + at).getBigInt64(0, true))
    at += 8
    if (count < 0 || at + count * size > bytes.length) throw unreadable(file, 'its numbers end too early')
    found.set(String(key), bytes.subarray(at, at + count * size))
    at += count * size
  }
  return tensorsOf(value, file, ({ key }) => found.get(key) ?? null)
}

/** By its magic number: 0x1950a86a20f9469cfc6c. */
export const isTorchLegacy = (bytes: Uint8Array): boolean =>
  [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9].every((byte, i) => bytes[i] === byte)

/** By the name of the first file in it. */
export function isTorchZip(bytes: Uint8Array): boolean {
  const length = (bytes[26] ?? 0) + 256 * (bytes[27] ?? 0)
  return /(?:^|\/)(?:data\.pkl|\.format_version|byteorder|version)$/.test(
    Buffer.from(bytes.subarray(30, 30 + length)).toString('latin1'),
  )
}

function unpacked(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  let [total, count] = [0, 0]
  try {
    return new Map(
      Object.entries(
        unzipSync(bytes, {
          filter: ({ originalSize }) => {
            total += originalSize
            if (total > limits.file || ++count > 100_000) throw new Error('it would be too large')
            return true
          },
        }),
      ),
    )
  } catch (error) {
    throw unreadable(file, sentence('importing.damagedZip', { what: (error as Error).message }), error)
  }
}

function read(bytes: Uint8Array, at: number, file: string): { value: Pickled; end: number } {
  try {
    return readPickle(bytes, at, rules(file))
  } catch (error) {
    if (error instanceof ExpectedError) throw error
    const why = error instanceof RangeError ? 'it ends too early' : (error as Error).message
    throw unreadable(file, `it is a damaged pickle (${why})`, error)
  }
}

/** Of numbers that a checkpoint counts with, and of settings: they are not looked at. */
const notLookedAt = new Set([
  ...['torch.device', 'torch.serialization._get_layout', 'torch._C._nn._parse_to'],
  ...['numpy.dtype', 'numpy.core.multiarray.scalar', 'numpy._core.multiarray.scalar', '_codecs.encode'],
  ...['builtins.set', '__builtin__.set', 'torch.Generator'],
])
const dicts = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'builtins.dict',
  '__builtin__.dict',
])

const rules = (file: string): PickleRules => ({
  global: (name) => {
    const storage = /^torch\.(?:storage\.)?(\w+Storage)$/.exec(name)?.[1]
    const isKnown =
      dicts.has(name) ||
      notLookedAt.has(name) ||
      /^torch\._utils\._rebuild_(?:tensor(?:_v2)?|parameter(?:_with_state)?)$/.test(name) ||
      name === 'torch.Size' ||
      (storage !== undefined &&
        (Object.hasOwn(storages, storage) || /^(Typed|Untyped)Storage$/.test(storage))) ||
      /^torch\.(?:b?float\d+|u?int\d+|half|double|long|bool|strided)$/.test(name)
    if (isKnown) return new Global(name)
    throw new ExpectedError('unsupported', sentence('importing.notWeightsAlone', { file, name }))
  },
  call: ({ name }, given) => {
    if (dicts.has(name)) return new Map(pairsOf(given[0]))
    if (name.endsWith('_rebuild_parameter') || name.endsWith('_rebuild_parameter_with_state'))
      return given[0] ?? null
    if (name === 'torch.Size') return given[0] ?? []
    if (/_rebuild_tensor(_v2)?$/.test(name)) return { tensor: viewOf(given) }
    return null
  },
  persistent: (id) => {
    if (!Array.isArray(id) || id[0] !== 'storage' || !(id[1] instanceof Global))
      throw new Error('it names numbers in another way than PyTorch')
    const type = id[1].name.split('.').at(-1)!
    return { tensor: { type, key: String(id[2]) } satisfies Storage }
  },
})

function pairsOf(list: Pickled | undefined): [Pickled, Pickled][] {
  if (!Array.isArray(list)) return []
  return list.flatMap((pair) =>
    Array.isArray(pair) && pair.length === 2 ? [[pair[0]!, pair[1]!] as [Pickled, Pickled]] : [],
  )
}

function viewOf([held, offset, shape, strides]: readonly Pickled[]): TensorView {
  const numbers = (list: Pickled | undefined) =>
    Array.isArray(list) && list.length <= 8 && list.every((one) => Number.isInteger(one) && Number(one) >= 0)
      ? list.map(Number)
      : null
  const [sides, steps] = [numbers(shape), numbers(strides)]
  if (
    !isHeld(held) ||
    !sides ||
    !steps ||
    sides.length !== steps.length ||
    !Number.isInteger(offset) ||
    Number(offset) < 0
  )
    throw new Error('a tensor in it is not described as PyTorch does it')
  return { storage: held.tensor as Storage, offset: Number(offset), shape: sides, strides: steps }
}

const isHeld = (value: Pickled | undefined): value is { readonly tensor: unknown } =>
  typeof value === 'object' && value !== null && 'tensor' in value

/** Views by the names of the dicts that they are in. */
function viewsIn(value: Pickled, file: string): Map<string, TensorView> {
  const found = new Map<string, TensorView>()
  const look = (held: Pickled, name: string, depth: number) => {
    if (depth > 8 || found.size > 100_000) return
    if (isHeld(held) && 'strides' in (held.tensor as object)) found.set(name, held.tensor as TensorView)
    if (held instanceof Map)
      for (const [key, part] of held)
        if (typeof key === 'string') look(part, name === '' ? key : `${name}.${key}`, depth + 1)
  }
  look(stateIn(value), '', 0)
  if (found.size === 0) throw unreadable(file, sentence('importing.noTensors'))
  return found
}

/** Where checkpoints keep what is to be used, the best first. */
const usual = [
  ...[
    'params_ema',
    'state_dict',
    'model_state_dict',
    'model_state',
    'params',
    'net_state_dict',
    'state_dict_ema',
  ],
  ...['model', 'net', 'network', 'generator', 'weights', 'autoencoder', 'ae', 'module'],
]

/** Of a checkpoint the weights of the model, without what its optimizer keeps. */
function stateIn(value: Pickled, depth = 0): Pickled {
  if (!(value instanceof Map) || depth > 4) return value
  if ([...value.values()].some(isHeld)) return value
  const name = usual.find((one) => value.get(one) instanceof Map)
  if (name !== undefined) return stateIn(value.get(name)!, depth + 1)
  const others = [...value].filter(([key]) => !/optim|sched|scaler|loss|hyper/i.test(String(key)))
  return new Map(others)
}

function tensorsOf(
  value: Pickled,
  file: string,
  bytesOf: (storage: Storage) => Uint8Array | null,
): TorchTensors {
  const found = new Map<string, Weight>()
  const types = new Set<string>()
  let left: number = limits.weights
  for (const [name, view] of viewsIn(value, file)) {
    const kind = Object.hasOwn(storages, view.storage.type) ? storages[view.storage.type]! : null
    if (!kind)
      throw unreadable(file, `"${name}" has numbers of the type ${view.storage.type}, which is not read`)
    if (!kind.floats) continue
    types.add(view.storage.type)
    const size = view.shape.reduce((product, side) => product * side, 1)
    left -= size
    if (left < 0) throw unreadable(file, 'its weights are too many')
    const bytes = bytesOf(view.storage)
    if (!bytes) throw unreadable(file, `the numbers of "${name}" are not in it`)
    const last = view.shape.reduce((sum, side, i) => sum + (side - 1) * view.strides[i]!, view.offset)
    if (size > 0 && (last + 1) * kind.size > bytes.length)
      throw unreadable(file, `the numbers of "${name}" end too early`)
    const part = new Uint8Array(
      size > 0 ? bytes.subarray(view.offset * kind.size, (last + 1) * kind.size) : [],
    )
    found.set(name.replace(/^(?:module|_orig_mod)\./, ''), {
      shape: view.shape,
      data: inSteps(kind.floats(part.buffer), view),
    })
  }
  return { tensors: found, isHalf: types.size === 1 && types.has('HalfStorage') }
}

/** Row by row, whatever steps a tensor is read in. */
function inSteps(values: Float32Array, { shape, strides }: TensorView): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1)
  const result = new Float32Array(size)
  const at = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let i = 0; i < size; i++) {
    result[i] = values[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++at[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      at[axis] = 0
    }
  }
  return result
}
