import { defineStore } from 'pinia'
import { mirrorList } from './mirrorList'

export const useTablesStore = defineStore('tables', () => mirrorList('tables.list', 'tables.changed'))
