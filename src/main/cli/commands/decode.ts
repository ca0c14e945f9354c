import type { Command } from 'commander'
import { decodeCodes } from '../../features/models/decodeCodes'
import type { CommandContext } from '../context'
import { counted } from '../format'
import { modelCommand, type TargetFlags, withModel } from '../modelCommand'
import { examples } from '../options'

interface DecodeFlags extends TargetFlags {
  out: string
  overwrite?: boolean
}

export function registerDecode(program: Command, context: CommandContext): void {
  modelCommand(program, 'decode')
    .description('Draw the images that latent codes stand for, a PNG of each.')
    .argument('<codes>', 'FILE.csv or FILE.npy, as encode writes them')
    .requiredOption('--out <folder>', 'where to put the images')
    .option('--overwrite', 'replace images that are there already')
    .addHelpText('after', examples('hourglass decode run codes.csv --out decoded'))
    .action(async (model: string, codes: string, { overwrite = false, ...flags }: DecodeFlags) => {
      const { out, count } = await withModel(context, { label: 'Decoding', unit: 'codes' }, (work) =>
        decodeCodes({ model, codes, overwrite, ...flags }, work),
      )
      context.output.line(`${counted(count, 'image')} in ${out}.`)
      context.output.record({ type: 'done', out, count })
    })
}
