const units = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 } as const

/** Reads 90s, 10m, 1h or 1h30m. @returns milliseconds, null for what is no time */
export function durationMs(text: string): number | null {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return null
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * units[unit as keyof typeof units], 0)
}
