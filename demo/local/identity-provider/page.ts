import { html } from '../html.js';

/** Who can be chosen by one click. */
const USERS = ['Merchant', 'Shopper', 'Somebody else'];

/** The page of the window that auth-client opens. It is the same for everybody; sign-in.js does the rest. */
export function signInPage(): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in – local stand-in for Internet Identity</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<script type="module" src="/sign-in.js"></script>
</head>
<body>
<main>
  <p class="badge">LOCAL STAND-IN</p>
  <h1>Sign in</h1>
  <p id="state" role="status">Waiting for the app that opened this window…</p>
  <p id="error" role="alert"></p>
  <div id="choice" hidden>
    <p id="asking"><code id="origin"></code> asks who you are.</p>
    <p id="derivation" hidden>You will be whoever you are at <code id="derivation-origin"></code>, which allows it.</p>
    <h2>Continue as</h2>
    <div class="users">
      ${USERS.map((user) => html`<button type="button" data-user="${user}"><span class="initial" aria-hidden="true">${user.slice(0, 1)}</span>${user}</button>`)}
    </div>
    <form>
      <label for="name">Another name</label>
      <div class="pair">
        <input id="name" name="name" maxlength="64" pattern=".*\\S.*" title="A name, such as Ada" autocomplete="off" spellcheck="false" required>
        <button>Continue</button>
      </div>
    </form>
    <button type="button" id="cancel">Cancel</button>
  </div>
  <p class="note">This stands in for Internet Identity on this machine. It asks for no password and believes every name, so its identities are worth nothing: keep nothing of value under them.</p>
</main>
</body>
</html>
`.text;
}
