import { ExpectedError } from '../../../shared/errors'
import type { ValueRange } from '../../../shared/importing'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { Weight } from '../models/weights'
import { sentence } from '../../../shared/texts/sentence'

/** A model out of a file. */
export interface ImportedModel {
  readonly spec: ModelSpec
  /** All kernels and biases that the spec needs, by name. */
  readonly weights: Readonly<Record<string, Weight>>
  /** As the file calls it. */
  readonly name: string | null
  /** Pairs of text that an export of Hourglass brought along: its noise, its metrics. */
  readonly about: Readonly<Record<string, string>>
  /** Sentences on what was assumed or changed. */
  readonly notes: readonly string[]
  /** Of the values in the file's own terms, where they were told or guessed. */
  readonly ranges?: ImageRanges
  /** Which activations the file does not say: they are assumed, or said by the person. */
  readonly assumes?: Readonly<Record<'hidden' | 'output', boolean>>
  /** In how many ways the file can be read, of which the hints may name another than the usual. */
  readonly arrangements?: number
  /** Whether it was seen to give what the program gives that made it; not there for a file of Hourglass's own. */
  readonly proved?: boolean
  /** An ONNX file with all its weights, where the model is that file and runs as it is. */
  readonly original?: Uint8Array
  /** Whether its own program computes in half precision, so that it gives the same only as far as that goes. */
  readonly isHalf?: boolean
  /** What the file holds of an autoencoder, where it is not the whole: only that is right. */
  readonly half?: 'encoder' | 'decoder'
  /** Of several outputs the one that is taken, as the file calls it. */
  readonly output?: string
}

/** How far a model may be from what its own program gives, where the range of images is 1. */
export const toleranceOf = ({ isHalf }: Pick<ImportedModel, 'isHalf'>): number => (isHalf ? 1e-3 : 1e-4)

/** What values of images a network takes, and what it gives. */
export interface ImageRanges {
  readonly given: ValueRange
  readonly made: ValueRange
}

/** @param what completes "cannot be read: …" */
export function unreadable(file: string, what: string, cause?: unknown): ExpectedError {
  return new ExpectedError('bad-input', sentence('importing.unreadable', { file, what }), { cause })
}

/** @param what is JSON: "it", or a file in it. @throws ExpectedError */
export function parseJson(bytes: Uint8Array, file: string, what = 'it'): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (error) {
    throw unreadable(file, sentence('importing.notJson', { what }), error)
  }
}

/** What bytes and their scales stand for, a scale for each index of the last axis. */
export function scaled({ shape, data }: Weight, scales: Float32Array): Weight {
  return { shape, data: data.map((byte, i) => byte * scales[i % scales.length]!) }
}

/** @param what names the layer or operator that keeps the model from being one of Hourglass's */
export function unfitting(what: string): ExpectedError {
  return new ExpectedError('unsupported', sentence('importing.unfitting', { what }))
}

/** @param what names the operator that keeps a network from being read as it stands */
export function unsupported(what: string): ExpectedError {
  return new ExpectedError('unsupported', sentence('importing.unsupported', { what }))
}
