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

/** Base of the JSON API of the Python package index. */
export const usualPackageIndex = 'https://pypi.org/pypi'
export const packageIndexSchema = z
  .string()
  .trim()
  .url({ protocol: /^https?$/ })
  .max(500)

const fields = {
  theme: z.enum(themes),
  /** `system` follows the machine's language where it is one of ours, else English. */
  language: z.enum(['system', ...languages]),
  compute: computeChoiceSchema,
  notifications: z.boolean(),
  /** Asks at each start whether there is a newer version. Off until somebody wants it. */
  looksForUpdates: z.boolean(),
  /** A mirror of the Python package index's JSON API, from which TensorFlow is set up; null: pypi.org. */
  packageIndex: packageIndexSchema.nullable(),
}

export const settingsSchema = z.object({
  theme: fields.theme.default('system'),
  language: fields.language.default('system'),
  compute: fields.compute.default('auto'),
  notifications: fields.notifications.default(true),
  looksForUpdates: fields.looksForUpdates.default(false),
  packageIndex: fields.packageIndex.default(null),
})
export type Settings = z.infer<typeof settingsSchema>

/** Some of them. Without defaults, which zod would put in the place of what is left out, and so reset it. */
export const settingsChangesSchema = z.object(fields).partial().strict()
