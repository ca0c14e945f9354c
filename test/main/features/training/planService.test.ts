import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { TrainingPlan } from '../../../../src/shared/plan'
import { importDataset } from '../../../../src/main/features/datasets/importDataset'
import type { Library } from '../../../../src/main/base/library'
import { PlaceRegistry } from '../../../../src/main/base/placeRegistry'
import {
  planForDataset,
  planForFolder,
  PlanService,
} from '../../../../src/main/features/training/planService'
import { drawing, photograph, type Picture, writePicture, writePictures } from '../../../support/drawnImages'
import { temporaryFolder } from '../../../support/testFolder'

const colors = [
  [20, 60, 200],
  [240, 180, 20],
]

/** Of a plan, what training depends on. */
const trainingOf = ({ spec, config, network, codeSize, remarks }: TrainingPlan) => ({
  ...{ spec, config, network, codeSize, remarks },
})

describe('a plan', () => {
  it.each<[string, (i: number) => Picture, TrainingPlan['network']]>([
    ['digits', (i) => drawing(i, { width: 28 }), 'dense'],
    ['small drawings in colour', (i) => drawing(i, { width: 24, height: 18, colors }), 'convolutional'],
    ['photographs', (i) => photograph(i, 90, 70), 'convolutional'],
    ['photographs in grey', (i) => photograph(i, 70, 90, 1), 'convolutional'],
  ])('is the same for a folder and for the dataset that is made of it: %s', async (_, picture, network) => {
    const folder = await temporaryFolder()
    const photos = await writePictures(join(folder, 'images'), 12, picture)
    const plan = await planForFolder(photos, '10m')
    expect(plan.network).toBe(network)
    const out = join(folder, 'dataset')
    await importDataset({ sources: [photos], out, preprocessing: plan.preprocessing! })
    const again = await planForDataset(out, '10m')
    expect(trainingOf(again)).toEqual(trainingOf(plan))
    expect(again.preprocessing).toBeNull()
    expect(again.traits).toMatchObject({
      ...{ images: 12, kind: plan.traits.kind, channels: plan.traits.channels, equal: false },
      ...{ width: plan.preprocessing!.width, height: plan.preprocessing!.height },
    })
  })

  it('says of a dataset of one picture what it says of the folder', async () => {
    const folder = await temporaryFolder()
    const photos = await writePictures(join(folder, 'images'), 1, (i) => photograph(i, 70, 70))
    const plan = await planForFolder(photos, '1m')
    expect(plan.remarks).toEqual(['one-image'])
    const out = join(folder, 'dataset')
    await importDataset({ sources: [photos], out, preprocessing: plan.preprocessing! })
    expect(trainingOf(await planForDataset(out, '1m'))).toEqual(trainingOf(plan))
  })

  it('takes the size and colour that are asked for', async () => {
    const folder = await writePictures(await temporaryFolder(), 6, (i) => drawing(i, { width: 28 }))
    const { preprocessing } = await planForFolder(folder, '1m')
    const asked = { ...preprocessing!, width: 20, height: 16, color: 'rgb' as const, limit: 4 }
    const plan = await planForFolder(folder, '1m', asked)
    expect(plan.preprocessing).toEqual(asked)
    expect(plan.spec.input).toEqual({ width: 20, height: 16, channels: 3 })
  })
})

describe('the service of plans', () => {
  async function serviceFor(folder: string) {
    const places = new PlaceRegistry()
    const library = { find: async () => ({ folder }) } as unknown as Library
    const { place } = await places.add(folder)
    const warmUp = vi.fn()
    return { service: new PlanService({ library, places, warmUp }), place, warmUp }
  }

  it('plans for places and for a dataset of the library', async () => {
    const folder = await temporaryFolder()
    const photos = await writePictures(join(folder, 'images'), 6, (i) => drawing(i, { width: 28 }))
    const { service, place, warmUp } = await serviceFor(photos)
    const plan = await service.plan({ source: { places: [place] }, budget: '1h' })
    expect(plan).toEqual(await planForFolder(photos, '1h'))
    // Whoever asks for a plan is about to train.
    expect(warmUp).toHaveBeenCalled()
    const minute = await service.plan({ source: { places: [place] }, budget: '1m' })
    expect(minute).toEqual(await planForFolder(photos, '1m'))

    const out = join(folder, 'dataset')
    await importDataset({ sources: [photos], out, preprocessing: plan.preprocessing! })
    const { service: other } = await serviceFor(out)
    const ofDataset = await other.plan({ source: { dataset: 'any' }, budget: '1h' })
    expect(ofDataset).toEqual(await planForDataset(out, '1h'))
  })

  it('looks again at a folder that had no image', async () => {
    const folder = await temporaryFolder()
    const { service, place } = await serviceFor(folder)
    const planning = () => service.plan({ source: { places: [place] }, budget: '1m' })
    await expect(planning()).rejects.toThrow(/no image/i)
    await writePicture(folder, 'one.png', drawing(1, { width: 28 }))
    expect((await planning()).traits.images).toBe(1)
  })

  it('counts images that are added to a folder that it has looked at', async () => {
    const folder = await temporaryFolder()
    await writePictures(join(folder, 'below'), 3, (i) => drawing(i, { width: 28 }))
    const { service, place } = await serviceFor(folder)
    const count = async () =>
      (await service.plan({ source: { places: [place] }, budget: '1m' })).traits.images
    expect(await count()).toBe(3)
    await writePicture(join(folder, 'below'), 'later.png', drawing(9, { width: 28 }))
    expect(await count()).toBe(4)
    await writePicture(join(folder, 'beside'), 'last.png', drawing(10, { width: 28 }))
    expect(await count()).toBe(5)
  })

  it('refuses places that it has not handed out', async () => {
    const { service } = await serviceFor(await temporaryFolder())
    const planning = service.plan({ source: { places: ['nowhere'] }, budget: '1m' })
    await expect(planning).rejects.toMatchObject({ code: 'not-found' })
  })
})
