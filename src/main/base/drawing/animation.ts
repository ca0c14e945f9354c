import { sharp } from '../sharp'

export const animationFormats = ['gif', 'webp'] as const
export type AnimationFormat = (typeof animationFormats)[number]

export interface Frame {
  /** height × width × 3 bytes. */
  readonly rgb: Uint8Array
  /** How long it is shown. */
  readonly ms: number
}

/** Pictures one after the other, for ever. */
export function encodeAnimation(
  frames: readonly Frame[],
  { width, height }: { readonly width: number; readonly height: number },
  format: AnimationFormat,
): Promise<Buffer> {
  const raw = { width, height: height * frames.length, channels: 3 as const, pageHeight: height }
  const options = { delay: frames.map(({ ms }) => ms), loop: 0 }
  const pages = sharp(Buffer.concat(frames.map(({ rgb }) => rgb)), { raw })
  return (format === 'gif' ? pages.gif(options) : pages.webp(options)).toBuffer()
}
