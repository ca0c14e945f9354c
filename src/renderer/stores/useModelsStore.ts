import { defineStore } from 'pinia'
import { mirrorList } from './mirrorList'

export const useModelsStore = defineStore('models', () => mirrorList('models.list', 'models.changed'))
