/** Final releases only: `12.9.1.4`. */
const finalRelease = /^\d+(\.\d+)*$/

const numbersOf = (version: string) => version.split('.').map(Number)

/** Below 0 where `a` is older than `b`, 0 where they are the same release, such as 2.1 and 2.1.0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The newest of these versions that satisfies all clauses, such as `<13.0,>=12.5.3.2`, or null. */
export function newestVersion(versions: readonly string[], clauses: string): string | null {
  const fitting = versions.filter((version) => finalRelease.test(version) && satisfies(version, clauses))
  return fitting.reduce<string | null>(
    (newest, version) => (newest === null || compareVersions(version, newest) > 0 ? version : newest),
    null,
  )
}

/** PEP 440's comparisons, for final releases. An operator that is not known is not satisfied. */
function satisfies(version: string, clauses: string): boolean {
  return clauses
    .split(',')
    .map((clause) => clause.trim())
    .filter(Boolean)
    .every((clause) => {
      const [, operator, wanted] = /^(===|==|!=|~=|<=|>=|<|>)\s*(\d[\d.]*(?:\.\*)?)$/.exec(clause) ?? []
      return operator !== undefined && compares[operator]!(version, wanted!)
    })
}

const isSeries = (version: string, wanted: string) => {
  const series = numbersOf(wanted.replace(/\.\*$/, ''))
  return series.every((part, i) => part === (numbersOf(version)[i] ?? 0))
}

const isEqual = (version: string, wanted: string) =>
  wanted.endsWith('.*') ? isSeries(version, wanted) : compareVersions(version, wanted) === 0

const compares: Readonly<Record<string, (version: string, wanted: string) => boolean>> = {
  '===': isEqual,
  '==': isEqual,
  '!=': (version, wanted) => !isEqual(version, wanted),
  '<=': (version, wanted) => compareVersions(version, wanted) <= 0,
  '>=': (version, wanted) => compareVersions(version, wanted) >= 0,
  '<': (version, wanted) => compareVersions(version, wanted) < 0,
  '>': (version, wanted) => compareVersions(version, wanted) > 0,
  // ~=2.3.1 is >=2.3.1 and ==2.3.*.
  '~=': (version, wanted) =>
    compareVersions(version, wanted) >= 0 && isSeries(version, wanted.split('.').slice(0, -1).join('.')),
}
