import { css } from 'lit';

/** Sober: one accent, thin lines, much room. In light and dark by the page's `color-scheme`. */
export const styles = css`
  :host {
    --accent: var(--isp-accent, light-dark(#4338ca, #a5b4fc));
    --on-accent: var(--isp-on-accent, light-dark(#fff, #1e1b4b));
    --good: var(--isp-good, light-dark(#15803d, #4ade80));
    --wait: var(--isp-wait, light-dark(#92610a, #facc15));
    --bad: var(--isp-bad, light-dark(#b91c1c, #f87171));
    --radius: var(--isp-radius, 10px);
    --text: light-dark(#1c1e26, #e6e8ee);
    --quiet: light-dark(#565b6b, #a3a9b8);
    --ground: light-dark(#f5f6f8, #101218);
    --surface: light-dark(#fff, #191c24);
    --line: light-dark(#dcdfe6, #323744);
    display: block;
    color: var(--text);
    background: var(--ground);
    font: 16px/1.5 system-ui, sans-serif;
    overflow-wrap: anywhere;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before {
    box-sizing: border-box;
  }
  .base {
    max-inline-size: 60rem;
    margin-inline: auto;
    padding: clamp(12px, 3vw, 32px);
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  h2,
  h3,
  h4,
  p,
  dl,
  dd,
  ul,
  ol,
  figure {
    margin: 0;
    padding: 0;
  }
  h2 {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 12px;
    font-size: 1.625rem;
    line-height: 1.25;
    letter-spacing: -0.01em;
  }
  h3 {
    font-size: 1.0625rem;
  }
  h4 {
    font-size: 1rem;
  }
  ul,
  ol {
    list-style: none;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    align-items: baseline;
    gap: 4px 16px;
  }
  section,
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
  }
  .view {
    gap: 28px;
    padding-block: 28px;
  }
  form {
    gap: 20px;
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    align-items: center;
    gap: 4px 16px;
    padding-block-end: 12px;
  }
  .brand {
    font-weight: 650;
  }
  .brand .quiet {
    display: block;
    font-weight: 400;
  }
  .who {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  nav {
    display: flex;
    gap: clamp(0px, 1vw, 4px);
    overflow-x: auto;
    border-block-end: 1px solid var(--line);
  }
  nav button {
    padding: 10px clamp(8px, 2vw, 14px);
    border: 0;
    border-block-end: 3px solid #0000;
    border-radius: 0;
    background: none;
    color: var(--quiet);
    white-space: nowrap;
  }
  nav [aria-current] {
    border-color: var(--accent);
    color: var(--text);
    font-weight: 600;
  }
  .quiet,
  .hint,
  dt,
  time,
  .axis,
  .scale {
    color: var(--quiet);
    font-size: 0.875rem;
  }
  .card {
    padding: clamp(16px, 3vw, 24px);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .door {
    max-inline-size: 36rem;
    margin: 10vh auto;
    gap: 16px;
    padding: clamp(20px, 5vw, 40px);
  }
  .notice {
    padding: 12px 16px;
    border: 1px solid var(--line);
    border-inline-start: 4px solid var(--accent);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .notice.bad {
    border-inline-start-color: var(--bad);
  }
  .notice.good {
    border-inline-start-color: var(--good);
  }
  .notice ul {
    padding-inline-start: 20px;
    list-style: disc;
  }
  .notice > button {
    margin-block-start: 8px;
  }
  [role='alert']:empty {
    display: none;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
  }
  .concerns {
    display: grid;
    gap: 12px;
  }
  .concerns li {
    display: grid;
    gap: 8px;
  }
  button {
    padding: 9px 16px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    font: inherit;
    cursor: pointer;
  }
  button:hover {
    border-color: var(--accent);
  }
  button.main {
    border-color: #0000;
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.plain {
    padding-inline: 4px;
    border-color: #0000;
    background: none;
    color: var(--accent);
  }
  button[aria-disabled] {
    opacity: 0.6;
    cursor: default;
  }
  a,
  summary {
    color: var(--accent);
  }
  summary {
    cursor: pointer;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  #payment-title {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 12px;
    font-size: 1.375rem;
  }
  h2:focus-visible,
  h3:focus-visible {
    outline: none;
  }
  code {
    font: 0.875em/1.5 ui-monospace, monospace;
  }
  .copyable {
    display: flex;
    align-items: flex-start;
    gap: 8px;
  }
  .copyable code {
    flex: 1;
    min-inline-size: 0;
    padding: 10px 12px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--ground);
    white-space: pre-wrap;
  }
  .progress {
    display: inline-flex;
    align-items: center;
    gap: 10px;
    color: var(--quiet);
  }
  .spinner {
    inline-size: 1em;
    block-size: 1em;
    border: 2px solid var(--line);
    border-block-start-color: var(--accent);
    border-radius: 50%;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .spinner {
      animation: turn 1s linear infinite;
    }
  }
  .badges {
    display: inline-flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  .badge {
    padding: 1px 10px;
    border: 1px solid currentColor;
    border-radius: 1em;
    color: var(--quiet);
    font-size: 0.8125rem;
    font-weight: 500;
    letter-spacing: normal;
    white-space: nowrap;
  }
  .badge.paid,
  span.good,
  dd.good {
    color: var(--good);
  }
  .badge.processing,
  dd.warn {
    color: var(--wait);
  }
  .badge.failed,
  .badge.flag,
  dd.bad {
    color: var(--bad);
  }
  .badge.test {
    border-style: dashed;
  }
  .filter {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 12px;
  }
  .filter label {
    display: grid;
    gap: 4px;
    font-size: 0.875rem;
    font-weight: 600;
  }
  .filter label:nth-child(2) {
    flex: 1 1 14rem;
  }
  .export {
    align-self: center;
  }
  input:not([type='checkbox']),
  select,
  textarea {
    inline-size: 100%;
    padding: 9px 12px;
    border: 1px solid light-dark(#8b90a0, #6b7182);
    border-radius: var(--radius);
    background: var(--surface);
    color: inherit;
    font: inherit;
    font-size: 1rem;
    font-weight: 400;
    line-height: 1.5;
  }
  select {
    block-size: calc(1.5rem + 20px);
  }
  textarea {
    resize: vertical;
  }
  :read-only:is(input:not([type='checkbox']), textarea),
  :disabled {
    border-style: dashed;
    background: var(--ground);
    color: var(--quiet);
  }
  [aria-invalid] {
    border-color: var(--bad) !important;
  }
  input[type='checkbox'] {
    inline-size: 1.125em;
    block-size: 1.125em;
    margin: 0;
    accent-color: var(--accent);
  }
  fieldset {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 20px;
    min-inline-size: 0;
    margin: 0;
  }
  legend {
    float: inline-start;
    padding: 0;
    font-size: 1.0625rem;
    font-weight: 650;
  }
  .field,
  .nested {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
  }
  .nested {
    padding: 12px 16px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  .nested button,
  .field > button {
    justify-self: start;
  }
  .field > label:not(.check),
  .nested > label,
  .label {
    font-size: 0.9375rem;
    font-weight: 600;
  }
  .check {
    display: flex;
    align-items: center;
    gap: 10px;
  }
  .fault {
    color: var(--bad);
    font-size: 0.875rem;
  }
  .theirs {
    color: var(--wait);
    font-size: 0.875rem;
  }
  .save {
    position: sticky;
    inset-block-end: 0;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
    padding-block: 12px;
    border-block-start: 1px solid var(--line);
    background: var(--ground);
  }
  .save > div:not(:empty) {
    flex: 1 0 100%;
  }
  .rows {
    padding: 0;
    overflow: clip;
  }
  .rows li + li {
    border-block-start: 1px solid var(--line);
  }
  .row {
    display: grid;
    grid-template-columns: 8rem minmax(0, 1fr) auto;
    align-items: center;
    gap: 4px 16px;
    inline-size: 100%;
    padding: 14px clamp(16px, 3vw, 24px);
    border: 0;
    border-radius: 0;
    text-align: start;
  }
  .row:hover {
    background: var(--ground);
  }
  .row:focus-visible {
    outline-offset: -3px;
  }
  .row .badges {
    grid-column: 3;
    justify-content: end;
  }
  .row .amount {
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  .row .reference {
    grid-area: 1 / 2;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .row time {
    grid-area: 2 / 2;
  }
  .empty {
    text-align: center;
    color: var(--quiet);
  }
  dl {
    display: grid;
    gap: 12px;
  }
  dl > div {
    display: grid;
    grid-template-columns: 11rem minmax(0, 1fr);
    gap: 0 16px;
  }
  .chart {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
  }
  figcaption {
    display: grid;
    gap: 8px;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 20px;
    font-size: 0.875rem;
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .chart svg[role] {
    display: block;
    inline-size: 100%;
  }
  .scale,
  .axis {
    font-size: 0.8125rem;
  }
  .axis {
    display: flex;
    justify-content: space-between;
  }
  .grid {
    stroke: var(--line);
  }
  .mark {
    fill: none;
    stroke: var(--surface);
    stroke-width: 1.5;
  }
  .fill.paid {
    fill: var(--good);
  }
  .fill.processing {
    fill: var(--wait);
  }
  .fill.refunded {
    fill: var(--accent);
  }
  .scroll {
    overflow-x: auto;
    margin-block-start: 8px;
  }
  table {
    border-collapse: collapse;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 6px 20px 6px 0;
    border-block-end: 1px solid var(--line);
    text-align: start;
    white-space: nowrap;
  }
  .checks {
    display: grid;
    gap: 12px;
  }
  .check-item {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 16px;
  }
  .check-item > div {
    display: grid;
    gap: 10px;
  }
  .sign {
    display: grid;
    place-items: center;
    inline-size: 28px;
    block-size: 28px;
    border: 2px solid;
    border-radius: 50%;
    color: var(--quiet);
    font-weight: 700;
  }
  .sign.good {
    color: var(--good);
  }
  .sign.warn {
    color: var(--wait);
  }
  .sign.bad {
    color: var(--bad);
  }
  @media (max-width: 40rem) {
    dl > div {
      grid-template-columns: minmax(0, 1fr);
    }
    nav button {
      flex: 1 0 auto;
      padding-inline: 4px;
      font-size: 0.9375rem;
    }
    .filter label {
      flex: 1 0 100%;
    }
    .row {
      grid-template-columns: minmax(0, 1fr) auto;
    }
    .row .badges {
      grid-area: 1 / 2;
    }
    .row .reference {
      grid-area: 2 / 1 / auto / 3;
    }
    .row time {
      grid-area: 3 / 1 / auto / 3;
    }
    .copyable {
      flex-wrap: wrap;
    }
    .copyable code {
      flex: 1 0 100%;
    }
  }
  @media (forced-colors: active) {
    .mark {
      stroke: Canvas;
    }
    .fill {
      fill: CanvasText !important;
    }
  }
`;
