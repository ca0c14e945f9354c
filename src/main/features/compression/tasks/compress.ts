import { checkDatasetFits } from '../../../../shared/checkDatasetFits'
import { checkHasCode } from '../../../../shared/checkHasCode'
import type { DatasetItem } from '../../../../shared/dataset'
import type { ModelSpec } from '../../../../shared/modelSpec'
import { CodeModel } from '../../../engine/compression/codeModel'
import { chooseRows } from '../../../engine/compression/imageCoder'
import { PixelCoder } from '../../../engine/compression/pixelCoder'
import { RangeWriter } from '../../../engine/compression/rangeCoder'
import { type RoundedTensor, writeTensors } from '../../../engine/compression/tensorCoder'
import { psnrOfMse } from '../../../engine/imaging/psnr'
import { FileReplacement } from '../../../store/atomicWrite'
import { type Dataset, openDataset } from '../../../store/datasetStore'
import { readParameters } from '../../../worker/loadModel'
import { type TaskContext, throwIfEnding } from '../../../worker/taskContext'
import {
  endBytes,
  type HgzHeader,
  type HgzIndex,
  packJson,
  packWithHead,
  type SectionKind,
  sectionBytes,
  signature,
} from '../hgzFormat'
import { packItems } from '../hgzNames'
import { CodecModel, modelHash } from './codecModel'
import type { CompressionGoal, CompressionProgress, CompressParams, CompressResult } from './compressionTasks'
import { fitCodec } from './fitCodec'
import { blockSize } from './frameBytes'
import { type CodecPlan, planCodec } from './planCodec'
import { evenly, imagesAtOnce, knownImages } from './someImages'

/** Images on which a step is tried. */
const triedImages = 320

/** Of the PSNR of all images to that which was asked for, in dB, and how often a file is written anew for it. */
const nearEnough = 0.03
const mostCorrections = 2
/** What is missing then is seen by nobody. */
const reachedWithin = 0.06

/** Writes a file. Stopped it leaves none. */
export async function compress(
  params: CompressParams,
  context: TaskContext<CompressionProgress>,
): Promise<CompressResult> {
  checkHasCode(params.model.spec)
  const dataset = await openDataset(params.dataset)
  try {
    checkDatasetFits(dataset.info, params.model.spec.input)
    const values = await readParameters(params.model)
    const model = await CodecModel.open(params.model.spec, values, params)
    try {
      const { images: training, knowsTraining } = await knownImages(params.training, dataset)
      const codec = await fitCodec(model, values, training, params.modelInside)
      throwIfEnding(context as TaskContext<never>)
      const sample = await evenly(dataset, triedImages)
      const hash = modelHash(params.model.spec, values)
      const write = async (goal: CompressionGoal) => {
        const plan = await planCodec(codec, training, sample, goal)
        throwIfEnding(context as TaskContext<never>)
        return { plan, ...(await new HgzWriter(params, dataset, plan, hash).write(context)) }
      }
      const { plan, ...written } = await asNearAs(params, write)
      const { step, axes, details } = plan.coordinates
      const target = params.goal.kind === 'psnr' ? params.goal.psnr : plan.target
      return {
        count: dataset.info.count,
        target,
        knowsTraining,
        step,
        isReached: target === null || written.psnr >= target - reachedWithin,
        axes: axes.count,
        details: details.count,
        ...written,
      }
    } finally {
      await model.dispose()
    }
  } finally {
    await dataset.close()
  }
}

/**
 * Writes, and once or twice more where a PSNR was asked for and all of the images are not as near as those on which the step
 * was found.
 */
async function asNearAs<T extends { readonly plan: CodecPlan; readonly psnr: number }>(
  { goal, maxError }: CompressParams,
  write: (goal: CompressionGoal) => Promise<T>,
): Promise<T> {
  let written = await write(goal)
  if (goal.kind !== 'psnr' || maxError !== null) return written
  let asked = goal.psnr
  for (let round = 0; round < mostCorrections; round++) {
    const off = goal.psnr - written.psnr
    if (Math.abs(off) <= nearEnough || !written.plan.isReached) return written
    asked += off
    written = await write({ kind: 'psnr', psnr: asked })
  }
  return written
}

/** Writes one file, block by block. */
class HgzWriter {
  private readonly parts = { model: 0, axes: 0, names: 0, codes: 0, pixels: 0 }
  private readonly blocks: HgzIndex['blocks'] = []
  private file!: FileReplacement
  private psnrSum = 0

  constructor(
    private readonly params: CompressParams,
    private readonly dataset: Dataset,
    private readonly plan: CodecPlan,
    private readonly hash: string,
  ) {}

  async write(
    context: TaskContext<CompressionProgress>,
  ): Promise<Pick<CompressResult, 'psnr' | 'bytes' | 'parts'>> {
    this.file = await FileReplacement.open(this.params.out)
    const items = this.dataset.items()
    try {
      await this.writeHead()
      const { count } = this.dataset.info
      for (let first = 0; first < count; first += blockSize)
        await this.writeBlock(items, first, Math.min(blockSize, count - first), context)
      const psnr = this.psnrSum / Math.max(1, count)
      const indexAt = this.file.bytesWritten
      await this.section('I', packJson({ blocks: this.blocks, psnr, bytes: this.parts } satisfies HgzIndex))
      await this.file.write(endBytes(indexAt))
      await this.file.commit()
      return { psnr, bytes: this.file.bytesWritten, parts: this.parts }
    } catch (error) {
      await this.file.abort()
      throw error
    } finally {
      await items.return()
    }
  }

