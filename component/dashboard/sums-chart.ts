import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { MONEY, PARTS, type Part, type Sum, type Sums } from './sums.js';
import { amountInWords, counted, statusInWords } from './words.js';

const HEIGHT = 180;
const LEGEND = 18;

/** Marks that tell the parts apart without colour, on a tile of 8 × 8. */
const MARKS: Readonly<Partial<Record<Part, string>>> = { processing: 'M-1 9 9-1M-1 1 1-1M7 9 9 7', refunded: 'M0 4h8' };

/** The sums of one currency: bars by day of what is money, stacked by status; and everything as a table. */
export function sumsChart(sums: Sums, width: number): TemplateResult {
  const { currency, livemode, days, total } = sums;
  const id = `chart-${livemode ? 'live' : 'test'}-${currency}`;
  const parts = PARTS.filter((part) => total[part]);
  const money = MONEY.filter((part) => total[part]?.amount);
  const heightOf = (day: Sums['days'][number]) => money.reduce((sum, part) => sum + (day.parts[part]?.amount ?? 0), 0);
  const most = Math.max(1, ...days.map(heightOf));
  const name = `${currency.toUpperCase()}${livemode ? '' : ', test mode'}`;
  const totals = parts.map((part) => `${statusInWords(part).toLowerCase()} ${sumInWords(total[part], currency)}`).join('; ');
  return html`<figure class="card chart">
    <figcaption><h4>${name}</h4><ul class="legend">${money.map((part) => html`<li>${swatch(part, id)}${statusInWords(part)} <strong>${amountInWords(total[part]!.amount, currency)}</strong> <span class="quiet">${counted(total[part]!.count, 'payment')}</span></li>`)}</ul></figcaption>
    ${money.length === 0 ? html`<p class="quiet">Nothing was paid in these days.</p>` : html`<p class="scale" aria-hidden="true">${amountInWords(most, currency)}</p>
    <svg role="img" aria-labelledby="${id}-title ${id}-text" viewBox="0 0 ${width} ${HEIGHT}" height=${HEIGHT} preserveAspectRatio="none">
      <title id="${id}-title">Payments of the last ${days.length} days in ${name}, by day and status</title>
      <desc id="${id}-text">In all: ${totals}. The table below has every day.</desc>
      <defs>${money.map((part) => pattern(part, id))}</defs>
      ${[0, 0.5, 1].map((part) => svg`<line class="grid" x1="0" x2=${width} y1=${HEIGHT - 0.5 - part * (HEIGHT - 1)} y2=${HEIGHT - 0.5 - part * (HEIGHT - 1)} />`)}
      ${days.map((day, index) => bar(day, index, money, { id, most, step: width / days.length, currency }))}
    </svg>
    <p class="axis" aria-hidden="true"><span>${shortDay(days[0].day)}</span><span>${shortDay(days[Math.floor(days.length / 2)].day)}</span><span>${shortDay(days[days.length - 1].day)}</span></p>`}
    <details>
      <summary>As a table</summary>
      <div class="scroll" tabindex="0" role="group" aria-label="Table for ${name}">
        <table>
          <caption class="hidden">Payments in ${name} by day and status</caption>
          <thead><tr><th scope="col">Day (UTC)</th>${parts.map((part) => html`<th scope="col">${statusInWords(part)}</th>`)}</tr></thead>
          <tbody>${days.filter((day) => parts.some((part) => day.parts[part])).reverse().map((day) => html`<tr><th scope="row">${day.day}</th>${parts.map((part) => html`<td>${sumInWords(day.parts[part], currency)}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
    </details>
  </figure>`;
}

function bar({ day, parts: sums }: Sums['days'][number], index: number, parts: readonly Part[], { id, most, step, currency }: { id: string; most: number; step: number; currency: string }): SVGTemplateResult {
  let y = HEIGHT;
  return svg`<g>${parts.map((part) => {
    const sum = sums[part];
    if (!sum || sum.amount === 0) return nothing;
    const height = Math.max(1, (sum.amount / most) * (HEIGHT - 1));
    y -= height;
    return svg`<rect x=${index * step + step * 0.12} y=${y} width=${step * 0.76} height=${height} fill="url(#${id}-${part})"><title>${day}: ${statusInWords(part).toLowerCase()} ${sumInWords(sum, currency)}</title></rect>`;
  })}</g>`;
}

function pattern(part: Part, id: string): SVGTemplateResult {
  return svg`<pattern id="${id}-${part}" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="fill ${part}" width="8" height="8" /><path class="mark" d=${MARKS[part] ?? ''} /></pattern>`;
}

function swatch(part: Part, id: string): TemplateResult {
  return html`<svg class="swatch" aria-hidden="true" width=${LEGEND} height=${LEGEND}><rect width=${LEGEND} height=${LEGEND} rx="4" fill="url(#${id}-${part})" /></svg>`;
}

function sumInWords(sum: Sum | undefined, currency: string): string {
  return sum ? `${amountInWords(sum.amount, currency)} (${counted(sum.count, 'payment')})` : '–';
}

function shortDay(day: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(day));
}
