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
