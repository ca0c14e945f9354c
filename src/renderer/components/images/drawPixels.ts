import type { PixelBlock } from '../../../shared/api/library'

/** One image of a block as what a canvas takes: RGBA bytes, height × width. */
export function imageDataOf({ width, height, channels, data }: PixelBlock, index: number): ImageData {
  const size = width * height
  const from = index * size * channels
  const image = new ImageData(width, height)
  const words = new Uint32Array(image.data.buffer)
  // Little-endian, as every machine that runs a browser: alpha, blue, green, red from the top.
  if (channels === 1) for (let i = 0; i < size; i++) words[i] = 0xff000000 | (data[from + i]! * 0x010101)
  else
    for (let i = 0, at = from; i < size; i++, at += 3)
      words[i] = 0xff000000 | (data[at + 2]! << 16) | (data[at + 1]! << 8) | data[at]!
  return image
}

/** Draws one image of a block over the whole canvas, which takes the image's own size. */
export function drawPixels(canvas: HTMLCanvasElement, block: PixelBlock, index: number): void {
  if (canvas.width !== block.width) canvas.width = block.width
  if (canvas.height !== block.height) canvas.height = block.height
  canvas.getContext('2d')!.putImageData(imageDataOf(block, index), 0, 0)
}
