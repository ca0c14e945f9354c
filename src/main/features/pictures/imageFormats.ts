import { extname } from 'node:path'
import { rawExtensions } from '../../../shared/imageFiles'
import { sentence } from '../../../shared/texts/sentence'

/** What we decode. `raw` stands for the files of many cameras, each of a kind of its own. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff' | 'gif' | 'bmp' | 'heic' | 'exr' | 'raw'

export const readableFormats =
  'JPEG, PNG, WebP, AVIF, HEIC, TIFF, GIF, BMP, OpenEXR and camera raw (DNG, CR2, CR3, NEF, ARW and others)'

/** Enough of the front of a file for `sniff`. */
export const sniffBytes = 512

const raw = new Set(rawExtensions)

/** What other images are called, by their endings. */
const otherImages: Record<string, string> = {
  jxl: 'JPEG XL',
  jp2: 'JPEG 2000',
  j2k: 'JPEG 2000',
  jpx: 'JPEG 2000',
  jxr: 'JPEG XR',
  psd: 'PSD',
  psb: 'PSB',
  xcf: 'GIMP',
  kra: 'Krita',
  afphoto: 'Affinity Photo',
  svg: 'SVG',
  ico: 'icon',
  cur: 'icon',
  tga: 'Targa',
  pcx: 'PCX',
  sgi: 'SGI',
  wmf: 'WMF',
  emf: 'EMF',
  pdf: 'PDF',
  ps: 'PostScript',
  eps: 'PostScript',
  ai: 'Illustrator',
  indd: 'InDesign',
  djvu: 'DjVu',
  clip: 'Clip Studio',
  ora: 'OpenRaster',
  pnm: 'PNM',
  qoi: 'QOI',
  mng: 'MNG',
  bpg: 'BPG',
  flif: 'FLIF',
  hdr: 'Radiance HDR',
  dpx: 'DPX',
  pbm: 'PBM',
  pgm: 'PGM',
  ppm: 'PPM',
  pfm: 'PFM',
  dds: 'DDS',
  dcm: 'DICOM',
  dicom: 'DICOM',
  nii: 'NIfTI',
  fits: 'FITS',
  fts: 'FITS',
  czi: 'Zeiss CZI',
  lif: 'Leica LIF',
  nd2: 'Nikon ND2',
  oib: 'Olympus OIB',
  svs: 'Aperio SVS',
}

const archive = sentence('pictures.unpackArchive')
const arrays = sentence('pictures.saveArrays')
/** What else images come in, and what to do with it. */
const containers: Record<string, readonly [kind: string, advice: string]> = {
  zip: [sentence('pictures.zip'), archive],
  tar: [sentence('pictures.tar'), archive],
  tgz: [sentence('pictures.tar'), archive],
  rar: [sentence('pictures.rar'), archive],
  '7z': [sentence('pictures.sevenZip'), archive],
  gz: [sentence('pictures.packed'), archive],
  csv: [sentence('pictures.table'), arrays],
  tsv: [sentence('pictures.table'), arrays],
  parquet: [sentence('pictures.parquet'), arrays],
  npy: [sentence('pictures.npy'), arrays],
  npz: [sentence('pictures.npz'), arrays],
  h5: [sentence('pictures.hdf5'), arrays],
  hdf5: [sentence('pictures.hdf5'), arrays],
  mat: [sentence('pictures.matlab'), arrays],
  pkl: [sentence('pictures.pickle'), arrays],
  tfrecord: [sentence('pictures.tfrecord'), arrays],
}

/** What to do with a file that is no image but may hold some, by its name; null for all other files. */
export function explainContainer(path: string): string | null {
  const found = containers[endingOf(path)]
  return found ? sentence('pictures.isContainer', { kind: found[0], advice: found[1] }) : null
}

/** The same of several with the ending of one. */
export function explainContainers(path: string, count: number): string | null {
  const found = containers[endingOf(path)]
  return found ? sentence('pictures.areContainers', { count, kind: found[0], advice: found[1] }) : null
}

const endingOf = (path: string) => extname(path).slice(1).toLowerCase()

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
  if (head.length === 0) return sentence('pictures.empty')
  if (textAt(head, 0, 4) === '8BPS') return unreadable('PSD')
  if (textAt(head, 0, 4) === '%PDF') return unreadable('PDF')
  if (textAt(head, 4, 4) === 'JXL ' || startsWith(head, [0xff, 0x0a])) return unreadable('JPEG XL')
  if (textAt(head, 4, 4) === 'jP  ') return unreadable('JPEG 2000')
  if (textAt(head, 128, 4) === 'DICM') return unreadable('DICOM')
  const start = textAt(head, 0, sniffBytes)
  if (/^\s*(<\?xml[^]*)?<svg/i.test(start)) return unreadable('SVG')
  if (/^[\t\n\r -~\u0080-\u00ff]*$/.test(start)) return sentence('pictures.holdsText')
  return sentence('pictures.noReadableImage', { formats: readableFormats })
}

function unreadable(kind: string): string {
  const isVowel = /^([AEIO]|SVG)/i.test(kind)
  return sentence(isVowel ? 'pictures.otherKindAn' : 'pictures.otherKindA', { kind })
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
