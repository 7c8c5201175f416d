/** What administrators may do. */
import { Principal } from '@dfinity/principal';
import { CallerError } from '../caller-error.js';
import { SESSION_ID } from '../contract.js';
import type { Inquiry } from '../payments/inquiry.js';
import { ANONYMOUS, CONTROLLERS_ONLY, changedSettings, masked, type DecodedChanges, type Settings } from '../settings.js';
import { checkConnection, type Connection } from '../stripe/connection.js';
import type { StripeClient } from '../stripe/client.js';
import { seconds, type System } from '../system.js';
import type { CanisterStats } from './canister-stats.js';
import type { CheckResultValue, ListArgumentValue, ListPageValue, PaymentViewValue, SettingsViewValue, StatsValue } from './interface.js';
import type { PaymentList } from './payment-list.js';

/** Who calls. */
export interface Caller {
  /** The principal, as text. */
  principal: string;
  isController: boolean;
}

const A_MONTH = 30 * 86_400;

/** Every method throws a CallerError for what the caller must mend. */
export class Admin {
  constructor(
    private readonly system: System,
    private readonly settings: Settings,
    private readonly stripe: StripeClient,
    private readonly inquiry: Inquiry,
    private readonly list: PaymentList,
    private readonly stats: CanisterStats,
    private readonly configure: (settings: Settings) => void,
  ) {}

  /** Whether somebody is an administrator. Controllers always are. */
  isAdmin({ principal, isController }: Caller): boolean {
    return isController || this.settings.admins.includes(principal);
  }

  /** Throws unless the caller is an administrator. */
  check(caller: Caller): void {
    if (this.isAdmin(caller)) return;
    const remedy = caller.principal === ANONYMOUS ? 'call with an identity of yours' : `a controller can add ${caller.principal} to admins`;
    throw new CallerError(`Only administrators may do this: ${remedy}.`);
  }

  getSettings(): SettingsViewValue {
    const { idempotent_proxy: proxy, admins, fulfillers, ...settings } = this.settings;
    return {
      ...settings,
      api_key: masked(settings.api_key),
      idempotent_proxy: proxy === null ? [] : [proxy],
      webhook_secrets: settings.webhook_secrets.map(masked),
      payment_links: [...settings.payment_links],
      accept_modes: [...settings.accept_modes],
      admins: admins.map((admin) => Principal.fromText(admin)),
      fulfillers: fulfillers.map(({ canister, payment_links, method }) => ({ canister: Principal.fromText(canister), payment_links: [...payment_links], method: method === null ? [] : [method] })),
      domains: [...settings.domains],
    };
  }

  /** Changes some settings; all or, where one of them is wrong, none. */
  updateSettings({ isController }: Caller, changes: DecodedChanges): void {
    const reserved = CONTROLLERS_ONLY.filter((field) => changes[field].length > 0);
    if (reserved.length > 0 && !isController) throw new CallerError(`Only a controller may change ${reserved.join(', ')}.`);
    this.configure(changedSettings(this.settings, changes));
  }

  /** Asks Stripe whether the key works. */
  checkConnection(): Promise<Connection> {
    return checkConnection(this.stripe, this.settings, seconds(this.system) - A_MONTH);
  }

  getPayment(id: string): [] | [PaymentViewValue] {
    const payment = this.list.get(id);
    return payment ? [payment] : [];
  }

  listPayments(argument: ListArgumentValue): ListPageValue {
    return this.list.page(argument);
  }

  listConcerns(): PaymentViewValue[] {
    return this.list.concerns();
  }

  /** Asks Stripe about a payment, whatever is known of it. */
  async checkPayment(id: string): Promise<CheckResultValue> {
    if (!SESSION_ID.test(id)) throw new CallerError('A Checkout Session id is cs_test_ or cs_live_ with letters and digits after it.');
    if (this.settings.api_key === '') throw new CallerError('There is no API key to ask Stripe with: set api_key.');
    const found = await this.inquiry.session(id);
    const payment = this.getPayment(id);
    if ('payment' in found) return { status: found.payment.status, reason: payment[0]?.reason ?? [], payment };
    const { status, reason } = ('setback' in found ? found.setback : found.refused).answer;
    return { status, reason: reason ? [reason] : [], payment };
  }

  canisterStats(): StatsValue {
    return this.stats.now();
  }
}
