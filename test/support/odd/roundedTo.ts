import { f16round } from '@petamoriken/float16'

/** A number as a float of so many bits has it. */
export function roundedTo(bits: number, value: number): number {
  if (bits === 16) return f16round(value)
  return bits === 32 ? Math.fround(value) : value
}
