/** How two ways to divide the same things agree. */
export interface Agreement {
  /** Adjusted Rand index (Hubert & Arabie 1985): 1 for the same division, 0 for what chance gives. */
  readonly ari: number
  /** Mutual information over the mean of both entropies (Strehl & Ghosh 2002, arithmetic mean): 0..1. */
  readonly nmi: number
}

/** @param a @param b the class of each thing in either division; of the same length, any integers */
export function agreementOf(a: Int32Array, b: Int32Array): Agreement {
  const pairs = new Map<string, number>()
  const ofA = new Map<number, number>()
  const ofB = new Map<number, number>()
  for (let i = 0; i < a.length; i++) {
    add(pairs, `${a[i]} ${b[i]}`)
    add(ofA, a[i]!)
    add(ofB, b[i]!)
  }
  return {
    ari: adjustedRand(a.length, pairs, ofA, ofB),
    nmi: normalizedInformation(a.length, pairs, ofA, ofB),
  }
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

type Counts = ReadonlyMap<unknown, number>

function adjustedRand(count: number, pairs: Counts, ofA: Counts, ofB: Counts): number {
  const twos = (counts: Counts) => [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0)
  const [together, inA, inB, all] = [twos(pairs), twos(ofA), twos(ofB), (count * (count - 1)) / 2]
  const expected = all === 0 ? 0 : (inA * inB) / all
  const most = (inA + inB) / 2
  return most === expected ? 1 : (together - expected) / (most - expected)
}

function normalizedInformation(
  count: number,
  pairs: ReadonlyMap<string, number>,
  ofA: ReadonlyMap<number, number>,
  ofB: ReadonlyMap<number, number>,
): number {
  if (ofA.size <= 1 && ofB.size <= 1) return 1
  const entropy = (counts: Counts) =>
    [...counts.values()].reduce((sum, n) => sum - (n / count) * Math.log(n / count), 0)
  let information = 0
  for (const [pair, n] of pairs) {
    const [x, y] = pair.split(' ').map(Number) as [number, number]
    information += (n / count) * Math.log((n * count) / (ofA.get(x)! * ofB.get(y)!))
  }
  const mean = (entropy(ofA) + entropy(ofB)) / 2
  return mean === 0 ? 0 : Math.max(0, information / mean)
}
