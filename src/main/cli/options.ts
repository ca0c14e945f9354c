import { InvalidArgumentError, Option } from 'commander'
import { ExpectedError } from '../../shared/errors'
import { parseRange, type PictureRange } from '../../shared/pictureRange'
import { joinNoise, noiseParts, parseNoise, type NoiseSpec } from '../../shared/noise'

/**
 * Parsers for options and arguments. Commander puts the option's name before their sentence and ends with exit code 2:
 * "error: option '--batch <n>' argument 'x' is invalid. Write a whole number from 1 to 65536."
 */
type Parser<T> = (text: string) => T

const largestSeed = 0xffffffff
const largestSide = 4096

export interface Range {
  min?: number
  max?: number
}

export function integer(range: Range = {}): Parser<number> {
  return (text) => {
    if (!/^[+-]?\d+$/.test(text.trim()) || !within(Number(text), range)) {
      throw new InvalidArgumentError(`Write a whole number${describeRange(range)}.`)
    }
    return Number(text)
  }
}

export function decimal(range: Range = {}): Parser<number> {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text)
    if (!Number.isFinite(value) || !within(value, range)) {
      throw new InvalidArgumentError(`Write a number${describeRange(range)}.`)
    }
    return value
  }
}

/** Reads `auto`, or what the parser reads. No parser may give null: commander makes an empty text of it. */
export function autoOr<T>(parser: Parser<T>): Parser<T | 'auto'> {
  return (text) => (text.trim() === 'auto' ? 'auto' : parser(text))
}

export const nullForAuto = <T>(value: T | 'auto'): T | null => (value === 'auto' ? null : value)

/** Black and white of pictures with more than 8 bits: `auto`, `full`, or `0:4095`. */
export const pictureRange: Parser<PictureRange> = (text) => {
  const range = parseRange(text)
  if (range !== null) return range
  throw new InvalidArgumentError('Write auto, full, or black and white as two numbers, such as 0:4095.')
}

export const seed: Parser<number> = integer({ min: 0, max: largestSeed })

/** Reads `28` or `32x24`, width first. */
export function imageSize(text: string): { width: number; height: number } {
  const [, width, height = width] = /^(\d+)(?:x(\d+))?$/i.exec(text.trim()) ?? []
  const size = { width: Number(width), height: Number(height) }
  if (within(size.width, { min: 1, max: largestSide }) && within(size.height, { min: 1, max: largestSide }))
    return size
  throw new InvalidArgumentError(`Write 28, or 32x24 for width and height, each from 1 to ${largestSide}.`)
}

/** Reads `gaussian:25` or `gaussian:0-55`, and several joined by `+` or given one after the other. */
const pairsAreFolders =
  'Pairs are two folders: train with --input-folder and --target-folder, and evaluate with --clean.'

export function noise(text: string, before?: NoiseSpec): NoiseSpec {
  try {
    const parsed = parseNoise(text)
    if (noiseParts(parsed).some(({ kind }) => kind === 'pairs'))
      throw new InvalidArgumentError(pairsAreFolders)
    return joinNoise([...(before ? [before] : []), parsed])!
  } catch (error) {
    throw error instanceof ExpectedError ? new InvalidArgumentError(error.message) : error
  }
}

/** An option with one of a few values. The values show in the help. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values)
}

/** For `addHelpText('after', …)`. */
export function examples(...lines: string[]): string {
  return `\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${lines.map((line) => `  ${line}`).join('\n')}\n`
}

function within(value: number, { min = -Infinity, max = Infinity }: Range): boolean {
  return value >= min && value <= max && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function describeRange({ min, max }: Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return `, at least ${min}`
  return max === undefined ? '' : `, at most ${max}`
}
