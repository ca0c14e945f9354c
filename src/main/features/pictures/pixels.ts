/** width × height × channels bytes, row-major: 1 channel for grey, 3 for rgb. */
export interface Pixels {
  data: Uint8Array
  width: number
  height: number
}

/** Where pixels come from that need no decoding. */
export interface RawImage extends Pixels {
  channels: 1 | 3 | 4
}
