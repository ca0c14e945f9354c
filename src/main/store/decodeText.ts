/** What the code page of Windows has from 0x80 to 0x9f; some versions of Node decode it as Latin-1, which has nothing there. */
const windowsSigns = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** Text as people wrote it: UTF-8, or the code page of Windows where it is none, as spreadsheets of old write it. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return Buffer.from(bytes)
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, (sign) => windowsSigns[sign.charCodeAt(0) - 0x80]!)
  }
}

/** A sign as its byte in the code page of Windows, given as Latin-1; null where that has none. */
export function windowsByte(sign: string): string | null {
  const place = windowsSigns.indexOf(sign)
  if (place >= 0) return String.fromCharCode(0x80 + place)
  return sign.charCodeAt(0) <= 0xff && sign.length === 1 ? sign : null
}
