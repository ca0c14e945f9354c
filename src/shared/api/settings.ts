import { z } from 'zod'
import { languages } from '../texts'
import { runtimeNameSchema } from '../trainingConfig'

export const themes = ['system', 'light', 'dark'] as const

/** What computes: the fastest by itself, or what a person chose. */
export const computeChoiceSchema = z.union([
  z.literal('auto'),
  z.object({ runtime: runtimeNameSchema, device: z.string().max(60) }),
])
export type ComputeChoice = z.infer<typeof computeChoiceSchema>

export const settingsSchema = z.object({
  theme: z.enum(themes).default('system'),
  /** `system` follows the machine's language where it is one of ours, else English. */
  language: z.enum(['system', ...languages]).default('system'),
  compute: computeChoiceSchema.default('auto'),
  notifications: z.boolean().default(true),
  /** A mirror of the Python package index's JSON API, from which TensorFlow is set up; null: pypi.org. */
  packageIndex: z.string().trim().url().max(500).nullable().default(null),
})
export type Settings = z.infer<typeof settingsSchema>
