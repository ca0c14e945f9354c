import type { InputShape } from '../../../shared/modelSpec'
import { OutputFolder } from '../../store/outputFolder'
import type { AnomalyRequest, AnomalyWork } from './findAnomalies'
import type { Prepared } from './prepare'

const names = { model: 'model.onnx', readme: 'README.md' } as const

/** Writes model.onnx and a README with the code that runs it. @throws ExpectedError; nothing is written then */
export async function exportDetector(
  { model, fit, rows, target }: Prepared,
  { falseAlarms, runtime, device }: AnomalyRequest,
  { client, signal }: AnomalyWork,
  folder: string,
  overwrite: boolean,
): Promise<{ files: string[]; threshold: number }> {
  const files = Object.values(names)
  const output = await OutputFolder.open(folder, files, { overwrite, originals: target.files })
  try {
    const { threshold } = await client.call(
      'exportAnomalyModel',
      {
        ...{ model: model.files, dataset: fit.folder, rows, falseAlarms, runtime, device },
        ...{ about: { name: model.name, made_by: 'Hourglass' }, file: output.path(names.model) },
      },
      { signal },
    )
    await output.write(names.readme, Buffer.from(readme(model.files.spec.input, threshold, falseAlarms)))
    await output.commit()
    return { files: [...files], threshold }
  } catch (error) {
    await output.abort()
    throw error
  }
}

function readme({ width, height, channels }: InputShape, threshold: number, falseAlarms: number): string {
  const mode = channels === 3 ? 'RGB' : 'L'
  const shape = `1, ${height}, ${width}, ${channels}`
  return `# Which images are odd?

\`model.onnx\` takes \`image\`, float32, batch × ${height} × ${width} × ${channels}, values in 0..1, and gives

- \`anomaly_map\`, batch × ${height} × ${width}: how far each place is from what the network reconstructs;
- \`score\`, one number an image: the odder the image, the higher. The worst place rules.

An image is odd if its score is above the \`threshold\` in the metadata of the file, ${threshold.toPrecision(6)}: so many that ${(100 * falseAlarms).toPrecision(2)} % of the normal images were above it.

\`\`\`python
import sys
import numpy as np
import onnxruntime
from PIL import Image

model = onnxruntime.InferenceSession("model.onnx")
threshold = float(model.get_modelmeta().custom_metadata_map["threshold"])
picture = Image.open(sys.argv[1]).convert("${mode}").resize((${width}, ${height}))
image = np.asarray(picture, np.float32).reshape(${shape}) / 255
anomaly_map, score = model.run(["anomaly_map", "score"], {"image": image})
print(score[0], "odd" if score[0] > threshold else "normal", anomaly_map.shape)
\`\`\`

Made by Hourglass. The command's own default score also compares gradients and patches with those of normal images, which this
file does not hold: scores and thresholds of the two are not the same numbers.
`
}
