import { z } from 'zod'

const limit = z.number().min(-1e300).max(1e300)

/**
 * What is black and what is white in pictures with more than 8 bits, in the numbers of their files: told from the values,
 * all that the file can hold, or two numbers.
 */
export const pictureRangeSchema = z.union([
  z.enum(['auto', 'full']),
  z
    .strictObject({ black: limit, white: limit })
    .refine(({ black, white }) => white > black, 'White has to be larger than black.'),
])
export type PictureRange = z.infer<typeof pictureRangeSchema>

/** Reads `auto`, `full`, or two numbers such as `0:4095`; null for anything else. */
export function parseRange(text: string): PictureRange | null {
  const trimmed = text.trim()
  const [, black, white] = /^([^:]+):([^:]+)$/.exec(trimmed) ?? []
  const given = black === undefined ? trimmed : { black: Number(black), white: Number(white) }
  const parsed = pictureRangeSchema.safeParse(given)
  return parsed.success ? parsed.data : null
}

export const scaleBases = ['file', 'type', 'bits', 'values', 'given'] as const

/** Black and white, and what decided on them: see ValueScale. */
export const toldScaleSchema = z.object({
  black: z.number(),
  white: z.number(),
  basis: z.enum(scaleBases),
})
export type ToldScale = z.infer<typeof toldScaleSchema>
