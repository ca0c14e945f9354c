import type { InputShape } from '../../../shared/modelSpec'
import { OutputFolder } from '../../store/outputFolder'
import type { TrainedModel } from '../../store/modelStore'
import type { ModelWork } from '../models/modelWork'

const names = { model: 'model.onnx', readme: 'README.md' } as const

export interface ExportedDetector {
  /** Of the detector in the worker. */
  readonly id: string
  readonly model: TrainedModel
  readonly falseAlarms: number
  /** Files that are never written over. */
  readonly originals: readonly string[]
}

/** Makes sure that an export can be written, before anything is computed. @throws ExpectedError */
export async function checkExportFolder(folder: string, overwrite: boolean): Promise<void> {
  const output = await OutputFolder.open(folder, Object.values(names), { overwrite, originals: [] })
  await output.abort()
}

/** Writes model.onnx and a README with the code that runs it. @throws ExpectedError; nothing is written then */
export async function exportDetector(
  { id, model, falseAlarms, originals }: ExportedDetector,
  { client, signal }: ModelWork,
  folder: string,
  overwrite: boolean,
): Promise<{ files: string[]; threshold: number }> {
  const files = Object.values(names)
  const output = await OutputFolder.open(folder, files, { overwrite, originals })
  try {
    const about = { name: model.name, made_by: 'Hourglass', false_alarms: String(falseAlarms) }
    const { threshold } = await client.call(
      'exportAnomalyModel',
      { id, model: model.files, about, file: output.path(names.model) },
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

- \`anomaly_map\`, batch × ${height} × ${width}: 0 where a place is usual, 0.5 where it is as odd as the oddest places of normal images, more where it is odder;
- \`score\`, one number an image: the odder the image, the higher. It is the score that Hourglass itself gives to an image that was not among the normal ones; the file holds what is known of those.

An image is odd if its score is above the \`threshold\` in the metadata of the file, ${threshold.toPrecision(6)}: about ${(100 * falseAlarms).toPrecision(2)} % of normal images are above it.

\`\`\`python
import sys, onnxruntime
import numpy as np
from PIL import Image, ImageOps

model = onnxruntime.InferenceSession("model.onnx")
threshold = float(model.get_modelmeta().custom_metadata_map["threshold"])
picture = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("${mode}")
fitted = ImageOps.fit(picture, (${width}, ${height}), Image.LANCZOS)
image = np.asarray(fitted, np.float32).reshape(${shape}) / 255
anomaly_map, score = model.run(["anomaly_map", "score"], {"image": image})
print(score[0], "odd" if score[0] > threshold else "normal", anomaly_map.shape)
\`\`\`

The picture is cut to the shape of the model and scaled as Hourglass does it; other ways of scaling give slightly other scores.

Made by Hourglass.
`
}
