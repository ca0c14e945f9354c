import { anomalySettingsSchema } from '../../../shared/anomalies'
import type { AnomalySearch } from '../../../shared/api/anomalies'
import type { SearchRecord } from '../../store/anomalyStore'

/** @param isThere whether its dataset is in the library still */
export function summaryOf(
  id: string,
  record: SearchRecord,
  isThere: boolean,
  watch: AnomalySearch['watch'],
): AnomalySearch {
  const { name, createdAt, target, normal, settings, count, odd } = record
  return {
    id,
    name,
    createdAt,
    state: 'ready',
    problem: null,
    job: null,
    normal,
    settings,
    count,
    odd,
    watch,
    target: { id: isThere ? target.id : null, name: target.name },
  }
}

export function damagedSearch(id: string, problem: string): AnomalySearch {
  return {
    id,
    name: id,
    createdAt: new Date(0).toISOString(),
    state: 'damaged',
    problem,
    job: null,
    target: { id: null, name: '' },
    normal: { kind: 'itself', id: '', name: '' },
    settings: anomalySettingsSchema.parse({}),
    count: 0,
    odd: 0,
    watch: null,
  }
}
