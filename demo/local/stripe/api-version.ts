/** The version for who asks for none, and of what webhooks say: https://docs.stripe.com/api/versioning */
export const API_VERSION = '2026-10-28.endive';
