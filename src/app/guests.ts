/** Who needs no login: by the rules for networks, and by `anonymous` where no rule holds. */
import type { Account, LoginAttempt } from '../accounts/account.ts';
import { definitionFor, findRule } from '../accounts/network-rules.ts';
import type { ServeSettings } from '../config/settings.ts';
import type { AccountBuilder } from './accounts.ts';

export class Guests {
  readonly #builder: AccountBuilder;
  #settings: Pick<ServeSettings, 'networks' | 'anonymous'>;

  constructor(builder: AccountBuilder, settings: ServeSettings) {
    this.#builder = builder;
    this.#settings = settings;
  }

  replace(settings: ServeSettings): void {
    this.#settings = settings;
  }

  readonly find = ({ address, protocol }: LoginAttempt): Account | undefined => {
    const { networks, anonymous } = this.#settings;
    const rule = findRule(networks, address);
    const definition = rule === undefined ? anonymous : definitionFor(rule, address);
    const isOpen = definition?.protocols?.includes(protocol) ?? definition !== undefined;
    return definition !== undefined && isOpen ? this.#builder.build(definition, 'anonymous') : undefined;
  };
}
