import {
  dropAnomalies,
  fitAnomalies,
  keepDetector,
  nearestOfEach,
  openDetector,
  scoreAnomalies,
  scoreAnomaly,
  viewAnomaly,
} from './anomalies'
import { exportAnomalyModel } from './exportAnomalyModel'

/** What the compute worker does for this room, by the name under which it is called. */
export const anomalyTasks = {
  dropAnomalies,
  fitAnomalies,
  keepDetector,
  nearestOfEach,
  openDetector,
  scoreAnomalies,
  scoreAnomaly,
  viewAnomaly,
  exportAnomalyModel,
}
