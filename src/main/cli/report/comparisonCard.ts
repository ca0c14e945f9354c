import { html, type Markup } from '../../base/drawing/html'
import type { ReportData } from './reportData'
import { formatCount, formatError } from './words'

/** Other ways to do the same as a table, the run's own in the last row. */
export function comparisonCard({ comparison }: ReportData): Markup | null {
  if (!comparison) return null
  const rows = comparison.rows.map(
    ({ name, trained, loss, psnr }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${trained === null ? '–' : formatCount(trained)}</td>
        <td>${formatError(loss)}</td>
        <td>${psnr.toFixed(2)} dB</td>
      </tr>`,
  )
  return html`<section class="card">
    <h2>${comparison.title}</h2>
    <p class="hint">${comparison.sentence}</p>
    <table class="comparison">
      <thead>
        <tr>
          <th scope="col">On the same held-out images</th>
          <th scope="col">Trained values</th>
          <th scope="col">Mean squared error</th>
          <th scope="col">PSNR</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`
}
