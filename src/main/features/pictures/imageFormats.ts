import { extname } from 'node:path'
import { imageExtensions, rawExtensions } from '../../../shared/imageFiles'

/** What we decode. `raw` stands for the files of many cameras, each of a kind of its own. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff' | 'gif' | 'bmp' | 'heic' | 'exr' | 'raw'

export const readableFormats =
  'JPEG, PNG, WebP, AVIF, HEIC, TIFF, GIF, BMP, OpenEXR and camera raw (DNG, CR2, CR3, NEF, ARW and others)'

/** Enough of the front of a file for `sniff`. */
export const sniffBytes = 512

const raw = new Set(rawExtensions)
const readable = new Set(imageExtensions)

/** What other images are called, by their endings. */
const otherImages: Record<string, string> = {
  ...{ jxl: 'JPEG XL', jp2: 'JPEG 2000', j2k: 'JPEG 2000', jpx: 'JPEG 2000', jxr: 'JPEG XR' },
  ...{ psd: 'PSD', psb: 'PSB', xcf: 'GIMP', kra: 'Krita', afphoto: 'Affinity Photo' },
  ...{ svg: 'SVG', ico: 'icon', cur: 'icon', tga: 'Targa', pcx: 'PCX', sgi: 'SGI', wmf: 'WMF', emf: 'EMF' },
  ...{ pdf: 'PDF', ps: 'PostScript', eps: 'PostScript', ai: 'Illustrator', indd: 'InDesign', djvu: 'DjVu' },
  ...{ clip: 'Clip Studio', ora: 'OpenRaster', pnm: 'PNM', qoi: 'QOI', mng: 'MNG', bpg: 'BPG', flif: 'FLIF' },
  ...{ hdr: 'Radiance HDR', dpx: 'DPX', pbm: 'PBM', pgm: 'PGM', ppm: 'PPM', pfm: 'PFM', dds: 'DDS' },
  ...{ dcm: 'DICOM', dicom: 'DICOM', nii: 'NIfTI', fits: 'FITS', fts: 'FITS' },
  ...{ czi: 'Zeiss CZI', lif: 'Leica LIF', nd2: 'Nikon ND2', oib: 'Olympus OIB', svs: 'Aperio SVS' },
}

const archive = 'Unpack it, and choose the folder that comes out of it.'
const arrays = 'Save the images in it as PNG or TIFF files, or as an IDX file.'
/** What else images come in, and what to do with it. */
const containers: Record<string, readonly [kind: string, advice: string]> = {
  ...{ zip: ['a ZIP archive', archive], tar: ['a TAR archive', archive], tgz: ['a TAR archive', archive] },
  ...{ rar: ['a RAR archive', archive], '7z': ['a 7z archive', archive], gz: ['a packed file', archive] },
  ...{ csv: ['a table', arrays], tsv: ['a table', arrays], parquet: ['a Parquet table', arrays] },
  ...{ npy: ['an array of NumPy', arrays], npz: ['a file of arrays of NumPy', arrays] },
  ...{ h5: ['an HDF5 file', arrays], hdf5: ['an HDF5 file', arrays], mat: ['a MATLAB file', arrays] },
  ...{ pkl: ['a pickle of Python', arrays], tfrecord: ['a TFRecord file', arrays] },
}

/** What to do with a file that is no image but may hold some, by its name; null for all other files. */
export function explainContainer(path: string): string | null {
  const found = containers[endingOf(path)]
  return found ? `It is ${found[0]}, which Hourglass does not look into. ${found[1]}` : null
}

const endingOf = (path: string) => extname(path).slice(1).toLowerCase()

export const hasImageExtension = (path: string): boolean => readable.has(endingOf(path))

/** The sentence for an image of a kind that we do not read, by its name; null for all other files. */
export function unreadableImage(path: string): string | null {
  const kind = otherImages[endingOf(path)]
  return kind ? unreadable(kind) : null
}

/**
 * The format by the first bytes of a file; null when it is none of ours. Most raw files of cameras are TIFF by their first
 * bytes, and only the name tells them apart.
 */
export function sniff(head: Uint8Array, path = ''): ImageFormat | null {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  if (textAt(head, 0, 4) === 'RIFF' && textAt(head, 8, 4) === 'WEBP') return 'webp'
  if (textAt(head, 4, 4) === 'ftyp') return sniffBoxes(head)
  const isTiff = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(textAt(head, 0, 4))
  if (isTiff) return textAt(head, 8, 2) === 'CR' || raw.has(endingOf(path)) ? 'raw' : 'tiff'
  if (isOtherRaw(head)) return 'raw'
  if (startsWith(head, [0x76, 0x2f, 0x31, 0x01])) return 'exr'
  if (/^GIF8[79]a/.test(textAt(head, 0, 6))) return 'gif'
  if (textAt(head, 0, 2) === 'BM' && head.length >= 26 && startsWith(head.subarray(6), [0, 0, 0, 0]))
    return 'bmp'
  return null
}

/** The brands of a file made of boxes (ISO/IEC 14496-12): the main one, then those that it is compatible with. */
function sniffBoxes(head: Uint8Array): ImageFormat | null {
  const length = new DataView(head.buffer, head.byteOffset, 4).getUint32(0)
  const brands = textAt(head, 8, Math.min(length, 72) - 8)
  if (/avif|avis/.test(brands)) return 'avif'
  if (/hei[cfmsx]|hev[cmsx]|mif1|msf1/.test(brands)) return 'heic'
  return brands.startsWith('crx ') ? 'raw' : null
}

/** Olympus, Panasonic, Fujifilm, Minolta, Canon before 2004, and Sigma. */
function isOtherRaw(head: Uint8Array): boolean {
  const start = textAt(head, 0, 14)
  return (
    /^(IIRO|IIRS|MMOR|IIU\0|FUJIFILMCCD-RAW|\0MRM|FOVb)/.test(textAt(head, 0, 16)) ||
    start.endsWith('HEAPCCDR')
  )
}

/** Why a file that is called an image is none, given its first bytes, none of which `sniff` knows. */
export function explainUnknown(head: Uint8Array): string {
  if (head.length === 0) return 'The file is empty.'
  if (textAt(head, 0, 4) === '8BPS') return unreadable('PSD')
  if (textAt(head, 0, 4) === '%PDF') return unreadable('PDF')
  if (textAt(head, 4, 4) === 'JXL ' || startsWith(head, [0xff, 0x0a])) return unreadable('JPEG XL')
  if (textAt(head, 4, 4) === 'jP  ') return unreadable('JPEG 2000')
  if (textAt(head, 128, 4) === 'DICM') return unreadable('DICOM')
  const start = textAt(head, 0, sniffBytes)
  if (/^\s*(<\?xml[^]*)?<svg/i.test(start)) return unreadable('SVG')
  if (/^[\t\n\r -~\u0080-\u00ff]*$/.test(start)) return 'It holds text, not an image, whatever its name says.'
  return `It is not an image that can be read (${readableFormats} can).`
}

function unreadable(kind: string): string {
  const article = /^([AEIO]|SVG)/i.test(kind) ? 'an' : 'a'
  return `It is ${article} ${kind} file, which Hourglass does not read. Export it as TIFF or PNG.`
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
