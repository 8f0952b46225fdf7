/** Who needs no login: by the rules for networks, and by `anonymous` where no rule holds. */
import type { Account, LoginAttempt } from '../accounts/account.ts';
import { definitionFor, findRule, GUEST_NAME } from '../accounts/network-rules.ts';
import type { ServeSettings } from '../config/settings.ts';
import type { AccountBuilder } from './accounts.ts';

export class Guests {
  readonly #builder: AccountBuilder;
  #settings: Pick<ServeSettings, 'networks' | 'anonymous'>;

  constructor(builder: AccountBuilder, settings: ServeSettings) {
    this.#builder = builder;
    this.#settings = settings;
  }

  /** Puts new rules in force; gives the name of guests when theirs have changed. */
  replace(settings: ServeSettings): readonly string[] {
    const before = JSON.stringify([this.#settings.networks, this.#settings.anonymous]);
    this.#settings = settings;
    return before === JSON.stringify([settings.networks, settings.anonymous]) ? [] : [GUEST_NAME];
  }

  readonly find = ({ address, protocol }: LoginAttempt): Account | undefined => {
    const { networks, anonymous } = this.#settings;
    const rule = findRule(networks, address);
    const definition = rule === undefined ? anonymous : definitionFor(rule, address);
    const isOpen = definition?.protocols?.includes(protocol) ?? definition !== undefined;
    return definition !== undefined && isOpen ? this.#builder.build(definition, 'anonymous') : undefined;
  };
}
