import { repairImage } from '../../../engine/denoising/repair/repairImage'
import type { DenoiseSubject, PixelData, Repairs } from './denoisingTasks'

/** Whatever is wrong with an image that is no noise to a network; `pixels`, in shared memory, are null where its values can stay. */
interface Repair {
  params: Pick<DenoiseSubject, 'pixels' | 'height' | 'width' | 'channels' | 'range'>
  result: { repairs: Repairs; pixels: PixelData | null }
  event: never
}

export async function repair({ pixels, ...shape }: Repair['params']): Promise<Repair['result']> {
  const { image, repairs } = repairImage({ ...shape, data: pixels })
  return { repairs, pixels: image.data === pixels ? null : inSharedMemory(image.data as PixelData) }
}

function inSharedMemory(data: PixelData): PixelData {
  const buffer = new SharedArrayBuffer(data.byteLength)
  const copy = data instanceof Uint8Array ? new Uint8Array(buffer) : new Uint16Array(buffer)
  copy.set(data)
  return copy
}
