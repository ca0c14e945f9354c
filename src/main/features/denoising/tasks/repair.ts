import { repairImage } from '../../../engine/denoising/repair/repairImage'
import type { ComputeTasks, PixelData } from '../../../worker/protocol'

export async function repair({
  pixels,
  ...shape
}: ComputeTasks['repair']['params']): Promise<ComputeTasks['repair']['result']> {
  const { image, repairs } = repairImage({ ...shape, data: pixels })
  return { repairs, pixels: image.data === pixels ? null : inSharedMemory(image.data as PixelData) }
}

function inSharedMemory(data: PixelData): PixelData {
  const buffer = new SharedArrayBuffer(data.byteLength)
  const copy = data instanceof Uint8Array ? new Uint8Array(buffer) : new Uint16Array(buffer)
  copy.set(data)
  return copy
}
