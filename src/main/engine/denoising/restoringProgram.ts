import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { mul } from '../graph/ops/arithmetic'
import { placeholder } from '../graph/ops/placeholder'
import type { GraphFunction } from '../graph/program'
import { BATCH, type TensorData } from '../graph/tensor'
import { createVariable } from '../graph/variable'
import { activateOutput, parametersOf, reconstructToSums } from '../models/autoencoder'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'

/** A batch for one lane. */
export interface LaneInput {
  /** batch × inputs of the spec, values where 1 is white. */
  readonly images: Float32Array
  /** Of the noise on the 0-255 scale, for models that take it. */
  readonly sigma: number
}

/** A model as often as there are lanes, each of which restores a batch of its own within one call. */
export class RestoringProgram {
  private constructor(
    private readonly compiled: CompiledProgram,
    private readonly inputs: number,
    readonly lanes: number,
  ) {}

  static async compile(
    runtime: Runtime,
    device: string | undefined,
    spec: ModelSpec,
    values: Readonly<Record<string, Float32Array>>,
    lanes: number,
  ): Promise<RestoringProgram> {
    const { trained, copies } = parametersOf(spec)
    const variables = [...trained, ...copies].map(({ name, shape }) => createVariable(name, shape))
    const parameters = new Map(variables.map(({ name, value }) => [name, value]))
    const outputs = Object.fromEntries(
      Array.from({ length: lanes }, (_, lane) => {
        const image = placeholder(`image${lane}`, [BATCH, inputSize(spec.input)])
        const noiseLevel = mul(placeholder(`sigma${lane}`, [BATCH, 1]), 1 / 255)
        const sums = reconstructToSums(spec, image, { parameters, noiseLevel })
        return [`output${lane}`, activateOutput(spec, sums)]
      }),
    )
    const restore: GraphFunction = { name: 'restore', outputs }
    const compiled = await runtime.compile({ variables, functions: [restore] }, device)
    await compiled.write(Object.fromEntries(variables.map(({ name }) => [name, values[name]!])))
    return new RestoringProgram(compiled, inputSize(spec.input), lanes)
  }

  /** @returns what each lane makes of its images. A lane that is left over does the first's again: there are no empty batches. */
  async run(given: readonly LaneInput[]): Promise<Float32Array[]> {
    const feeds: Record<string, TensorData> = {}
    for (let lane = 0; lane < this.lanes; lane++) {
      const { images, sigma } = given[lane] ?? given[0]!
      const batch = images.length / this.inputs
      feeds[`image${lane}`] = { shape: [batch, this.inputs], data: images }
      feeds[`sigma${lane}`] = { shape: [batch, 1], data: new Float32Array(batch).fill(sigma) }
    }
    const results = await this.compiled.run('restore', feeds)
    return given.map((_, lane) => results[`output${lane}`]!.data as Float32Array)
  }

  async dispose(): Promise<void> {
    await this.compiled.dispose()
  }
}
