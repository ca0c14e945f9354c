import { randomNumbers } from '../randomNumbers'

/** Chances that come out the same for the same seed. */
export class Chooser {
  readonly share: () => number

  constructor(seed: number) {
    this.share = randomNumbers(seed)
  }

  chance = (share: number): boolean => this.share() < share
  /** Both ends included. */
  whole = (least: number, most: number): number => least + Math.floor(this.share() * (most - least + 1))
  one = <T>(from: readonly T[]): T => from[this.whole(0, from.length - 1)]!
  list = <T>(least: number, most: number, make: () => T): T[] =>
    Array.from({ length: this.whole(least, most) }, make)
}
