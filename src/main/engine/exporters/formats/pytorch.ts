import { codeSize, noiseLevels } from '../../../../shared/modelSpec'
import { anyPart, type ExportFormat, python } from './format'

export const pytorch: ExportFormat = {
  id: 'pytorch',
  ending: null,
  abilities: { ...anyPart, precisions: ['float32', 'float16'] },
  language: python,
  example: ({ shape, spec, code, as, fed, output, sigma }) => `import torch
from model import Autoencoder

model = Autoencoder.load().eval()
${fed}s = torch.zeros(1, ${as.part === 'decoder' ? `${codeSize(spec)})` : `${shape})  # values in 0..1`}
with torch.no_grad():
    ${output}s = model(${fed}s${sigma ? `, torch.full((1, ${noiseLevels(spec)}), 25.0)` : ''})${
      code ? '\n    codes = model.encode(images)\n    images = model.decode(codes)' : ''
    }`,
  load: () => import('../pytorch').then(({ pytorchExporter }) => pytorchExporter),
}
