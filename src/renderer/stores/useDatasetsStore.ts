import { defineStore } from 'pinia'
import { mirrorList } from './mirrorList'

export const useDatasetsStore = defineStore('datasets', () => mirrorList('datasets.list', 'datasets.changed'))
