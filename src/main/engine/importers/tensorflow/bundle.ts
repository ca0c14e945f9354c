import { BundleEntryProto, BundleHeaderProto } from '../../runtimes/tensorflow/protos'
import { unreadable } from '../importedModel'
import { limits } from '../limits'
import { fromBytes, type Numbers, sidesOf } from './tensors'
import { sentence } from '../../../../shared/texts/sentence'

interface Entry {
  readonly dtype?: number
  readonly tensorShape?: { readonly dim?: readonly { readonly size?: number }[] }
  readonly shard?: number
  readonly offset?: number
  readonly size?: number
  readonly slices?: readonly unknown[]
}

const folder = 'variables'
const mostShards = 64

/**
 * The variables that lie beside a SavedModel: an index, which is a table of LevelDB, and the numbers in shards
 * (tensorflow/core/util/tensor_bundle, tensorflow/core/lib/io/table_format.txt). Numbers are read when they are asked for.
 */
export class VariableBundle {
  private left: number = limits.weights

  private constructor(
    private readonly entries: ReadonlyMap<string, Entry>,
    private readonly shards: readonly Uint8Array[],
    private readonly file: string,
  ) {}

  /**
   * @param beside a file next to the SavedModel
   * @returns null where there is none: a model may have constants alone
   * @throws ExpectedError for one that is damaged, or in part missing
   */
  static async open(
    beside: (name: string) => Promise<Uint8Array>,
    file: string,
  ): Promise<VariableBundle | null> {
    const index = await beside(`${folder}/variables.index`).catch(() => null)
    if (!index) return null
    const entries = new Map<string, Entry>()
    let count: number
    try {
      const { '': first = new Uint8Array(), ...others } = Object.fromEntries(tableEntries(index))
      for (const [name, bytes] of Object.entries(others))
        entries.set(
          name,
          BundleEntryProto.toObject(BundleEntryProto.decode(bytes), { longs: Number }) as Entry,
        )
      const header = BundleHeaderProto.toObject(BundleHeaderProto.decode(first))
      if (header.endianness) throw new Error('its numbers have their highest byte first')
      count = Number(header.shards ?? 1)
    } catch (error) {
      throw unreadable(file, `${folder}/variables.index beside it is damaged (${(error as Error).message})`)
    }
    if (count < 1 || count > mostShards) throw unreadable(file, `its weights lie in ${count} files`)
    const padded = (n: number) => String(n).padStart(5, '0')
    const shards: Uint8Array[] = []
    let total = 0
    for (let i = 0; i < count; i++) {
      const shard = await beside(`${folder}/variables.data-${padded(i)}-of-${padded(count)}`)
      total += shard.length
      if (total > limits.file)
        throw unreadable(file, sentence('importing.withWeightsLarger', { most: limits.file / 1e9 }))
      shards.push(shard)
    }
    return new VariableBundle(entries, shards, file)
  }

  /** @returns null where it holds none of this name, or something else than numbers */
  numbers(name: string): Numbers | null {
    const entry = this.entries.get(name)
    if (!entry) return null
    const { dtype, shard = 0, offset = 0, size: bytes = 0, slices } = entry
    if (slices?.length) throw unreadable(this.file, `"${name}" of its weights is kept in slices`)
    const shape = sidesOf(entry.tensorShape)
    const size = shape.reduce((product, side) => product * side, 1)
    const held = this.shards[shard]
    this.left -= size
    if (!held || !(size >= 0) || this.left < 0 || offset < 0 || bytes < 0 || offset + bytes > held.length)
      throw unreadable(
        this.file,
        `"${name}" of its weights is not where it should be. Copy the folder once more`,
      )
    const data = fromBytes(dtype, held.subarray(offset, offset + bytes))
    if (!data) return null
    if (data.length !== size)
      throw unreadable(this.file, `"${name}" of its weights is not as long as it says`)
    return { shape, data, whole: false }
  }
}

/** The last eight bytes of a table. */
const magic = 0xdb4775248b80fb57n
const footerBytes = 48

/** Keys and values of a table of LevelDB. @throws Error */
function* tableEntries(table: Uint8Array): Generator<[string, Uint8Array]> {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength)
  if (table.length < footerBytes || view.getBigUint64(table.length - 8, true) !== magic)
    throw new Error('it is no table of variables')
  const footer = new Reading(table, table.length - footerBytes)
  footer.varint()
  footer.varint()
  const index = blockAt(table, footer.varint(), footer.varint())
  for (const [, handle] of blockEntries(index)) {
    const place = new Reading(handle, 0)
    yield* blockEntries(blockAt(table, place.varint(), place.varint()))
  }
}

function blockAt(table: Uint8Array, offset: number, size: number): Uint8Array {
  if (offset + size + 1 > table.length) throw new Error('it ends too early')
  if (table[offset + size] !== 0) throw new Error('it is compressed')
  return table.subarray(offset, offset + size)
}

/** Each key says how much of it is that of the one before. */
function* blockEntries(block: Uint8Array): Generator<[string, Uint8Array]> {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  const restarts = view.getUint32(block.length - 4, true)
  const end = block.length - 4 - 4 * restarts
  const reading = new Reading(block, 0)
  let key = Buffer.alloc(0)
  while (reading.at < end) {
    const [shared, own, length] = [reading.varint(), reading.varint(), reading.varint()]
    key = Buffer.concat([key.subarray(0, shared), reading.bytes(own)])
    yield [key.toString(), reading.bytes(length)]
  }
}

class Reading {
  constructor(
    private readonly from: Uint8Array,
    public at: number,
  ) {}

  varint(): number {
    let [value, factor] = [0, 1]
    for (let i = 0; i < 8; i++) {
      const byte = this.from[this.at++]
      if (byte === undefined) throw new Error('it ends too early')
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
    throw new Error('a number in it is too large')
  }

  bytes(count: number): Uint8Array {
    if (this.at + count > this.from.length) throw new Error('it ends too early')
    this.at += count
    return this.from.subarray(this.at - count, this.at)
  }
}
