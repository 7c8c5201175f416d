import { css } from 'lit';

/** Text and lines take the page's colour; only the accents are the element's own, in light and dark. */
export const styles = css`
  :host {
    --a: var(--isp-accent, light-dark(#4338ca, #a5b4fc));
    display: block;
    max-inline-size: 26rem;
  }
  :host([hidden]) {
    display: none;
  }
  [part='base'] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 12px;
  }
  [role] {
    flex: 0 0 100%;
  }
  [role]:empty {
    position: absolute;
  }
  [part='card'],
  button,
  a {
    padding: 12px 16px;
    border: 1px solid;
    border-radius: var(--isp-radius, 10px);
    font: inherit;
  }
  button,
  a {
    padding-inline: 24px;
    font-weight: 600;
    color: var(--a);
    text-decoration: none;
    background: none;
    cursor: pointer;
  }
  [part='button'] {
    color: var(--isp-on-accent, light-dark(#fff, #1e1b4b));
    background: var(--a);
    border-color: #0000;
  }
  [aria-disabled='true'] {
    opacity: 0.65;
    cursor: default;
  }
  :focus-visible {
    outline: 3px solid var(--a);
  }
  [part='card'] {
    display: grid;
    grid: auto / auto 1fr;
    gap: 2px 12px;
    border-color: color-mix(in srgb, currentColor 20%, #0000);
  }
  /* Each line in the direction of its own words, all on the side of the page's. */
  p,
  b {
    grid-column: 2;
    margin: 0;
    font-size: 0.875em;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
  svg + p,
  b {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 12px;
    font-size: 1em;
  }
  [name='support'] {
    display: block;
    grid-column: 2;
    font-size: 0.875em;
  }
  svg {
    inline-size: 20px;
    block-size: 1lh;
    fill: none;
    stroke: var(--isp-bad, light-dark(#b91c1c, #f87171));
    stroke-width: 2;
    stroke-linecap: round;
  }
  .done {
    stroke: var(--isp-good, light-dark(#15803d, #4ade80));
  }
  .wait,
  .back {
    stroke: var(--isp-wait, light-dark(#a16207, #facc15));
  }
  .busy {
    stroke: var(--a);
    stroke-dasharray: 36;
  }
  @media (forced-colors: active) {
    svg {
      stroke: CanvasText !important;
    }
  }
  [part='badge'] {
    padding: 2px 10px;
    border: 1px dashed;
    border-radius: 1em;
    font-size: 0.75em;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .busy {
      animation: turn 1s linear infinite;
    }
  }
`;
