/** Endings of the raw files of cameras. */
export const rawExtensions =
  '3fr arw cr2 cr3 crw dcr dng erf fff iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f'.split(
    ' ',
  )

/** Endings of the names of images that can be read, in small letters and without the dot. */
export const imageExtensions: readonly string[] = [
  ...['jpg', 'jpeg', 'jpe', 'jfif', 'mpo', 'png', 'apng', 'webp', 'avif', 'tif', 'tiff', 'gif', 'bmp', 'dib'],
  ...['heic', 'heif', 'hif', 'exr'],
  ...rawExtensions,
]

const readable = new Set(imageExtensions)

/** Whether a file may be an image that can be read, by its name. */
export const hasImageExtension = (path: string): boolean =>
  readable.has(/[^/\\]\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '')
