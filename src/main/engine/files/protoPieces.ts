import protobuf from 'protobufjs'
import { joined, type Pieces, sizeOfPieces } from '../../../shared/pieces'

/** From so many bytes on, a field is not copied. */
const large = 1 << 16
/** Of a field that tells its length. */
const lengthDelimited = 2

type Message = Readonly<Record<string, unknown>>

/**
 * A message as protobufjs encodes it, but for its large fields of bytes, which stay where they are. Fields may come in any
 * order (protobuf.dev/programming-guides/encoding): those that are written here follow the others.
 */
export function encodeInPieces(type: protobuf.Type, message: Message): Pieces {
  const rest: Record<string, unknown> = { ...message }
  const own = type.fieldsArray.flatMap((field) => {
    const value = message[field.name]
    if (value === undefined) return []
    const pieces = fieldInPieces(field.resolve(), value)
    if (pieces.length > 0) delete rest[field.name]
    return pieces
  })
  return merged([type.encode(rest).finish(), ...own])
}

/** Nothing for a field that the library writes: one without anything large in it. */
function fieldInPieces(field: protobuf.Field, value: unknown): Pieces {
  const { resolvedType: type, id } = field
  if (!isLarge(field, value)) return []
  if (!(type instanceof protobuf.Type)) return delimited(id, [value as Uint8Array])
  if (field instanceof protobuf.MapField)
    return Object.entries(value as Message).flatMap(([key, entry]) => {
      const name = protobuf.Writer.create().uint32(tag(1)).string(key).finish()
      return delimited(id, [name, ...delimited(2, encodeInPieces(type, entry as Message))])
    })
  return messagesIn(field, value).flatMap((one) => delimited(id, encodeInPieces(type, one)))
}

function isLarge(field: protobuf.Field, value: unknown): boolean {
  if (field.type === 'bytes' && !field.repeated) return (value as Uint8Array).length >= large
  const type = field.resolvedType
  if (!(type instanceof protobuf.Type)) return false
  return messagesIn(field, value).some((message) =>
    type.fieldsArray.some((inner) => {
      const held = message[inner.name]
      return held !== undefined && isLarge(inner.resolve(), held)
    }),
  )
}

function messagesIn(field: protobuf.Field, value: unknown): readonly Message[] {
  if (field instanceof protobuf.MapField) return Object.values(value as Record<string, Message>)
  return (field.repeated ? value : [value]) as readonly Message[]
}

const tag = (id: number) => (id << 3) | lengthDelimited

function delimited(id: number, content: Pieces): Pieces {
  const head = protobuf.Writer.create().uint32(tag(id)).uint32(sizeOfPieces(content)).finish()
  return [head, ...content]
}

/** Small neighbours as one. */
function merged(pieces: Pieces): Pieces {
  const result: Uint8Array[] = []
  let small: Uint8Array[] = []
  const flush = () => {
    if (small.length > 0) result.push(joined(small))
    small = []
  }
  for (const piece of pieces) {
    if (piece.length < large) small.push(piece)
    else {
      flush()
      result.push(piece)
    }
  }
  flush()
  return result
}
