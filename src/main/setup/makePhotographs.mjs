// Cuts the photographs of the sample out of Debian's packages lomiri-wallpapers-16.04 and lomiri-wallpapers-20.04:
//   apt-get download lomiri-wallpapers-16.04 lomiri-wallpapers-20.04
//   for deb in lomiri-wallpapers-*.deb; do dpkg-deb -x "$deb" wallpapers; done
//   node src/main/setup/makePhotographs.mjs wallpapers/usr/share/backgrounds
// The same packages give the same files. Authors and licences are those of the packages' copyright files.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
const out = join(root, 'resources', 'sample', 'photographs')
/** Pixels. */
const side = 256

const licences = {
  'CC0 1.0': 'https://creativecommons.org/publicdomain/zero/1.0/',
  'CC BY 4.0': 'https://creativecommons.org/licenses/by/4.0/',
  'CC BY-SA 4.0': 'https://creativecommons.org/licenses/by-sa/4.0/',
  'CC BY-SA 3.0': 'https://creativecommons.org/licenses/by-sa/3.0/',
}

const aitzol = { author: 'Aitzol Berasategi', year: 2018, licence: 'CC BY 4.0' }
const peter = { author: 'Peter Nerlich', year: 2018, licence: 'CC BY-SA 4.0' }
const freespace = { author: 'Trevor “Freespace”', year: 2018, licence: 'CC BY 4.0' }

/** `cuts`: squares, as centre and side in shares of the width, the height, and the shorter side. */
const photographs = [
  {
    ...aitzol,
    title: 'aitzgorri',
    file: 'aitzgorri_by_Aitzol_Berasategi.jpg',
    subject: 'landscapes',
    cuts: [
      [0.5, 0.5, 1],
      [0.66, 0.3, 0.5],
      [0.15, 0.6, 0.5],
    ],
  },
  {
    ...aitzol,
    title: 'picosdeeuropa',
    file: 'picosdeeuropa_by_Aitzol_Berasategi.jpg',
    subject: 'landscapes',
    cuts: [
      [0.5, 0.5, 1],
      [0.75, 0.33, 0.5],
      [0.2, 0.25, 0.45],
    ],
  },
  {
    ...aitzol,
    title: 'sunset',
    file: 'sunset_by_Aitzol_Berasategi.jpg',
    subject: 'landscapes',
    cuts: [
      [0.5, 0.5, 1],
      [0.55, 0.4, 0.5],
      [0.75, 0.78, 0.4],
    ],
  },
  {
    ...aitzol,
    title: 'life',
    file: 'life_by_Aitzol_Berasategi.jpg',
    subject: 'landscapes',
    cuts: [
      [0.5, 0.5, 1],
      [0.42, 0.72, 0.45],
      [0.72, 0.3, 0.5],
    ],
  },
  {
    author: 'Sander Klootwijk',
    year: 2018,
    licence: 'CC BY-SA 4.0',
    title: 'Bridge',
    file: 'Bridge_by_Sander_Klootwijk.jpg',
    subject: 'landscapes',
    cuts: [
      [0.6, 0.5, 1],
      [0.2, 0.75, 0.5],
    ],
  },
  {
    author: '“Bolly”',
    year: 2018,
    licence: 'CC BY-SA 4.0',
    title: 'Dragonfly',
    file: 'Dragonfly_by_Bolly.jpg',
    subject: 'plants',
    cuts: [
      [0.5, 0.5, 1],
      [0.35, 0.45, 0.5],
      [0.72, 0.6, 0.5],
    ],
  },
  {
    author: 'Clemens Engelhardt',
    year: 2018,
    licence: 'CC0 1.0',
    title: 'seeding',
    file: 'seeding_by_Clements_Engelhardt.jpg',
    subject: 'plants',
    cuts: [
      [0.35, 0.5, 1],
      [0.29, 0.35, 0.5],
      [0.72, 0.6, 0.6],
    ],
  },
  {
    ...freespace,
    title: 'Picture 0B',
    file: 'Picture_0B_by_freespace.jpg',
    subject: 'things',
    cuts: [
      [0.6, 0.5, 1],
      [0.6, 0.5, 0.5],
      [0.2, 0.3, 0.5],
    ],
  },
  {
    ...freespace,
    title: 'Picture 1A',
    file: 'Picture_1A_by_freespace.jpg',
    subject: 'things',
    cuts: [
      [0.5, 0.5, 1],
      [0.3, 0.35, 0.5],
      [0.75, 0.55, 0.5],
    ],
  },
  {
    ...peter,
    title: 'greentock',
    file: 'greentock_by_Peter_Nerlich.jpg',
    subject: 'things',
    cuts: [
      [0.5, 0.5, 1],
      [0.55, 0.5, 0.45],
      [0.3, 0.75, 0.45],
    ],
  },
  {
    author: 'Jakub Mede',
    year: 2018,
    licence: 'CC BY 4.0',
    title: 'Wine',
    file: 'Wine_by_Jakkub_Mede.jpg',
    subject: 'things',
    cuts: [
      [0.5, 0.68, 0.95],
      [0.5, 0.3, 0.9],
      [0.42, 0.62, 0.5],
    ],
  },
  {
    ...peter,
    title: 'free',
    file: 'free_by_Peter_Nerlich.jpg',
    subject: 'animals',
    cuts: [
      [0.5, 0.5, 1],
      [0.5, 0.76, 0.45],
    ],
  },
  {
    ...aitzol,
    title: 'friends',
    file: 'friends_by_Aitzol_Berasategi.jpg',
    subject: 'animals',
    cuts: [
      [0.5, 0.45, 1],
      [0.5, 0.35, 0.55],
      [0.55, 0.55, 0.5],
    ],
  },
  {
    author: 'Lukas Baubkus',
    year: 2021,
    licence: 'CC BY-SA 3.0',
    title: 'Kleiber',
    file: 'Kleiber_by_Lukas_Baubkus.jpg',
    subject: 'animals',
    cuts: [
      [0.4, 0.5, 1],
      [0.42, 0.68, 0.45],
      [0.25, 0.3, 0.5],
    ],
  },
]

