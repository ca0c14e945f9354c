import { defineStore } from 'pinia'
import { mirrorList } from './mirrorList'

export const useJobsStore = defineStore('jobs', () => mirrorList('jobs.list', 'jobs.changed'))
