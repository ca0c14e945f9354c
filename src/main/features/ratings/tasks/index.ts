import { trainRatings } from './trainRatings'
import { evaluateRatings, ratingCodes, recommend } from './useRecommender'

/** What the compute worker does for this room, by the name under which it is called. */
export const ratingsTasks = { trainRatings, evaluateRatings, ratingCodes, recommend }
