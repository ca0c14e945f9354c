/** Longer names do not fit on some disks, with room for a number and an extension. */
const longestName = 200

/** Hands out names of files, each once, also on disks that do not tell `A` from `a`. */
export class ImageNames {
  private readonly taken: Set<string>
  private readonly counters = new Map<string, number>()

  constructor(reserved: readonly string[] = []) {
    this.taken = new Set(reserved.map(asKey))
  }

  /** `photos/cat.jpg` gives cat.png, then cat-2.png. A path from a file of unknown origin is safe: no folder survives. */
  next(path: string, extension = '.png'): string {
    const base = baseName(path)
    const key = asKey(base)
    let number = this.counters.get(key) ?? 0
    let name: string
    do {
      number++
      name = number === 1 ? `${base}${extension}` : `${base}-${number}${extension}`
    } while (this.taken.has(asKey(name)))
    this.counters.set(key, number)
    this.taken.add(asKey(name))
    return name
  }
}

/** The last part without its extension, and without what a disk does not take in a name. */
function baseName(path: string): string {
  const last = path.split(/[\\/]/).at(-1)!
  const stem = last.replace(/(?<=.)\.[^.]*$/, '')
  // eslint-disable-next-line no-control-regex -- control characters are among what is to go
  const safe = stem.replace(/[\x00-\x1f<>:"|?*]/g, '_').replace(/^\.+|[. ]+$/g, '')
  const name = /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(safe) ? `${safe}_` : safe
  return Buffer.from(name || 'image')
    .subarray(0, longestName)
    .toString()
    .replace(/\uFFFD+$/, '')
}

/** Two names of one key are the same file on a disk that does not tell `A` from `a`. */
export function asKey(name: string): string {
  return name.normalize('NFC').toLowerCase()
}
