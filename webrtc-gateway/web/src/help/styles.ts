// How the button and its window look. A site changes it by custom properties and by ::part.

import { css } from "lit";

export const styles = css`
  :host {
    --_accent: var(--cordpair-accent, #0b5cad);
    --_on-accent: var(--cordpair-on-accent, #fff);
    --_surface: var(--cordpair-surface, #fff);
    --_text: var(--cordpair-text, #1b2430);
    --_soft: var(--cordpair-text-soft, #4c5868);
    --_line: var(--cordpair-line, #d5dbe3);
    --_tint: var(--cordpair-tint, #eef4fb);
    --_danger: var(--cordpair-danger, #b3261e);
    --_radius: var(--cordpair-radius, 14px);
    --_on-danger: #fff;
    display: inline-block;
    font: 400 1rem/1.45 var(--cordpair-font, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif);
    color: var(--_text);
  }
  @supports (color: light-dark(#000, #fff)) {
    /* As the page around is: its own color-scheme decides, never the system's alone. */
    :host {
      --_accent: var(--cordpair-accent, light-dark(#0b5cad, #8cc0ff));
      --_on-accent: var(--cordpair-on-accent, light-dark(#fff, #0d1726));
      --_surface: var(--cordpair-surface, light-dark(#fff, #1a212c));
      --_text: var(--cordpair-text, light-dark(#1b2430, #e8edf4));
      --_soft: var(--cordpair-text-soft, light-dark(#4c5868, #aeb9c7));
      --_line: var(--cordpair-line, light-dark(#d5dbe3, #333d4b));
      --_tint: var(--cordpair-tint, light-dark(#eef4fb, #14304f));
      --_danger: var(--cordpair-danger, light-dark(#b3261e, #ffb0a6));
      --_on-danger: light-dark(#fff, #0d1726);
    }
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  button {
    font: inherit;
    font-weight: 600;
    cursor: pointer;
    border-radius: 999px;
    border: 1px solid transparent;
    padding: 0.6em 0.95em;
    min-height: 44px;
    background: var(--_accent);
    color: var(--_on-accent);
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
  }
  button:hover {
    filter: brightness(1.08);
  }
  button:focus-visible,
  .card:focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  button[disabled] {
    background: var(--_line);
    color: var(--_soft);
    cursor: default;
    filter: none;
  }
  .quiet {
    background: var(--_surface);
    color: var(--_text);
    border-color: #8a95a3;
  }
  .quiet[aria-pressed="true"] {
    background: var(--_text);
    color: var(--_surface);
    border-color: var(--_text);
  }
  .danger {
    background: var(--_danger);
    color: var(--_on-danger);
  }
  .link {
    background: none;
    color: var(--_soft);
    padding: 0.3em 0;
    font-weight: 500;
    text-decoration: underline;
  }
  svg {
    inline-size: 1.15em;
    block-size: 1.15em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .card {
    position: fixed;
    inset-block-end: var(--cordpair-inset, 20px);
    inset-inline-end: var(--cordpair-inset, 20px);
    inline-size: min(360px, calc(100vw - 24px));
    max-block-size: calc(100vh - 40px);
    overflow: auto;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    box-shadow: 0 18px 50px rgb(15 30 55 / 24%);
    z-index: var(--cordpair-z, 2147483000);
    text-align: start;
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 10px 8px 10px 18px;
    border-block-end: 1px solid var(--_line);
  }
  .rtl .bar {
    padding: 10px 18px 10px 8px;
  }
  .bar span {
    flex: 1;
    font-weight: 650;
    font-size: 0.95rem;
  }
  .icon {
    min-inline-size: 44px;
    padding: 0;
    background: none;
    color: var(--_soft);
  }
  .body {
    padding: 20px 18px 18px;
    display: grid;
    gap: 14px;
  }
  h2 {
    margin: 0;
    font-size: 1.3rem;
    line-height: 1.25;
    font-weight: 700;
  }
  p {
    margin: 0;
    color: var(--_soft);
  }
  .stay {
    font-size: 0.875rem;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
  }
  .row button {
    flex: 1 1 auto;
  }
  .dots {
    display: flex;
    gap: 7px;
  }
  .dots i {
    inline-size: 10px;
    block-size: 10px;
    border-radius: 50%;
    background: var(--_accent);
    animation: breathe 1.4s infinite ease-in-out;
  }
  .dots i:nth-child(2) {
    animation-delay: 0.2s;
  }
  .dots i:nth-child(3) {
    animation-delay: 0.4s;
  }
  @keyframes breathe {
    0%,
    100% {
      opacity: 0.25;
    }
    40% {
      opacity: 1;
    }
  }
  .picture {
    position: relative;
    background: #10151d;
    border-radius: 10px;
    overflow: hidden;
    aspect-ratio: 4 / 3;
  }
  .picture video {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
    display: block;
  }
  .picture .own {
    position: absolute;
    inset-block-end: 8px;
    inset-inline-end: 8px;
    inline-size: 27%;
    block-size: auto;
    border-radius: 8px;
    border: 2px solid #fff;
  }
  .ask {
    background: var(--_tint);
    border-radius: 12px;
    padding: 14px;
    display: grid;
    gap: 10px;
  }
  .ask strong {
    color: var(--_text);
  }
  .on-air {
    display: flex;
    align-items: center;
    gap: 10px;
    background: #fff3d6;
    color: #5c3d00;
    border-radius: 12px;
    padding: 8px 8px 8px 14px;
    font-weight: 600;
  }
  .on-air span {
    flex: 1;
  }
  .on-air button {
    background: #5c3d00;
    color: #fff;
    padding-inline: 0.9em;
  }
  .trouble h2 {
    color: var(--_danger);
  }
  .heard {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  ::slotted([slot="waiting"]) {
    display: block;
    max-inline-size: 100%;
    border-radius: 10px;
  }
  @media (max-width: 480px) {
    .card {
      inset-inline: 0;
      inset-block-end: 0;
      inline-size: 100%;
      border-radius: var(--_radius) var(--_radius) 0 0;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .dots i {
      animation: none;
      opacity: 0.7;
    }
  }
  @media (forced-colors: active) {
    button,
    .card {
      border-color: ButtonText;
    }
  }
`;
