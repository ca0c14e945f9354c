import { defineStore } from 'pinia'
import { mirrorList } from './mirrorList'

export const useAnomaliesStore = defineStore('anomalies', () =>
  mirrorList('anomalies.list', 'anomalies.changed'),
)
