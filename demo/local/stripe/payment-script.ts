/**
 * What the payment page runs in the browser. It works without: the form then posts by itself.
 * With it a declined card leaves no entry in the history, so Back leads straight to the shop.
 */
export const PAYMENT_SCRIPT = `
const form = document.forms[0];
const button = form.querySelector('.SubmitButton');

function busy(on) {
  button.disabled = on;
  button.classList.toggle('SubmitButton--processing', on);
}

function show(errors) {
  let first;
  for (const input of form.querySelectorAll('[aria-describedby]')) {
    const error = errors[input.id] ?? '';
    document.getElementById(input.id + '-error').textContent = error;
    input.setAttribute('aria-invalid', String(error !== ''));
    if (error !== '') first ??= input;
  }
  document.getElementById('form-error').textContent = errors.form ?? '';
  first?.focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  busy(true);
  show({});
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(new FormData(form)),
    });
    const answer = await response.json();
    if (answer.redirect) {
      location.assign(answer.redirect);
      return;
    }
    show(answer.errors);
  } catch {
    show({ form: 'The stand-in does not answer. Is it still running?' });
  }
  busy(false);
});

const groups = {
  cardNumber: (digits) => digits.slice(0, 19).replace(/(\\d{4})(?=\\d)/g, '$1 '),
  cardExpiry: (digits) => {
    const padded = /^[2-9]/.test(digits) ? '0' + digits : digits;
    const year = padded.length > 4 ? padded.slice(-2) : padded.slice(2, 4);
    return padded.length > 2 ? padded.slice(0, 2) + ' / ' + year : padded;
  },
  cardCvc: (digits) => digits.slice(0, 4),
};
for (const [id, format] of Object.entries(groups)) {
  document.getElementById(id)?.addEventListener('input', (event) => {
    const input = event.target;
    // Only while typing at the end: elsewhere the caret would jump.
    if (input.selectionStart !== input.value.length) return;
    input.value = format(input.value.replace(/\\D/g, ''));
  });
}

// Coming back to a page the browser kept: its session may be paid, so ask anew.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
`;
