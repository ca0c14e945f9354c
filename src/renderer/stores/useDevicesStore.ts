import { defineStore } from 'pinia'
import { mirrorState } from './mirrorState'

export const useDevicesStore = defineStore('devices', () => mirrorState('devices.state'))
