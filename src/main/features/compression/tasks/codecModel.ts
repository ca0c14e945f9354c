import { createHash } from 'node:crypto'
import { codeSize, inputSize, type ModelSpec } from '../../../../shared/modelSpec'
import type { Decode } from '../../../engine/compression/analyse'
import { buildCodecProgram } from '../../../engine/compression/codecProgram'
import type { Pull } from '../../../engine/compression/descend'
import { type RoundedTensor, roundTensor, valuesOf } from '../../../engine/compression/tensorCoder'
import { sizeOf } from '../../../engine/graph/tensor'
import { parametersOf } from '../../../engine/models/autoencoder'
import type { CompiledProgram } from '../../../engine/runtimes/runtime'
import type { ComputeTarget } from '../../../worker/protocol'
import { chooseRuntime } from '../../../worker/runtimes'

type Values = Readonly<Record<string, Float32Array>>

/** Values that one call of a runtime takes or gives. */
const valuesAtOnce = 2e6

/** A model that encodes and decodes, with weights that can be replaced. Dispose of it when done. */
export class CodecModel {
  readonly dimensions: number
  readonly inputs: number

  private constructor(
    readonly spec: ModelSpec,
    private readonly compiled: CompiledProgram,
    private readonly toVariables: (values: Values) => Record<string, Float32Array>,
  ) {
    this.dimensions = codeSize(spec)
    this.inputs = inputSize(spec.input)
  }

  static async open(spec: ModelSpec, values: Values, target: ComputeTarget): Promise<CodecModel> {
    const { program, parameters } = buildCodecProgram(spec)
    const { runtime, device } = chooseRuntime(target)
    const compiled = await runtime.compile(program, device)
    const { copies } = parametersOf(spec)
    const model = new CodecModel(spec, compiled, (all) => ({
      ...parameters.toVariables(all),
      ...Object.fromEntries(copies.map(({ name }) => [name, all[name]!])),
    }))
    await model.write(values)
    return model
  }

  /** Replaces all weights. */
  async write(values: Values): Promise<void> {
    await this.compiled.write(this.toVariables(values))
  }

  /** @param images rows × inputs @returns rows × dimensions */
  async encode(images: Float32Array): Promise<Float32Array> {
    const rows = images.length / this.inputs
    const codes = new Float32Array(rows * this.dimensions)
    for (const [first, count] of this.parts(rows)) {
      const data = images.slice(first * this.inputs, (first + count) * this.inputs)
      const { code } = await this.compiled.run('encode', { image: { shape: [count, this.inputs], data } })
      codes.set(code!.data as Float32Array, first * this.dimensions)
    }
    return codes
  }

  readonly decode: Decode = async (codes) => {
    const rows = codes.length / this.dimensions
    const images = new Float32Array(rows * this.inputs)
    for (const [first, count] of this.parts(rows)) {
      const { image } = await this.compiled.run('decode', { code: this.codesOf(codes, first, count) })
      images.set(image!.data as Float32Array, first * this.inputs)
    }
    return images
  }

  readonly pull: Pull = async (codes, images) => {
    const rows = codes.length / this.dimensions
    const drawn = new Float32Array(rows * this.inputs)
    const pull = new Float32Array(codes.length)
    for (const [first, count] of this.parts(rows)) {
      const data = images.slice(first * this.inputs, (first + count) * this.inputs)
      const target = { shape: [count, this.inputs], data }
      const results = await this.compiled.run('pull', { code: this.codesOf(codes, first, count), target })
      drawn.set(results.drawn!.data as Float32Array, first * this.inputs)
      pull.set(results.pull!.data as Float32Array, first * this.dimensions)
    }
    return { drawn, pull }
  }

  async dispose(): Promise<void> {
    await this.compiled.dispose()
  }

  private codesOf(codes: Float32Array, first: number, count: number) {
    const data = codes.slice(first * this.dimensions, (first + count) * this.dimensions)
    return { shape: [count, this.dimensions], data }
  }

  private *parts(rows: number): Generator<readonly [first: number, count: number]> {
    const together = Math.max(1, Math.min(1024, Math.floor(valuesAtOnce / this.inputs)))
    for (let first = 0; first < rows; first += together) yield [first, Math.min(together, rows - first)]
  }
}

/** Names and shapes of the parameters that decoding reads. */
export function decodingParameters(
  spec: ModelSpec,
): { name: string; shape: readonly number[]; isBias: boolean }[] {
  const { trained, copies } = parametersOf(spec)
  const isRead = (name: string) =>
    spec.network !== undefined && spec.network !== null
      ? true
      : name.startsWith('decoder.') || (spec.tying === 'tied' && name.endsWith('.kernel'))
  return [...trained, ...copies]
    .filter(({ name }) => isRead(name))
    .map(({ name, shape, kind }) => ({ name, shape, isBias: kind === 'bias' }))
}

/** Biases are few, and rounded finely. */
const biasBits = 11

/** What decoding reads, rounded to 2^−bits of each tensor's root mean square. */
export const roundedWeights = (spec: ModelSpec, values: Values, bits: number): RoundedTensor[] =>
  decodingParameters(spec).map(({ name, shape, isBias }) =>
    roundTensor(name, shape, values[name]!, isBias ? biasBits : bits),
  )

/** All values with the rounded ones in their places; parameters that nobody knows are zero. */
export function withRounded(spec: ModelSpec, values: Values, rounded: readonly RoundedTensor[]): Values {
  const { trained, copies } = parametersOf(spec)
  const all: Record<string, Float32Array> = {}
  for (const { name, shape } of [...trained, ...copies])
    all[name] = values[name] ?? new Float32Array(sizeOf(shape))
  for (const tensor of rounded) all[tensor.name] = valuesOf(tensor)
  return all
}

/** Of the spec and of the weights that decoding reads: two models of one hash draw the same images. */
export function modelHash(spec: ModelSpec, values: Values): string {
  const same = { ...spec, name: undefined }
  const hash = createHash('sha256').update(JSON.stringify(same))
  for (const { name } of decodingParameters(spec)) {
    const { buffer, byteOffset, byteLength } = values[name]!
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex')
}
