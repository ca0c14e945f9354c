import { codeSize } from '../../../shared/modelSpec'
import { openModel } from '../../store/modelStore'
import type { EvaluateResult } from '../../features/models/tasks/modelTasks'
import { evaluateModel } from '../../features/models/evaluateModel'
import { demoFiles } from './demoFolder'
import { demoNoise } from './demoPlan'
import type { DemoRequest, DemoWork } from './demoWork'
import { errorOf, restoreAll, type Restored } from './restoreAll'

export interface Measured {
  readonly tied: EvaluateResult
  readonly untied: EvaluateResult
  /** Principal components of the training images, as many as the code has numbers. */
  readonly pca: { readonly loss: number; readonly psnr: number; readonly components: number }
  /** The corrupted images as they are. */
  readonly noisy: { readonly loss: number; readonly psnr: number }
  /** By the tied model. */
  readonly restored: Restored
}

/** How well each way restores the held-out images, all from the same noise. @throws CancelledError, ExpectedError */
export async function measureModels(request: DemoRequest, work: DemoWork): Promise<Measured> {
  const { out, runtime, device } = request
  const { client, signal, onProgress } = work
  const target = { runtime, device, noise: demoNoise, seed: 0 }
  const evaluate = (tying: 'tied' | 'untied', before: number) =>
    evaluateModel(
      { ...target, model: demoFiles.run(out, tying), images: [demoFiles.heldOut(out)] },
      {
        client,
        signal,
        onProgress: (done, total) => onProgress('Measuring', before * total + done, 2 * total, 'images'),
      },
    )
  const tied = await evaluate('tied', 0)
  const untied = await evaluate('untied', 1)
  const { files } = await openModel(demoFiles.run(out, 'tied'))
  const params = { ...target, model: files, dataset: demoFiles.heldOut(out) }
  const restored = await restoreAll(tied.count, params, work)
  const { clean, noisy, shape } = restored
  const components = codeSize(files.spec)
  const pca = await client.call(
    'reconstructPca',
    { dataset: demoFiles.dataset(out), images: noisy, components },
    { signal },
  )
  return {
    tied,
    untied,
    pca: { ...errorOf(clean, pca.images, shape), components: pca.components },
    noisy: errorOf(clean, noisy, shape),
    restored,
  }
}
