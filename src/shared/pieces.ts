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

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