  private async writeHead(): Promise<void> {
    const { params, dataset, plan, hash } = this
    const { axes, details, step } = plan.coordinates
    const { count, labels, name } = dataset.info
    const header: HgzHeader = {
      version: 1,
      createdAt: new Date().toISOString(),
      source: name,
      input: params.model.spec.input,
      count,
      labels,
      blockSize,
      step,
      dimensions: axes.dimensions,
      axes: axes.count,
      details: details.count,
      priors: plan.priors.map(({ zero, goesOn, partner }) => [zero, goesOn, partner]),
      maxError: params.maxError,
      model: { name: params.name, hash, inside: params.modelInside },
    }
    await this.file.write(signature)
    await this.section('H', packJson(header))
    if (params.modelInside) {
      this.parts.model = await this.section('M', packedModel(params.model.spec, plan.codec.weights))
    }
    this.parts.axes = await this.section('A', packTensors(plan.tensors))
  }

  private async writeBlock(
    items: AsyncGenerator<DatasetItem, void, undefined>,
    first: number,
    count: number,
    context: TaskContext<CompressionProgress>,
  ): Promise<void> {
    const own: DatasetItem[] = []
    while (own.length < count) own.push((await items.next()).value!)
    const names = this.file.bytesWritten
    this.parts.names += await this.section('N', packJson(packItems(own, this.dataset.info.labels)))
    const codes = new RangeWriter()
    const pixels = new RangeWriter()
    const coders = this.coders()
    const together = imagesAtOnce(this.plan.coordinates.inputs)
    for (let done = 0; done < count; done += together) {
      throwIfEnding(context as TaskContext<never>)
      await this.codeImages(first + done, Math.min(together, count - done), { codes, pixels, ...coders })
      const total = this.dataset.info.count
      context.emit({ type: 'progress', done: Math.min(total, first + done + together), total })
    }
    const codesAt = this.file.bytesWritten
    this.parts.codes += await this.section('C', codes.finish())
    const pixelsAt = coders.pixelCoder ? this.file.bytesWritten : null
    if (coders.pixelCoder) this.parts.pixels += await this.section('P', pixels.finish())
    this.blocks.push({ names, codes: codesAt, pixels: pixelsAt, count })
  }

  private coders() {
    const { maxError, model } = this.params
    const pixelCoder = maxError === null ? null : new PixelCoder(model.spec.input, maxError)
    return { codeModel: new CodeModel(this.plan.priors), pixelCoder }
  }

  private async codeImages(
    first: number,
    count: number,
    { codes, pixels, codeModel, pixelCoder }: BlockCoders,
  ): Promise<void> {
    const { codec, coordinates, priors } = this.plan
    const { inputs } = coordinates
    const bytes = new Uint8Array(count * inputs)
    await this.dataset.readRows(first, count, bytes)
    const images = Float32Array.from(bytes, (byte) => byte / 255)
    const known = await codec.places(images)
    const choice = { priors, polish: codec.hasSlopes }
    const { rows, drawn } = await chooseRows(coordinates, codec.model.decode, images, known, choice)
    const width = priors.length
    for (let row = 0; row < count; row++) {
      codeModel.code(codes, rows.subarray(row * width, (row + 1) * width))
      const own = bytes.subarray(row * inputs, (row + 1) * inputs)
      const values = drawn.subarray(row * inputs, (row + 1) * inputs)
      pixelCoder?.code(pixels, values, own, true)
      this.psnrSum += psnrOf(own, (i) => pixelCoder?.restored(own[i]!) ?? Math.round(255 * values[i]!))
    }
  }

  /** @returns bytes with the section's head */
  private async section(kind: SectionKind, content: Uint8Array): Promise<number> {
    const bytes = sectionBytes(kind, content)
    await this.file.write(bytes)
    return bytes.length
  }
}

interface BlockCoders {
  readonly codes: RangeWriter
  readonly pixels: RangeWriter
  readonly codeModel: CodeModel
  readonly pixelCoder: PixelCoder | null
}

function psnrOf(own: Uint8Array, restored: (i: number) => number): number {
  let sum = 0
  for (let i = 0; i < own.length; i++) sum += ((own[i]! - restored(i)) / 255) ** 2
  return psnrOfMse(sum / own.length)
}

const flatHead = ({ prior, ...head }: ReturnType<typeof writeTensors>['heads'][number]) => ({
  ...head,
  prior: [prior.zero, prior.goesOn, prior.partner],
})

/** A model as its section holds it. */
export function packedModel(spec: ModelSpec, weights: readonly RoundedTensor[]): Uint8Array {
  const { heads, bytes } = writeTensors(weights)
  return packWithHead({ spec, tensors: heads.map(flatHead) }, bytes)
}

export function packTensors(tensors: readonly RoundedTensor[]): Uint8Array {
  const { heads, bytes } = writeTensors(tensors)
  return packWithHead({ tensors: heads.map(flatHead) }, bytes)
}
