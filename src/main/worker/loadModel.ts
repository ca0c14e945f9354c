import { dirname } from 'node:path'
import type { ModelSpec } from '../../shared/modelSpec'
import { onnxFileOf } from '../../shared/network'
import type { NoiseSpec } from '../../shared/noise'
import { CompiledFile } from '../engine/denoising/compiledFile'
import { initialFromRestorer } from '../engine/models/initialFromRestorer'
import { parametersFromWeights, withTransposes } from '../engine/models/weights'
import { buildInferenceProgram } from '../engine/training/trainingProgram'
import type { CompiledProgram, CompileOptions } from '../engine/runtimes/runtime'
import { readWeights } from '../store/checkpointStore'
import { originalFile } from '../store/modelStore'
import type { ComputeTarget, ModelFiles } from './protocol'
import { release } from './release'
import { chooseRuntime } from './runtimes'

/** A trained model ready to run: `evaluate`, `encode`, `decode`. The caller disposes of it. */
export async function loadModel(
  files: ModelFiles,
  noise: NoiseSpec | null,
  target: ComputeTarget,
): Promise<CompiledProgram> {
  const { spec, weights } = files
  const file = spec.network && onnxFileOf(spec.network)
  if (file) return CompiledFile.open(originalFile(dirname(weights)), file, spec.input)
  return compileModel(spec, await readParameters(files), noise, target)
}

/** The same, of parameters by name. */
export async function compileModel(
  spec: ModelSpec,
  values: Readonly<Record<string, Float32Array>>,
  noise: NoiseSpec | null,
  target: ComputeTarget,
  options: CompileOptions = {},
): Promise<CompiledProgram> {
  const { runtime, device } = chooseRuntime(target)
  const { program, parameters, copies } = buildInferenceProgram(spec, noise)
  const compiled = await runtime.compile(program, device, options)
  const copied = Object.fromEntries(copies.map(({ name }) => [name, values[name]!]))
  await compiled.write({ ...parameters.toVariables(values), ...copied })
  return compiled
}

/** Parameters by name. @throws ExpectedError when the file does not hold what the spec needs */
export async function readParameters({ spec, weights }: ModelFiles): Promise<Record<string, Float32Array>> {
  return parametersOutOf(spec, await readWeights(weights), weights)
}

/**
 * The same for a model that starts from another one's weights, which may be tied when it is not, or told the noise.
 * @throws ExpectedError
 */
export async function readInitialParameters({
  spec,
  weights,
}: ModelFiles): Promise<Record<string, Float32Array>> {
  const read = await readWeights(weights)
  return parametersOutOf(spec, initialFromRestorer(spec, read) ?? withTransposes(spec, read), weights)
}

async function parametersOutOf(
  spec: ModelSpec,
  read: Awaited<ReturnType<typeof readWeights>>,
  weights: string,
): Promise<Record<string, Float32Array>> {
  const parameters = parametersFromWeights(spec, read, weights)
  const others = Object.keys(read).filter((name) => !(name in parameters))
  await release(others.map((name) => read[name]!.data))
  return parameters
}
