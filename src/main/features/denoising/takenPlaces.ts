import { asKey } from '../models/imageNames'
import { placeResult, type ResultPlace, type ResultRequest } from './resultPath'
import type { SavedResults } from './savedResults'

/** Where results go that are being made: no two get the same place. */
export class TakenPlaces {
  private readonly taken = new Set<string>()
  /** One after the other. */
  private placing: Promise<unknown> = Promise.resolve()

  constructor(private readonly results: SavedResults) {}

  /** A place to be written is taken from then on. */
  find(request: ResultRequest): Promise<ResultPlace> {
    const find = async () => {
      const place = await placeResult(request, this.results, this.taken)
      if (place.kind === 'write') this.taken.add(asKey(place.path))
      return place
    }
    const found = this.placing.then(find)
    this.placing = found.catch(() => undefined)
    return found
  }

  /** It is written, or will not be. */
  free(path: string): void {
    this.taken.delete(asKey(path))
  }
}
