import { join } from 'node:path'
import { authorOnnxModel } from '../runtimes/onnx/onnxModel'
import { runOnnxFile } from '../runtimes/onnx/runOnnxFile'
import { type Exporter, metadataOf } from './exporter'
import { portableFunctions } from './portableFunctions'

/** One .onnx file, opset 17, with a batch of any size, weights inside, and what a stranger needs as metadata. */
export const onnxExporter: Exporter = {
  reader: {
    images: 4,
    run: async (folder, inputs) => Object.values(await runOnnxFile(join(folder, 'model.onnx'), inputs))[0]!,
  },
  write(model, options) {
    const { spec, weights } = model
    const { functions } = portableFunctions(spec, options)
    const fn = functions[options.part]!
    const { pieces } = authorOnnxModel(fn, {
      constants: (variable) => weights[variable.name]!.stored,
      metadata: metadataOf(model),
    })
    return [{ path: 'model.onnx', content: pieces }]
  },
}
