/** The most characters of a name that is made up. */
export const longestName = 120

/** A name that none of `taken` is, whatever its capitals: `wanted`, or with 2, 3, … behind it. */
export function freeName(wanted: string, taken: Iterable<string>): string {
  const known = new Set([...taken].map(asCompared))
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : ` ${n}`
    const name = `${wanted
      .trim()
      .slice(0, longestName - suffix.length)
      .trimEnd()}${suffix}`
    if (!known.has(asCompared(name))) return name
  }
}

/** `wanted` where it is free, else with what sets it apart behind it, such as “(imported)”. */
export function nameSetApart(wanted: string, mark: string, taken: readonly string[]): string {
  if (!isTaken(wanted, taken)) return wanted
  return freeName(`${wanted.slice(0, longestName - mark.length - 4).trimEnd()} ${mark}`, taken)
}

export function isTaken(name: string, taken: readonly string[]): boolean {
  return taken.some((other) => asCompared(other) === asCompared(name))
}

const asCompared = (name: string) => name.trim().toLowerCase()
