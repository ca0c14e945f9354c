import { codeSize, noiseLevels } from '../../../../shared/modelSpec'
import { anyPart, type ExportFormat } from './format'

export const tensorflowjs: ExportFormat = {
  id: 'tensorflowjs',
  ending: null,
  abilities: { ...anyPart, precisions: ['float32', 'float16'] },
  language: { name: 'JavaScript', fence: 'js' },
  example: ({ fed, spec, shape, output, sigma, as }) => `import * as tf from '@tensorflow/tfjs'

// The address of model.json; weights.bin lies beside it.
const model = await tf.loadLayersModel('model.json')
const ${fed} = tf.zeros([1, ${as.part === 'decoder' ? codeSize(spec) : shape}]) // ${as.part === 'decoder' ? 'a code' : 'values in 0..1'}
const ${output} = model.predict(${sigma ? `[${fed}, tf.tensor([[${noiseLevels(spec) === 2 ? '25, 25' : '25'}]])] /* noise, 0 to 255 */` : fed})
console.log(${output}.shape)`,
  load: () => import('../tensorflowjs').then(({ tensorflowjsExporter }) => tensorflowjsExporter),
}
