import { inputSize, type ModelSpec, noiseLevels } from '../../../shared/modelSpec'
import { mul } from '../graph/ops/arithmetic'
import { placeholder } from '../graph/ops/placeholder'
import type { GraphFunction } from '../graph/program'
import { BATCH, type TensorData } from '../graph/tensor'
import { createVariable } from '../graph/variable'
import { activateOutput, parametersOf, reconstructToSums } from '../models/autoencoder'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import type { RestorerOptions, ToldNoise } from './restorer'

/** A batch, all of it with noise of one strength. */
export interface RestoringInput {
  /** batch × inputs of the spec, values where 1 is white. */
  readonly images: Float32Array
  /** For models that take it. */
  readonly sigma: ToldNoise
}

/** A model as often as there are lanes, which share the batches of one call. */
export class RestoringProgram {
  private constructor(
    private readonly compiled: CompiledProgram,
    private readonly inputs: number,
    private readonly levels: number,
    readonly lanes: number,
  ) {}

  static async compile(
    runtime: Runtime,
    spec: ModelSpec,
    values: Readonly<Record<string, Float32Array>>,
    { device, threads, lanes }: Pick<RestorerOptions, 'device' | 'threads' | 'lanes'>,
  ): Promise<RestoringProgram> {
    const { trained, copies } = parametersOf(spec)
    const variables = [...trained, ...copies].map(({ name, shape }) => createVariable(name, shape))
    const parameters = new Map(variables.map(({ name, value }) => [name, value]))
    const outputs = Object.fromEntries(
      Array.from({ length: lanes }, (_, lane) => {
        const image = placeholder(`image${lane}`, [BATCH, inputSize(spec.input)])
        const noiseLevel = mul(placeholder(`sigma${lane}`, [BATCH, noiseLevels(spec) || 1]), 1 / 255)
        const sums = reconstructToSums(spec, image, { parameters, noiseLevel })
        return [`output${lane}`, activateOutput(spec, sums)]
      }),
    )
    const restore: GraphFunction = { name: 'restore', outputs }
    const compiled = await runtime.compile({ variables, functions: [restore] }, device, { threads })
    await compiled.write(Object.fromEntries(variables.map(({ name }) => [name, values[name]!])))
    return new RestoringProgram(compiled, inputSize(spec.input), noiseLevels(spec) || 1, lanes)
  }

  /** @returns what becomes of each. A lane that is left over does the first's again: there are no empty batches. */
  async run(given: readonly RestoringInput[]): Promise<Float32Array[]> {
    const share = Math.ceil(given.length / this.lanes)
    const shares = Array.from({ length: Math.ceil(given.length / share) }, (_, lane) =>
      given.slice(lane * share, (lane + 1) * share),
    )
    const feeds: Record<string, TensorData> = {}
    for (let lane = 0; lane < this.lanes; lane++) {
      const { images, sigmas } = this.joined(shares[lane] ?? shares[0]!)
      const count = images.length / this.inputs
      feeds[`image${lane}`] = { shape: [count, this.inputs], data: images }
      feeds[`sigma${lane}`] = { shape: [count, this.levels], data: sigmas }
    }
    const results = await this.compiled.run('restore', feeds)
    return shares.flatMap((inputs, lane) => {
      const data = results[`output${lane}`]!.data as Float32Array
      let end = 0
      return inputs.map(({ images }) => data.subarray(end, (end += images.length)))
    })
  }

  private joined(inputs: readonly RestoringInput[]): { images: Float32Array; sigmas: Float32Array } {
    const sigmas = inputs.flatMap(({ images, sigma }) => {
      const told = typeof sigma === 'number' ? new Array<number>(this.levels).fill(sigma) : sigma
      return Array.from({ length: images.length / this.inputs }, () => told).flat()
    })
    if (inputs.length === 1) return { images: inputs[0]!.images, sigmas: Float32Array.from(sigmas) }
    const images = new Float32Array((sigmas.length / this.levels) * this.inputs)
    let end = 0
    for (const input of inputs) {
      images.set(input.images, end)
      end += input.images.length
    }
    return { images, sigmas: Float32Array.from(sigmas) }
  }

  async dispose(): Promise<void> {
    await this.compiled.dispose()
  }
}
