/* global document */
// Writes down what the tag says, for the one who is about to paste it.
const list = document.getElementById('events');

for (const type of ['ic-stripe-redirect', 'ic-stripe-return', 'ic-stripe-status', 'ic-stripe-paid', 'ic-stripe-error']) {
  document.addEventListener(type, (event) => {
    const item = document.createElement('li');
    const name = document.createElement('code');
    name.textContent = type;
    item.append(name, ` ${event.status ?? event.code ?? ''}`);
    list.append(item);
  });
}
