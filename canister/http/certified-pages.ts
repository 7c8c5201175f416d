/** Final answers about sessions, with the subnet's certificate. */
import type { CertifiedAnswers } from '../certification/certified-answers.js';
import type { Template } from '../encoding/candid-template.js';
import type { StoredPayment } from '../storage/payment-record.js';
import type { System } from '../system.js';
import { certifiedTemplate } from './response-template.js';
import { JSON_HEADERS } from './responses.js';

export class CertifiedPages {
  private readonly template: Template;

  constructor(
    private readonly system: System,
    private readonly answers: CertifiedAnswers,
  ) {
    this.template = certifiedTemplate(JSON_HEADERS, answers.expression);
  }

  /** The answer about a session, in Candid; undefined where it is not certified, or this is no query. */
  response(id: string, answer: Uint8Array): Uint8Array | undefined {
    const certificate = this.answers.has(id) ? this.system.certificate() : undefined;
    const header = certificate && this.answers.certificateHeader(id, certificate);
    return header && this.template.fill([answer, header]);
  }

  /** Has the final answer about a session certified, where it is not yet. */
  keep(id: string, answer: Uint8Array): void {
    if (this.answers.has(id)) return;
    this.answers.set(id, answer);
    this.commit();
  }

  /**
   * Goes by what is known of a session now, from {@link commit} on. What is final stays so, until it is forgotten.
   * @param payment that the merchant accepts
   */
  changed(id: string, payment: StoredPayment | undefined): void {
    if (payment === undefined) this.answers.remove(id);
    else if (payment.due === undefined) this.answers.set(id, payment.answer);
  }

  /** Forgets all, for they may no longer be true. */
  clear(): void {
    this.answers.clear();
    this.commit();
  }

  /** Has the subnet certify what is kept. */
  commit(): void {
    const root = this.answers.takeRoot();
    if (root) this.system.certify(root);
  }
}