const [folder] = process.argv.slice(2)
if (!folder) {
  process.stderr.write('Usage: node src/main/setup/makePhotographs.mjs FOLDER_OF_THE_PACKAGES_BACKGROUNDS\n')
  process.exit(2)
}

await rm(out, { recursive: true, force: true })
const lines = []
let count = 0
for (const { file, subject, cuts, title, author, year, licence } of photographs) {
  await mkdir(join(out, subject), { recursive: true })
  const image = sharp(join(folder, file)).rotate()
  const { width, height } = (await image.toBuffer({ resolveWithObject: true })).info
  const names = []
  for (const [x, y, share] of cuts) {
    const size = Math.round(share * Math.min(width, height))
    const place = (centre, length) =>
      Math.round(Math.min(Math.max(centre * length - size / 2, 0), length - size))
    const name = `${String(count++).padStart(6, '0')}.jpg`
    await sharp(join(folder, file))
      .rotate()
      .extract({ left: place(x, width), top: place(y, height), width: size, height: size })
      .resize(side, side)
      .toColourspace('srgb')
      .jpeg({ quality: 80, mozjpeg: true })
      .toFile(join(out, subject, name))
    names.push(`${subject}/${name}`)
  }
  lines.push(`| ${title} | ${author}, ${year} | [${licence}](${licences[licence]}) | ${names.join(', ')} |`)
}

await writeFile(
  join(out, '..', 'PHOTOGRAPHS.md'),
  `# The photographs of the sample

They are squares cut out of the photographs below and reduced to ${side} × ${side} pixels; nothing else was changed. The
photographs come with Debian's packages lomiri-wallpapers-16.04 and lomiri-wallpapers-20.04, whose copyright files name
authors and licences. What is made of a photograph under a CC BY-SA licence is under the same licence.

\`src/main/setup/makePhotographs.mjs\` makes these files and this page, and says how.

| Title | Author | Licence | Files in photographs/ |
| --- | --- | --- | --- |
${lines.join('\n')}
`,
)
process.stdout.write(`${count} photographs in ${out}\n`)
