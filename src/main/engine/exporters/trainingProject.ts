import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { Exporter } from './exporter'
import { kerasExporter } from './keras'
import { pytorchExporter } from './pytorch'
import data from './training/data.py?raw'
import trainKeras from './training/train_keras.py?raw'
import trainTorch from './training/train_torch.py?raw'

const requirements = `numpy
pillow
# For train_torch.py
torch
safetensors
# For train_keras.py
keras>=3
tensorflow
`

/** A folder that goes on training elsewhere: on several GPUs or machines, with PyTorch or with Keras. */
export const trainingExporter: Exporter = {
  async write(model, options) {
    const { spec, training } = model
    if (options.part !== 'full') throw new ExpectedError('unsupported', sentence('models.projectOfWhole'))
    if (spec.loss === 'ssim-mae' || spec.lossOver !== 'all')
      throw new ExpectedError(
        'unsupported',
        sentence('models.projectLosses', {
          loss: spec.loss,
          pixels: sentence(spec.lossOver === 'all' ? 'models.overAll' : 'models.overCorrupted'),
        }),
      )
    if (spec.tying === 'copied' || spec.tying === 'pseudo-inverse')
      throw new ExpectedError('unsupported', sentence('models.projectOfTied', { tying: spec.tying }))
    const config = {
      input: spec.input,
      loss: spec.loss,
      epochs: training.epochs,
      batchSize: training.batchSize,
      optimizer: training.optimizer,
      noise: training.noise,
      patches: training.patches !== null,
    }
    const text = (path: string, content: string) => ({ path, content: [Buffer.from(content)] })
    return [
      ...(await pytorchExporter.write(model, options)),
      ...(await kerasExporter.write(model, { ...options, tiedAs: 'shared' })),
      text('data.py', data),
      text('train_torch.py', trainTorch),
      text('train_keras.py', trainKeras),
      text('config.json', `${JSON.stringify(config, null, 1)}\n`),
      text('requirements.txt', requirements),
    ]
  },
}
