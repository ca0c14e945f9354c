const history = 'photoshop:History'

/** An XMP packet with a line of history, which programs show among what they know of a picture. */
export function withNote(xmp: string | undefined, note: string): string {
  const escaped = note.replace(/&/g, '&amp;').replace(/</g, '&lt;')
  const line = `<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"><${history}>${escaped}</${history}></rdf:Description>`
  const end = '</rdf:RDF>'
  if (!xmp?.includes(end))
    return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${line}${end}</x:xmpmeta><?xpacket end="w"?>`
  // A property may be there only once.
  return xmp.includes(history) ? xmp : xmp.replace(end, () => line + end)
}

/** What says of a picture that there is a gain map with it (Adobe, Gain Map 1.0; Android, Ultra HDR 1.1). */
const ofGainMaps = [
  /<Container:Directory\b[^]*?<\/Container:Directory>/g,
  /<(hdrgm:\w+)\b[^]*?(\/>|<\/\1>)/g,
  /\s(hdrgm|HDRGainMap):\w+\s*=\s*("[^"]*"|'[^']*')/g,
]

/** An XMP packet that promises no gain map. */
export const withoutGainMap = (xmp: string): string =>
  ofGainMaps.reduce((text, pattern) => text.replace(pattern, ''), xmp)
