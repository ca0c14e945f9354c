import type { z } from 'zod'

/** Draws numbers in [0, 1), the same ones from the same seed. */
export type Draw = () => number

/** What means something to the app just now. */
export interface Known {
  /** Ids, places and keys. */
  readonly all: readonly string[]
  /** Those that a field of that name is likely to mean. */
  named(field: string): readonly string[]
  /** Values that a schema takes and a program can work with, where its form says little of them. */
  samples(schema: z.core.$ZodType): readonly unknown[]
}

export const nothingKnown: Known = { all: [], named: () => [], samples: () => [] }

export const pick = <T>(from: readonly T[], draw: Draw): T => from[Math.floor(draw() * from.length)]!

/** What programs stumble over. */
const oddStrings = [
  ...[
    '',
    ' ',
    '..',
    '../../etc/passwd',
    '/',
    'a/b',
    'C:\\x',
    'nul',
    '.hidden',
    '-rf',
    '$&',
    '%s%n',
    '=cmd|1',
  ],
  ...[
    '\0',
    '\n',
    '\ud800',
    '\u202e',
    'é'.repeat(60),
    '🙂',
    'x'.repeat(119),
    '__proto__',
    'constructor',
    '{name}',
  ],
  ...[
    '{name}{name}',
    '{name}\u0000',
    'auto',
    'builtin:grey',
    'builtin:color',
    'NaN',
    '1e999',
    '<b>',
    "'; --",
  ],
]
const oddNumbers = [
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  1e-9,
  255,
  256,
  65_535,
  2 ** 31,
  2 ** 53,
  1e300,
  NaN,
  Infinity,
  -Infinity,
]

interface Definition {
  readonly type: string
  readonly shape?: Record<string, z.core.$ZodType>
  readonly element?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
  readonly entries?: Record<string, string>
  readonly values?: readonly unknown[]
  readonly innerType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly items?: readonly z.core.$ZodType[]
  readonly valueType?: z.core.$ZodType
}

const definitionOf = (schema: z.core.$ZodType) => schema._zod.def as unknown as Definition
const bagOf = (schema: z.core.$ZodType) =>
  schema._zod.bag as { minimum?: number; maximum?: number; format?: string }

/** A value that a schema takes, or nearly: what its refinements say beyond its form is not known. */
export function valueOf(schema: z.core.$ZodType, draw: Draw, known: Known, field = ''): unknown {
  const definition = definitionOf(schema)
  const again = (inner: z.core.$ZodType, key = field) => valueOf(inner, draw, known, key)
  const samples = known.samples(schema)
  if (samples.length > 0 && draw() < 0.75) return pick(samples, draw)
  switch (definition.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(definition.shape!).flatMap(([key, inner]) => {
          const value = again(inner, key)
          return value === undefined ? [] : [[key, value]]
        }),
      )
    case 'array': {
      const { minimum = 0, maximum = 4 } = bagOf(schema)
      const length = Math.min(maximum, minimum + Math.floor(draw() * 4))
      return Array.from({ length }, () => again(definition.element!))
    }
    case 'tuple':
      return definition.items!.map((inner) => again(inner))
    case 'record':
      return Object.fromEntries([[pick(oddStrings, draw), again(definition.valueType!)]])
    case 'union':
      return again(pick(definition.options!, draw))
    case 'enum':
      return pick(Object.values(definition.entries!), draw)
    case 'literal':
      return pick(definition.values!, draw)
    case 'nullable':
      return draw() < 0.3 ? null : again(definition.innerType!)
    case 'optional':
    case 'default':
    case 'prefault':
      return draw() < 0.4 ? undefined : again(definition.innerType!)
    case 'pipe':
      return again(definition.in!)
    case 'boolean':
      return draw() < 0.5
    case 'number':
      return numberOf(schema, draw)
    case 'string':
      return stringOf(schema, draw, known, field)
    default:
      return arrayOf(draw, field)
  }
}

function numberOf(schema: z.core.$ZodType, draw: Draw): number {
  const { minimum = -10, maximum = 1000, format } = bagOf(schema)
  // Of a wide range mostly its lower end, where things are as large as they are in life.
  const top = Math.min(maximum, Math.max(minimum, 0) + pick([1, 10, 100, 1e9], draw))
  const value = pick([minimum, minimum + draw() * (top - minimum), pick(oddNumbers, draw)], draw)
  return format?.includes('int') ? Math.round(value) : value
}

function stringOf(schema: z.core.$ZodType, draw: Draw, known: Known, field: string): string {
  const takes = (text: string) => (schema as z.ZodType).safeParse(text).success
  const meant = draw() < 0.9 ? known.named(field).filter(takes) : []
  if (meant.length > 0) return pick(meant, draw)
  const fitting = draw() < 0.9 ? known.all.filter(takes) : []
  if (fitting.length > 0) return pick(fitting, draw)
  const odd = oddStrings.filter(takes)
  return pick(odd.length > 0 ? odd : oddStrings, draw)
}

/** What a code, a mask, points or a picture's bytes might be. */
function arrayOf(draw: Draw, field: string): unknown {
  const length = pick([0, 1, 2, 2, 3, 4, 6, 8, 16, 32, 49, 64, 1000], draw)
  if (field === 'points')
    return Int32Array.from({ length }, () => (draw() < 0.05 ? pick(oddNumbers, draw) : draw() * 40))
  if (field === 'code' || field === 'place') return Float32Array.from({ length }, () => 2 * draw() - 1)
  const values = Array.from({ length }, () => (draw() < 0.1 ? pick(oddNumbers, draw) : draw() * 12))
  return pick([Float32Array, Int32Array, Uint8Array, Float32Array], draw).from(values)
}

/** Something that was never asked for in place of some part of a value. */
export function mutate(value: unknown, draw: Draw, known: Known): unknown {
  const isInner = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
  if (!isInner || draw() < 0.15) return replacement(value, draw, known)
  if (Array.isArray(value)) {
    if (value.length === 0 || draw() < 0.2) return [...value, ...value, replacement(value, draw, known)]
    const at = Math.floor(draw() * value.length)
    return value.map((one, i) => (i === at ? mutate(one, draw, known) : one))
  }
  const keys = Object.keys(value)
  if (keys.length === 0 || draw() < 0.1) return { ...value, [pick(oddStrings, draw)]: 1 }
  const key = pick(keys, draw)
  const { [key]: chosen, ...others } = value as Record<string, unknown>
  return draw() < 0.15 ? others : { ...value, [key]: mutate(chosen, draw, known) }
}

function replacement(value: unknown, draw: Draw, known: Known): unknown {
  if (typeof value === 'number' && draw() < 0.7)
    return pick([...oddNumbers, value + 1, value - 1, -value, value * 10], draw)
  if (typeof value === 'string' && draw() < 0.7)
    return pick([...oddStrings, ...known.all, `${value}x`, value.slice(1)], draw)
  return pick<unknown>(
    [null, undefined, true, [], {}, [[]], 'x', 7, new Float32Array(3), new Uint8Array(0), { id: 'x' }],
    draw,
  )
}
