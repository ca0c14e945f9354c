import { basename, dirname, extname } from 'node:path'
import { type CodePath, interpolateCodes, interpolateGrid } from '../../../shared/codePaths'
import type { CodeMetric } from '../../../shared/api/latent'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { checkHasCode } from '../../../shared/checkHasCode'
import { codeSize } from '../../../shared/modelSpec'
import { asBytes } from '../../engine/imaging/pixelBytes'
import { OutputFolder } from '../../store/outputFolder'
import type { TrainedModel } from '../../store/modelStore'
import { openNamedModel } from '../models/builtinModels'
import { pixelsOfFile } from '../models/imagePixels'
import type { ModelRequest, ModelWork } from '../models/modelWork'
import { encodeDecoded } from '../models/saveDecoded'
import { surveyImages } from './surveyImages'

export interface InterpolateRequest extends ModelRequest {
  /** Two image files, or four: the corners of a grid, row by row. */
  readonly images: readonly string[]
  /** FILE.png, FILE.gif or FILE.webp. */
  readonly out: string
  readonly overwrite: boolean
  readonly steps: number
  readonly path: CodePath
}

/** What the decoder draws on the way from one image to another. @throws ExpectedError */
export async function interpolateImages(
  { images, out, overwrite, steps, path, ...request }: InterpolateRequest,
  work: ModelWork,
): Promise<{ out: string; count: number }> {
  const format = formatOf(out)
  const model = await openModelWithCode(request.model)
  const codes = await Promise.all(images.map((image) => codeOf(model, image, request, work)))
  const [a, b, c, d] = codes as [Float32Array, Float32Array, Float32Array, Float32Array]
  const between =
    codes.length === 4
      ? interpolateGrid([a, b, c, d], steps, steps, path)
      : interpolateCodes(a, b, steps, path)
  const target = { runtime: request.runtime, device: request.device }
  const { image } = await work.client.call('tryCode', { model: model.files, code: between, ...target })
  const count = between.length / a.length
  const block = { count, ...model.files.spec.input, data: asBytes(image) }
  const output = await OutputFolder.open(dirname(out), [basename(out)], { overwrite, originals: images })
  try {
    await output.write(basename(out), await encodeDecoded(block, steps, format))
    await output.commit()
  } catch (error) {
    await output.abort()
    throw error
  }
  return { out, count }
}

export interface NeighborsRequest extends ModelRequest {
  /** A dataset, or a folder of images. */
  readonly images: readonly string[]
  readonly image: string
  readonly k: number
  readonly metric: CodeMetric
}

export interface FoundNeighbor {
  readonly path: string
  readonly label: string | null
  readonly distance: number
}

/** The images of a dataset whose codes are nearest to that of an image, the nearest first. @throws ExpectedError */
export async function findNeighbors(
  { images, image, k, metric, ...request }: NeighborsRequest,
  work: ModelWork,
): Promise<{ neighbors: FoundNeighbor[] }> {
  const model = await openModelWithCode(request.model)
  return surveyImages(model, images, request, work, async (set, files) => {
    const code = await codeOf(model, image, request, work)
    const { codes, plan } = set
    const { indices, distances } = await work.client.call('nearest', {
      codes,
      dimensions: plan.dimensions,
      code,
      k,
      metric,
      leftOut: -1,
    })
    const details = await files.describe(set, indices)
    return { neighbors: details.map(({ path, label }, i) => ({ path, label, distance: distances[i]! })) }
  })
}

async function openModelWithCode(name: string): Promise<TrainedModel> {
  const model = await openNamedModel(name)
  checkHasCode(model.files.spec)
  return model
}

async function codeOf(
  { files }: TrainedModel,
  image: string,
  { runtime, device }: Omit<ModelRequest, 'model'>,
  { client }: ModelWork,
): Promise<Float32Array> {
  const pixels = await pixelsOfFile(image, files.spec.input)
  const { code } = await client.call('tryImage', {
    model: files,
    pixels,
    noise: null,
    seed: 1,
    runtime,
    device,
  })
  if (code.length !== codeSize(files.spec) || !code.every(Number.isFinite))
    throw new ExpectedError('bad-input', sentence('latent.codeNotNumberModel', { image }))
  return code
}

function formatOf(out: string): 'png' | 'gif' | 'webp' {
  const extension = extname(out).slice(1).toLowerCase()
  if (extension === 'png' || extension === 'gif' || extension === 'webp') return extension
  throw new ExpectedError('bad-usage', sentence('latent.endPngImagesSide', { out }))
}
