const constructors = { Float32Array, Int32Array, Uint8Array } as const
interface Tagged {
  readonly standInArray: keyof typeof constructors
  readonly base64: string
}

/** Arrays of numbers as text, since what is evaluated in a page crosses as JSON. */
export function encodeArrays(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const name = value.constructor.name === 'Buffer' ? 'Uint8Array' : value.constructor.name
    return {
      standInArray: name,
      base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    }
  }
  return mapped(value, encodeArrays)
}

export function decodeArrays(value: unknown): unknown {
  if (isTagged(value)) {
    const bytes = new Uint8Array(Buffer.from(value.base64, 'base64'))
    return new constructors[value.standInArray](bytes.buffer)
  }
  return mapped(value, decodeArrays)
}

const isTagged = (value: unknown): value is Tagged =>
  typeof value === 'object' && value !== null && 'standInArray' in value

function mapped(value: unknown, change: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]))
}
