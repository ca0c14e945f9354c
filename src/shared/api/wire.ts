import { Decoder, Encoder, ExtensionCodec } from '@msgpack/msgpack'
import { checkFrame } from './frameLimits'

/** Messages on a socket: MessagePack, with arrays of numbers as their bytes. */
const extensions = new ExtensionCodec()
registerArray(1, Float32Array)
registerArray(2, Int32Array)
registerArray(3, Float64Array)

/** No message of ours is nested deeper, or has a longer list or text. */
const limits = {
  maxStrLength: 1 << 20,
  maxArrayLength: 1 << 17,
  maxMapLength: 1 << 12,
  maxBinLength: 1 << 26,
  maxExtLength: 1 << 26,
}
const deepest = 32

/** What a window asks has fewer values: the most are in a list of what is to be removed, or of pictures to be saved. */
const mostAsked = 500_000

/** Not a copy: no other message is written to the encoder's memory. */
export const encodeMessage = (message: unknown): Uint8Array<ArrayBuffer> =>
  new Encoder({ extensionCodec: extensions, maxDepth: deepest, ignoreUndefined: true }).encodeSharedRef(
    message,
  )

/** What a window sends, whoever it is. @throws Error for bytes that are no message, or hold more than any request */
export function decodeRequest(bytes: Uint8Array): unknown {
  checkFrame(bytes, { deepest, most: mostAsked })
  return decodeMessage(bytes)
}

/** @throws Error for bytes that are no message */
export function decodeMessage(bytes: Uint8Array): unknown {
  return new Decoder({ extensionCodec: extensions, ...limits }).decode(bytes)
}

type NumberArray = Float32Array | Int32Array | Float64Array
interface NumberArrayConstructor {
  new (buffer: ArrayBuffer): NumberArray
  readonly BYTES_PER_ELEMENT: number
}

/** Little-endian, as every machine is that runs this. */
function registerArray(type: number, constructor: NumberArrayConstructor & { prototype: NumberArray }): void {
  extensions.register({
    type,
    encode: (value) =>
      value instanceof constructor ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null,
    // A copy, since the bytes may lie at any place of the message.
    decode: (bytes) => {
      if (bytes.byteLength % constructor.BYTES_PER_ELEMENT !== 0) throw new Error('An array is cut off.')
      return new constructor(new Uint8Array(bytes).buffer)
    },
  })
}
