import { extname } from 'node:path'

/** What we decode. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff' | 'gif' | 'bmp'

export const readableFormats = 'JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP'

/** Enough of the front of a file for `sniff`. */
export const sniffBytes = 512

const formatOfExtension: Record<string, ImageFormat> = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.jpe': 'jpeg',
  '.jfif': 'jpeg',
  '.png': 'png',
  '.apng': 'png',
  '.webp': 'webp',
  '.avif': 'avif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.gif': 'gif',
  '.bmp': 'bmp',
  '.dib': 'bmp',
}

const rawExtensions =
  '.3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .iiq .kdc .mrw .nef .nrw .orf .pef .raf .raw .rw2 .srw .x3f'
const otherImages: Record<string, string> = {
  '.heic': 'HEIC',
  '.heif': 'HEIF',
  '.jxl': 'JPEG XL',
  '.jp2': 'JPEG 2000',
  '.j2k': 'JPEG 2000',
  '.psd': 'Photoshop',
  '.xcf': 'GIMP',
  '.exr': 'OpenEXR',
  '.hdr': 'Radiance HDR',
  '.svg': 'SVG',
  '.ico': 'icon',
  '.tga': 'Targa',
  '.dcm': 'DICOM',
}
for (const extension of rawExtensions.split(' ')) otherImages[extension] = 'camera raw'

export function hasImageExtension(path: string): boolean {
  return extname(path).toLowerCase() in formatOfExtension
}

/** The sentence for an image of a kind that we do not read, by its name; null for all other files. */
export function unreadableImage(path: string): string | null {
  const kind = otherImages[extname(path).toLowerCase()]
  return kind ? unreadable(kind) : null
}

/** The format by the first bytes of a file, whatever its name; null when it is none of ours. */
export function sniff(head: Uint8Array): ImageFormat | null {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  if (textAt(head, 0, 4) === 'RIFF' && textAt(head, 8, 4) === 'WEBP') return 'webp'
  if (textAt(head, 4, 4) === 'ftyp' && /avif|avis/.test(textAt(head, 8, 56))) return 'avif'
  if (startsWith(head, [0x49, 0x49, 0x2a, 0]) || startsWith(head, [0x4d, 0x4d, 0, 0x2a])) return 'tiff'
  if (startsWith(head, [0x49, 0x49, 0x2b, 0]) || startsWith(head, [0x4d, 0x4d, 0, 0x2b])) return 'tiff'
  if (/^GIF8[79]a/.test(textAt(head, 0, 6))) return 'gif'
  if (textAt(head, 0, 2) === 'BM' && head.length >= 26 && startsWith(head.subarray(6), [0, 0, 0, 0]))
    return 'bmp'
  return null
}

/** Why a file that is called an image is none, given its first bytes, none of which `sniff` knows. */
export function explainUnknown(head: Uint8Array): string {
  if (head.length === 0) return 'The file is empty.'
  if (textAt(head, 4, 4) === 'ftyp' && /hei[cfsx]|hev[cx]|mif1/.test(textAt(head, 8, 32)))
    return unreadable('HEIC')
  if (textAt(head, 0, 4) === '8BPS') return unreadable('Photoshop')
  if (textAt(head, 4, 4) === 'JXL ' || startsWith(head, [0xff, 0x0a])) return unreadable('JPEG XL')
  const start = textAt(head, 0, sniffBytes)
  if (/^\s*(<\?xml[^]*)?<svg/i.test(start)) return unreadable('SVG')
  if (/^[\t\n\r -~\u0080-\u00ff]*$/.test(start)) return 'It holds text, not an image, whatever its name says.'
  return `It is not an image that can be read (${readableFormats} can).`
}

function unreadable(kind: string): string {
  return `Images of the kind ${kind} cannot be read. Convert it to PNG or JPEG first.`
}

function startsWith(bytes: Uint8Array, prefix: number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte)
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'latin1',
    start,
    start + length,
  )
}
