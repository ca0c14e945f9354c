import { z } from 'zod'
import { pictureRangeSchema, toldScaleSchema } from './pictureRange'

export const fits = ['cover', 'contain', 'stretch'] as const

/** `random`: `count` patches at seeded places in each image; `grid`: side by side from the top left, the rest dropped. */
export const patchesSchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('random'), count: z.number().int().min(1).max(100_000) }),
  z.object({ mode: z.literal('grid') }),
])

export const preprocessingSchema = z.object({
  width: z.number().int().min(1).max(4096).default(28),
  height: z.number().int().min(1).max(4096).default(28),
  color: z.enum(['grey', 'rgb']).default('grey'),
  fit: z.enum(fits).default('cover'),
  patches: patchesSchema.nullable().default(null),
  /** What shows through transparent pixels and around contained images: #rrggbb. */
  background: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'The background is a colour written as #rrggbb.')
    .default('#000000'),
  /** Of images with more than 8 bits. */
  range: pictureRangeSchema.default('auto'),
  labels: z.enum(['folder', 'none']).default('folder'),
  /** At most this many images; null takes all. */
  limit: z.number().int().min(1).nullable().default(null),
  /** Places random patches. */
  seed: z.number().int().min(0).max(0xffffffff).default(1),
})
export type Preprocessing = z.infer<typeof preprocessingSchema>

export const skippedSchema = z.object({ path: z.string(), reason: z.string() })
export type Skipped = z.infer<typeof skippedSchema>

/** What images with more than 8 bits were brought to 8 by: one scale for all of a source with the same values. */
export const datasetScaleSchema = toldScaleSchema.extend({
  /** Index into the sources. */
  source: z.number().int().min(0),
  bits: z.number().int(),
  kind: z.enum(['unsigned', 'signed', 'float']),
  /** Of floats, what tells those up to 1 from those up to 255, and from others. */
  group: z.string().default(''),
})
export type DatasetScale = z.infer<typeof datasetScaleSchema>

/** dataset.json: what pixels.u8 holds (count × height × width × channels bytes, row-major) and where it came from. */
export const datasetInfoSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  createdAt: z.string(),
  /** Of its images, their files and labels: the same images in the same order have the same. Older datasets have none. */
  revision: z.string().optional(),
  sources: z.array(z.string()),
  preprocessing: preprocessingSchema,
  count: z.number().int().min(0),
  height: z.number().int().min(1),
  width: z.number().int().min(1),
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Label names, sorted; items refer to them by name. */
  labels: z.array(z.string()),
  skipped: z.array(skippedSchema),
  scales: z.array(datasetScaleSchema).optional(),
})
export type DatasetInfo = z.infer<typeof datasetInfoSchema>

/** What is computed from a dataset carries this: with another one, a row is another image. */
export const revisionOf = ({ revision, createdAt }: Pick<DatasetInfo, 'revision' | 'createdAt'>): string =>
  revision ?? createdAt

/** One line of items.jsonl. `path` is relative to its source; `width` and `height` are the original's. */
export const datasetItemSchema = z.object({
  path: z.string(),
  source: z.number().int().min(0),
  label: z.string().nullable(),
  width: z.number().int(),
  height: z.number().int(),
  /** Of the file, to tell whether it changed. */
  bytes: z.number().optional(),
  modifiedMs: z.number().optional(),
  /** Top left corner of a patch in the original. */
  left: z.number().int().optional(),
  top: z.number().int().optional(),
})
export type DatasetItem = z.infer<typeof datasetItemSchema>
