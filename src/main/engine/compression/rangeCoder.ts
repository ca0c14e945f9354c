/**
 * Binary arithmetic coding with 32-bit bounds (Witten, Neal & Cleary 1987, without carries as in Mahoney's lpaq). Bounds are whole
 * numbers below 2³², and products stay below 2⁵³, so that every machine computes the same bytes.
 */

/** Probabilities of a one are whole numbers out of this. */
export const certainty = 65_536

/** One side of the coder. Models are written once for both: the writer is told the bit, and the reader tells it. */
export interface BitCoder {
  /** @param one the probability of a one, from 1 to 65,535 @param bit what is written; the reader ignores it */
  code(one: number, bit: number): number
}

export class RangeWriter implements BitCoder {
  private low = 0
  private high = 0xffffffff
  private bytes = new Uint8Array(1024)
  private length = 0

  code(one: number, bit: number): number {
    const middle = this.low + Math.floor(((this.high - this.low) * one) / certainty)
    if (bit) this.high = middle
    else this.low = middle + 1
    while (((this.low ^ this.high) & 0xff000000) === 0) {
      this.push(this.high >>> 24)
      this.low = (this.low << 8) >>> 0
      this.high = ((this.high << 8) | 255) >>> 0
    }
    return bit
  }

  /** The bytes so far, with as few more as tell the last bits: the reader continues with zeros. */
  finish(): Uint8Array {
    // The shortest number between the bounds, given that zeros follow.
    for (let bytes = 1; bytes <= 4; bytes++) {
      const unit = 2 ** (32 - 8 * bytes)
      const candidate = Math.ceil(this.low / unit) * unit
      if (this.low === 0) break
      if (candidate > this.high) continue
      for (let i = 0; i < bytes; i++) this.push(Math.floor(candidate / 2 ** (24 - 8 * i)) & 255)
      break
    }
    let end = this.length
    while (end > 0 && this.bytes[end - 1] === 0) end--
    return this.bytes.slice(0, end)
  }

  private push(byte: number): void {
    if (this.length === this.bytes.length) {
      const longer = new Uint8Array(2 * this.length)
      longer.set(this.bytes)
      this.bytes = longer
    }
    this.bytes[this.length++] = byte
  }
}

export class RangeReader implements BitCoder {
  private low = 0
  private high = 0xffffffff
  private value = 0
  private next = 0

  constructor(private readonly bytes: Uint8Array) {
    for (let i = 0; i < 4; i++) this.value = ((this.value << 8) | this.take()) >>> 0
  }

  code(one: number): number {
    const middle = this.low + Math.floor(((this.high - this.low) * one) / certainty)
    const bit = this.value <= middle ? 1 : 0
    if (bit) this.high = middle
    else this.low = middle + 1
    while (((this.low ^ this.high) & 0xff000000) === 0) {
      this.low = (this.low << 8) >>> 0
      this.high = ((this.high << 8) | 255) >>> 0
      this.value = ((this.value << 8) | this.take()) >>> 0
    }
    return bit
  }

  /** Past the end there are zeros. */
  private take(): number {
    return this.bytes[this.next++] ?? 0
  }
}

/** Counts what would be written, in bits, without writing it. */
export class BitCounter implements BitCoder {
  bits = 0

  code(one: number, bit: number): number {
    this.bits -= Math.log2((bit ? one : certainty - one) / certainty)
    return bit
  }
}
