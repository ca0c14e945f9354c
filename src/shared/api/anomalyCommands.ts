import { z } from 'zod'
import { command } from './command'
import { anomalySettingsSchema } from '../anomalies'
import {
  type AnomalyDetail,
  type AnomalyImage,
  anomalyMarks,
  type AnomalyPictures,
  anomalySaveKinds,
  type AnomalySearch,
  type NoticedImage,
} from './anomalies'
import type { Listing } from './events'
import type { Begun } from './latent'
import { idSchema } from './library'
import { placeSchema } from './places'

const name = z.string().trim().min(1, 'Give it a name.').max(120)
const row = z.number().int().min(0)
const byId = z.strictObject({ id: idSchema })
const rows = z.custom<Int32Array>((value) => value instanceof Int32Array, 'Images are a list of integers.')

/** Searches for odd images, and what is done with what they find. */
export const anomalyCommands = {
  'anomalies.list': command(z.strictObject({})).gives<Listing<AnomalySearch>>(),
  /** Looks through a dataset, which may still be imported. The search appears at once, as `searching`. */
  'anomalies.start': command(
    z.strictObject({
      target: idSchema,
      normal: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('itself') }),
        z.strictObject({ kind: z.literal('dataset'), id: idSchema }),
        z.strictObject({ kind: z.literal('model'), id: idSchema }),
      ]),
      settings: anomalySettingsSchema,
      name: name.optional(),
    }),
  ).gives<{ readonly id: string; readonly job: string }>(),
  'anomalies.get': command(byId).gives<AnomalyDetail>(),
  'anomalies.describe': command(z.strictObject({ id: idSchema, rows: z.array(row).max(2000) })).gives<
    readonly AnomalyImage[]
  >(),
  /**
   * Some images, their reconstructions and where they are odd. Gives a job where the model has to be opened again first.
   */
  'anomalies.view': command(z.strictObject({ id: idSchema, rows: z.array(row).min(1).max(32) })).gives<
    AnomalyPictures | Begun
  >(),
  /** Null takes marks away. They are kept with the images' paths, also for the next search of the same images. */
  'anomalies.mark': command(
    z.strictObject({ id: idSchema, rows, mark: z.enum(anomalyMarks).nullable() }),
  ).gives<null>(),
  /** Null goes back to the threshold that follows from the rate of false alarms. */
  'anomalies.setThreshold': command(
    z.strictObject({ id: idSchema, threshold: z.number().nullable() }),
  ).gives<null>(),
  'anomalies.setNormalLabels': command(
    z.strictObject({
      id: idSchema,
      labels: z.array(z.string()).max(10_000).nullable(),
    }),
  ).gives<null>(),
  /**
   * Into a folder, under names that are free; nothing is overwritten. Gives a job. `rows` are in the order in which they
   * are shown: `odd` those that count as odd, `others` those that do not.
   */
  'anomalies.save': command(
    z.strictObject({
      id: idSchema,
      how: z.enum(anomalySaveKinds),
      odd: rows,
      others: rows,
      folder: placeSchema,
    }),
  ).gives<Begun>(),
  'anomalies.rename': command(z.strictObject({ id: idSchema, name })).gives<null>(),
  /** The key that `library.restore` takes. */
  'anomalies.remove': command(byId).gives<{ readonly undo: string }>(),
  /** Keeps the model that a search has trained among the models. */
  'anomalies.keepModel': command(z.strictObject({ id: idSchema, name })).gives<{
    readonly id: string
    readonly name: string
  }>(),
  /** Scores images as they come into a folder, until it is stopped; it goes on when the app is started again. */
  'anomalies.watch': command(z.strictObject({ id: idSchema, folder: placeSchema })).gives<Begun>(),
  'anomalies.unwatch': command(byId).gives<null>(),
  /** The latest ones, the newest first. */
  'anomalies.noticed': command(
    z.strictObject({ id: idSchema, most: z.number().int().min(1).max(1000).default(200) }),
  ).gives<readonly NoticedImage[]>(),
  /** The pictures of one that was noticed since the app began. */
  'anomalies.viewNoticed': command(
    z.strictObject({ id: idSchema, number: z.number().int().min(1) }),
  ).gives<AnomalyPictures>(),
} as const
