const collator = new Intl.Collator('en', { numeric: true })

/** Orders names as a person would: 2 before 10. Names that only look alike are still told apart. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}

/** Orders relative paths (with /) as a walk that visits each folder's entries by `compareNames` meets them. */
export function comparePaths(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = compareNames(left[i]!, right[i]!)
    if (order !== 0) return order
  }
  return left.length - right.length
}
