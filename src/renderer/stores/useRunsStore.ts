import { defineStore } from 'pinia'
import { mirrorList } from './mirrorList'

export const useRunsStore = defineStore('runs', () => mirrorList('runs.list', 'runs.changed'))
