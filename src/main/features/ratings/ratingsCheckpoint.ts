import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { ExpectedError } from '../../../shared/errors'
import { tyingSchema } from '../../../shared/modelSpec'
import {
  errorFiguresSchema,
  ratingBaselinesSchema,
  ratingModelSchema,
  ratingPresets,
  ratingSplitNames,
} from '../../../shared/ratings'
import { sentence } from '../../../shared/texts/sentence'
import { parseRecord } from '../../store/parseRecord'
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../store/safetensors'
import { ratingsFiles } from '../../store/ratingsFiles'

const settingsSchema = z.object({
  preset: z.enum(ratingPresets),
  tying: tyingSchema,
  seed: z.number(),
  epochs: z.number().optional(),
  batch: z.number().optional(),
  learningRate: z.number().optional(),
  refeeding: z.boolean().optional(),
  heldShare: z.number(),
  split: z.enum(ratingSplitNames),
  budgetMs: z.number(),
})
export type KeptSettings = z.infer<typeof settingsSchema>

const error = errorFiguresSchema.shape.rmse.nullable()
const count = z.number().int().min(0)
const pointSchema = z.object({
  stage: z.enum(['measuring', 'final']),
  elapsedMs: z.number(),
  baselines: ratingBaselinesSchema.nullable(),
  outcome: z
    .object({
      measured: ratingModelSchema.shape.measured.unwrap(),
      weights: z.array(z.number()).readonly(),
      epochs: z.array(count).readonly(),
      rmse: z.array(error).readonly(),
      linear: z.object({ rank: count }).nullable(),
    })
    .nullable(),
  done: z.array(z.object({ epochs: count, rmse: error, valuesPerSecond: z.number() })),
  current: z
    .object({
      rmse: error,
      position: z.object({
        epoch: count,
        epochs: count,
        step: count,
        updates: count,
        squares: z.number(),
        values: count,
      }),
    })
    .nullable(),
})
type Weights = Readonly<Record<string, Float32Array>>
type Point = z.infer<typeof pointSchema>

/** Where a training stands, as the engine has it. */
export interface KeptPoint extends Omit<Point, 'done' | 'current'> {
  readonly done: readonly (Point['done'][number] & { readonly values: Weights })[]
  readonly current: (NonNullable<Point['current']> & { readonly variables: Weights }) | null
}

const recordSchema = z.object({ version: z.literal(1), settings: settingsSchema, point: pointSchema })

export const hasCheckpoint = (folder: string): boolean => existsSync(ratingsFiles.checkpoint(folder))

export async function removeCheckpoint(folder: string): Promise<void> {
  await rm(ratingsFiles.checkpoint(folder), { force: true })
}

/** Replaces the one before whole or not at all. */
export async function writeCheckpoint(
  folder: string,
  settings: KeptSettings,
  { done, current, ...rest }: KeptPoint,
): Promise<void> {
  const tensors: Record<string, StoredTensor> = {}
  const put = (of: string, weights: Weights) => {
    for (const [name, data] of Object.entries(weights))
      tensors[`${of}/${name}`] = { dtype: 'F32', shape: [data.length], data }
  }
  done.forEach(({ values }, m) => put(String(m), values))
  if (current) put('current', current.variables)
  const record = { version: 1, settings, point: pointSchema.parse({ ...rest, done, current }) }
  const metadata = { format: 'hourglass-ratings-checkpoint-1', record: JSON.stringify(record) }
  await writeSafetensors(ratingsFiles.checkpoint(folder), { tensors, metadata })
}

async function readRecord(folder: string, isWanted: (name: string) => boolean) {
  const path = ratingsFiles.checkpoint(folder)
  if (!hasCheckpoint(folder))
    throw new ExpectedError('not-found', sentence('ratings.nothingToResume', { folder }))
  const { tensors, metadata } = await readSafetensors(path, isWanted)
  const advice = sentence('ratings.trainFromBeginning')
  return { ...parseRecord(recordSchema, metadata.record ?? '', path, advice), tensors }
}

/** Without the weights. @throws ExpectedError where there is none, or it is damaged */
export async function readKeptSettings(
  folder: string,
): Promise<{ settings: KeptSettings; elapsedMs: number }> {
  const { settings, point } = await readRecord(folder, () => false)
  return { settings, elapsedMs: point.elapsedMs }
}

/** @throws ExpectedError where there is none, or it is damaged */
export async function readCheckpoint(folder: string): Promise<KeptPoint> {
  const { point, tensors } = await readRecord(folder, () => true)
  const weightsOf = (of: string): Weights =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, { dtype, data }]) =>
        dtype === 'F32' && name.startsWith(`${of}/`) ? [[name.slice(of.length + 1), data]] : [],
      ),
    )
  const { current } = point
  return {
    ...point,
    done: point.done.map((one, m) => ({ ...one, values: weightsOf(String(m)) })),
    current: current && { ...current, variables: weightsOf('current') },
  }
}
