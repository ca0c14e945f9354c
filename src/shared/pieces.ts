/** The bytes of a file in order: large arrays stay where they are, instead of being copied together. */
export type Pieces = readonly Uint8Array[]

export const sizeOfPieces = (pieces: Pieces): number =>
  pieces.reduce((size, { byteLength }) => size + byteLength, 0)

/** All of them as one, which a single piece is already. */
export function joined(pieces: Pieces): Uint8Array {
  if (pieces.length === 1) return pieces[0]!
  const bytes = new Uint8Array(sizeOfPieces(pieces))
  let end = 0
  for (const piece of pieces) {
    bytes.set(piece, end)
    end += piece.byteLength
  }
  return bytes
}

/** Arrays of floats one after the other, as one. */
export function joinedFloats(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const part of parts) {
    floats.set(part, end)
    end += part.length
  }
  return floats
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
