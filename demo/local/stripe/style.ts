/** The look of every page of the stand-in. */
export const STYLE = `
:root {
  --ink: #1a2233;
  --soft: #596579;
  --line: #d5dae2;
  --panel: #f3f5f9;
  --accent: #1d5bd6;
  --wrong: #b3202c;
  --radius: 8px;
  color-scheme: light;
}
*, ::before, ::after { box-sizing: border-box; }
body {
  margin: 0;
  color: var(--ink);
  background: #fff;
  font: 16px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  -webkit-font-smoothing: antialiased;
}
h1, h2, p, ul, fieldset, legend { margin: 0; padding: 0; }
code { font-size: 0.92em; overflow-wrap: anywhere; }
a { color: var(--accent); }
.hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

/* The payment page: what is sold on the left, how to pay on the right. */
.checkout { display: grid; grid-template-columns: 1fr 1fr; min-height: 100vh; }
.summary { display: flex; justify-content: flex-end; background: var(--panel); }
.summary-inner { width: 100%; max-width: 460px; padding: 64px 56px 40px 32px; display: flex; flex-direction: column; }
.payment { padding: 64px 32px 40px 56px; }
.payment form { max-width: 400px; }
.merchant { display: flex; align-items: center; gap: 10px; margin-bottom: 36px; font-weight: 600; font-size: 15px; }
.initial {
  display: grid;
  place-items: center;
  width: 30px;
  height: 30px;
  border-radius: 50%;
  color: #fff;
  background: var(--ink);
  font-size: 14px;
}
.badge {
  padding: 2px 7px;
  border-radius: 4px;
  color: #7a3a00;
  background: #ffe0a3;
  font-size: 11px;
  font-weight: 700;
  letter-spacing: 0.04em;
  white-space: nowrap;
}
.summary h1 { font-weight: inherit; overflow-wrap: anywhere; }
.product { display: block; margin-bottom: 4px; color: var(--soft); font-size: 17px; font-weight: 500; }
.amount { display: block; font-size: 38px; font-weight: 650; line-height: 1.2; letter-spacing: -0.02em; }
.terms { color: var(--soft); }
.image { width: 160px; height: 160px; margin-top: 28px; border-radius: var(--radius); object-fit: cover; }
.note { color: var(--soft); font-size: 13px; }
.note span { display: inline-block; }
.summary .note { margin-top: auto; padding-top: 40px; }

/* The form. */
fieldset { min-width: 0; margin-bottom: 28px; border: 0; }
legend { margin-bottom: 14px; font-size: 17px; font-weight: 600; }
.field { min-width: 0; }
.field + label, .field + .field, .field + .pair { margin-top: 12px; }
label { display: block; margin-bottom: 5px; color: #3c475a; font-size: 14px; font-weight: 500; }
input:not([type='radio']), select {
  width: 100%;
  height: 44px;
  padding: 0 12px;
  border: 1px solid var(--line);
  border-radius: 6px;
  color: inherit;
  background: #fff;
  box-shadow: 0 1px 2px rgb(26 34 51 / 0.05);
  font: inherit;
  transition: border-color 0.12s, box-shadow 0.12s;
}
select {
  padding-right: 36px;
  appearance: none;
  background: #fff url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 12 8' fill='none' stroke='%23596579' stroke-width='1.6'%3E%3Cpath d='m1.5 1.5 4.5 4.5 4.5-4.5'/%3E%3C/svg%3E") right 14px center / 11px no-repeat;
}
input::placeholder { color: #717c8f; }
input[readonly] { color: var(--soft); background: var(--panel); }
:is(input, select):focus-visible {
  outline: none;
  border-color: var(--accent);
  box-shadow: 0 0 0 3px rgb(29 91 214 / 0.22);
}
input[aria-invalid='true'] { border-color: var(--wrong); }
input[aria-invalid='true']:focus-visible { box-shadow: 0 0 0 3px rgb(179 32 44 / 0.2); }
.error:not(:empty), .form-error:not(:empty) { margin-top: 5px; color: var(--wrong); font-size: 14px; }
.form-error:not(:empty) { margin-bottom: 12px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
.pair .field { margin-top: 0; }

.methods { border: 1px solid var(--line); border-radius: var(--radius); }
.method { display: grid; grid-template-columns: auto 1fr; align-items: center; padding: 0 16px; }
.method + .method { border-top: 1px solid var(--line); }
.method input[type='radio'] { width: 17px; height: 17px; margin: 0 11px 0 0; accent-color: var(--accent); }
.method-title { grid-column: 2; margin: 0; padding: 14px 0; color: inherit; font-size: 15px; font-weight: 600; }
.method label.method-title { cursor: pointer; }
.method-details { grid-column: 1 / -1; padding-bottom: 18px; }
.method:has(input[type='radio']:not(:checked)) .method-details { display: none; }
.hint { color: var(--soft); font-size: 14px; }

.SubmitButton {
  display: grid;
  width: 100%;
  min-height: 48px;
  padding: 10px 16px;
  border: 0;
  border-radius: 6px;
  color: #fff;
  background: var(--accent);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
  transition: background 0.12s;
}
.SubmitButton > * { grid-area: 1 / 1; place-self: center; }
.SubmitButton .busy { visibility: hidden; }
.SubmitButton--processing .busy { visibility: visible; }
.SubmitButton--processing .label { visibility: hidden; }
.SubmitButton:hover { background: #174bb3; }
.SubmitButton:disabled { background: #5f87d9; cursor: default; }
:is(button, a):focus-visible { outline: 3px solid rgb(29 91 214 / 0.45); outline-offset: 2px; }

/* Pages that only say something. */
.notice { display: grid; align-content: center; justify-items: center; gap: 12px; min-height: 100vh; padding: 32px 24px; text-align: center; }
.notice h1 { font-size: 26px; letter-spacing: -0.01em; }
.notice p { max-width: 46ch; color: var(--soft); overflow-wrap: anywhere; text-wrap: balance; }
.notice .note { max-width: none; margin-top: 24px; }

/* The index. */
.index { max-width: 800px; margin: 0 auto; padding: 48px 24px; }
.index h1 { margin-bottom: 12px; font-size: 28px; letter-spacing: -0.01em; }
.index h2 { margin: 36px 0 12px; font-size: 18px; }
.index ul { padding-left: 20px; }
.index ul + p { margin-top: 8px; color: var(--soft); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 15px; }
th { color: var(--soft); font-size: 13px; font-weight: 500; text-align: left; }
th, td { padding: 10px 16px 10px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td form { display: inline-block; margin-right: 8px; }
td button { padding: 4px 12px; border: 1px solid var(--line); border-radius: 6px; color: inherit; background: #fff; font: inherit; font-size: 14px; cursor: pointer; }
td button:hover { background: var(--panel); }

@media (max-width: 820px) {
  .checkout { display: block; }
  .summary-inner { max-width: 520px; margin: 0 auto; padding: 24px 20px 28px; }
  .merchant { margin-bottom: 20px; }
  .amount { font-size: 32px; }
  .image { width: 96px; height: 96px; margin-top: 16px; }
  .summary .note { padding-top: 16px; }
  .payment { max-width: 520px; margin: 0 auto; padding: 28px 20px 40px; }
  .payment form { max-width: none; }
}
@media (prefers-reduced-motion: reduce) {
  * { transition: none !important; }
}
`;
