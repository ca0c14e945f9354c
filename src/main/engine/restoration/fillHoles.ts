interface Size {
  readonly height: number
  readonly width: number
}

const rounds = 24

/**
 * Fills missing pixels smoothly: each is the mean of its neighbours (the Laplace equation). The image is halved until nothing is
 * missing, and each size begins with what the one below it found, so that wide holes take no more rounds than narrow ones.
 *
 * @param plane height × width; missing pixels may hold anything
 * @param mask 1 where a pixel is missing
 */
export function fillSmoothly(plane: Float32Array, mask: Uint8Array, { height, width }: Size): Float32Array {
  const filled = plane.slice()
  if (!mask.includes(1)) return filled
  if (!mask.includes(0)) return filled.fill(0.5)
  const start = fromHalf(plane, mask, { height, width })
  for (let i = 0; i < filled.length; i++) if (mask[i] === 1) filled[i] = start[i]!
  for (let round = 0; round < rounds; round++)
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        if (mask[i] === 0) continue
        const above = filled[y > 0 ? i - width : i]!
        const below = filled[y < height - 1 ? i + width : i]!
        const before = filled[x > 0 ? i - 1 : i]!
        const after = filled[x < width - 1 ? i + 1 : i]!
        filled[i] = (above + below + before + after) / 4
      }
  return filled
}

/** The plane at half the size, filled, and enlarged again. */
function fromHalf(plane: Float32Array, mask: Uint8Array, { height, width }: Size): Float32Array {
  const half = { height: Math.ceil(height / 2), width: Math.ceil(width / 2) }
  const small = new Float32Array(half.height * half.width)
  const counts = new Uint8Array(small.length)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (mask[i] === 1) continue
      const to = (y >> 1) * half.width + (x >> 1)
      small[to] = small[to]! + plane[i]!
      counts[to] = counts[to]! + 1
    }
  const open = new Uint8Array(small.length)
  for (let i = 0; i < small.length; i++)
    if (counts[i]! > 0) small[i] = small[i]! / counts[i]!
    else open[i] = 1
  const filled = fillSmoothly(small, open, half)
  return Float32Array.from(
    plane,
    (_, i) => filled[(Math.floor(i / width) >> 1) * half.width + ((i % width) >> 1)]!,
  )
}
