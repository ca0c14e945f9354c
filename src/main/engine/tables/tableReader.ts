import { codeSize, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import type { FeatureRows } from './tableFeatures'
import { buildTableReader } from './tableProgram'

/** What the network makes of rows: all of their cells, rows × width, and their codes, rows × codeSize. */
export interface CompletedRows {
  readonly output: Float32Array
  readonly codes: Float32Array
}

/** Of few columns each step is so short that dealing it out to several threads takes longer than doing it. */
export const threadsFor = (width: number): { threads?: number } => (width < 200 ? { threads: 1 } : {})

/** At most so many numbers go in at once. */
const mostNumbers = 1_000_000

/** Rows through the function `complete` of a program. @param visible bytes, 255 for what is shown; all that is known if not given */
export async function completeRows(
  compiled: CompiledProgram,
  spec: ModelSpec,
  { rows, width, values }: FeatureRows,
  visible?: Uint8Array,
  step: () => void = () => {},
): Promise<CompletedRows> {
  const size = codeSize(spec)
  const made = { output: new Float32Array(values.length), codes: new Float32Array(rows * size) }
  const batch = Math.max(1, Math.floor(mostNumbers / width))
  for (let first = 0; first < rows; first += batch) {
    const count = Math.min(batch, rows - first)
    const [from, to] = [first * width, (first + count) * width]
    const part = values.subarray(from, to)
    const shown =
      visible?.subarray(from, to) ?? Uint8Array.from(part, (value) => (Number.isNaN(value) ? 0 : 255))
    const shape = [count, width]
    const { output, code } = await compiled.run('complete', {
      input: { shape, data: part.map((value) => (Number.isNaN(value) ? 0 : value)) },
      visible: { shape, data: shown },
    })
    made.output.set(output!.data as Float32Array, from)
    made.codes.set(code!.data as Float32Array, first * size)
    step()
  }
  return made
}

/** A trained autoencoder of rows, ready to be used. */
export class TableReader {
  private constructor(
    private readonly spec: ModelSpec,
    private readonly compiled: CompiledProgram,
  ) {}

  /** The caller disposes of it. @param values parameters by name */
  static async open(
    { runtime, device }: { readonly runtime: Runtime; readonly device: string },
    spec: ModelSpec,
    values: Readonly<Record<string, Float32Array>>,
    rounds: number,
  ): Promise<TableReader> {
    const { program, parameters } = buildTableReader(spec, rounds)
    const compiled = await runtime.compile(program, device, {
      isBrief: true,
      ...threadsFor(inputSize(spec.input)),
    })
    await compiled.write(parameters.toVariables(values))
    return new TableReader(spec, compiled)
  }

  complete(rows: FeatureRows, visible?: Uint8Array, step?: () => void): Promise<CompletedRows> {
    return completeRows(this.compiled, this.spec, rows, visible, step)
  }

  async dispose(): Promise<void> {
    await this.compiled.dispose()
  }
}
