const typicalCount = 12

/** The same clusters numbered by size, the largest 0; −1 stays. */
export function bySize(clusters: Int32Array): Int32Array {
  const sizes = new Map<number, number>()
  for (const cluster of clusters) if (cluster >= 0) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1)
  const order = [...sizes].sort(([a, m], [b, n]) => n - m || a - b)
  const numbers = new Map(order.map(([cluster], number) => [cluster, number]))
  return clusters.map((cluster) => (cluster < 0 ? -1 : numbers.get(cluster)!))
}

/** Of each cluster the rows whose codes are nearest to its mean, the nearest first: at most 12. */
export function typicalOf(
  codes: Float32Array,
  dimensions: number,
  clusters: Int32Array,
  count: number,
): Int32Array[] {
  const sums = new Float64Array(count * dimensions)
  const sizes = new Float64Array(count)
  clusters.forEach((cluster, row) => {
    if (cluster < 0) return
    sizes[cluster]!++
    for (let i = 0; i < dimensions; i++) sums[cluster * dimensions + i]! += codes[row * dimensions + i]!
  })
  const nearest = Array.from({ length: count }, (): { row: number; far: number }[] => [])
  clusters.forEach((cluster, row) => {
    if (cluster < 0) return
    let far = 0
    for (let i = 0; i < dimensions; i++)
      far += (codes[row * dimensions + i]! - sums[cluster * dimensions + i]! / sizes[cluster]!) ** 2
    const held = nearest[cluster]!
    if (held.length === typicalCount && far >= held.at(-1)!.far) return
    held.push({ row, far })
    held.sort((a, b) => a.far - b.far)
    held.length = Math.min(held.length, typicalCount)
  })
  return nearest.map((held) => Int32Array.from(held, ({ row }) => row))
}
