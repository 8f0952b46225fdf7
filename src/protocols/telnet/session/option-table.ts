/**
 * Which options are on, and what is said about them (RFC 1143, "the Q method"): every word of the peer has at most one
 * answer, and none where nothing changes, so that two peers cannot answer one another for ever.
 */
import type { Verb } from '../wire/code.ts';

/** Who does what the option is about: ourselves (WILL, answered by DO), or the peer (DO, answered by WILL). */
export type Side = 'us' | 'peer';
/** To do it, or not to. */
export type Wish = 'enable' | 'disable';

/** RFC 1143 §7: `opposite` where the wish has changed while the last one is not answered yet. */
export type OptionState = 'no' | 'yes' | 'wants-no' | 'wants-no-opposite' | 'wants-yes' | 'wants-yes-opposite';

interface Step {
  readonly next: OptionState;
  readonly say?: Wish;
}

type Steps = Readonly<Record<OptionState, Step>>;

/** What the peer's word does. Where we are asked in the state `no` and do not agree: {@link REFUSAL}. */
const HEARD: Readonly<Record<Wish, Steps>> = {
  enable: {
    no: { next: 'yes', say: 'enable' },
    yes: { next: 'yes' },
    // The peer answers no with yes, which is its error; it is taken at the word that was asked of it.
    'wants-no': { next: 'no' },
    'wants-no-opposite': { next: 'yes' },
    'wants-yes': { next: 'yes' },
    'wants-yes-opposite': { next: 'wants-no', say: 'disable' },
  },
  disable: {
    no: { next: 'no' },
    yes: { next: 'no', say: 'disable' },
    'wants-no': { next: 'no' },
    'wants-no-opposite': { next: 'wants-yes', say: 'enable' },
    'wants-yes': { next: 'no' },
    'wants-yes-opposite': { next: 'no' },
  },
};

const REFUSAL: Step = { next: 'no', say: 'disable' };

/** What our own wish does. */
const WISHED: Readonly<Record<Wish, Steps>> = {
  enable: {
    no: { next: 'wants-yes', say: 'enable' },
    yes: { next: 'yes' },
    'wants-no': { next: 'wants-no-opposite' },
    'wants-no-opposite': { next: 'wants-no-opposite' },
    'wants-yes': { next: 'wants-yes' },
    'wants-yes-opposite': { next: 'wants-yes' },
  },
  disable: {
    no: { next: 'no' },
    yes: { next: 'wants-no', say: 'disable' },
    'wants-no': { next: 'wants-no' },
    'wants-no-opposite': { next: 'wants-no' },
    'wants-yes': { next: 'wants-yes-opposite' },
    'wants-yes-opposite': { next: 'wants-yes-opposite' },
  },
};

const SAYS: Readonly<Record<Side, Readonly<Record<Wish, Verb>>>> = {
  us: { enable: 'will', disable: 'wont' },
  peer: { enable: 'do', disable: 'dont' },
};

const HEARS: Readonly<Record<Verb, { readonly side: Side; readonly wish: Wish }>> = {
  will: { side: 'peer', wish: 'enable' },
  wont: { side: 'peer', wish: 'disable' },
  do: { side: 'us', wish: 'enable' },
  dont: { side: 'us', wish: 'disable' },
};

/** Options that the peer may ask for, or offer; all others are refused. */
export type Agreement = Readonly<Record<Side, ReadonlySet<number>>>;

export interface OptionChange {
  readonly side: Side;
  readonly option: number;
  readonly isOn: boolean;
}

export interface Outcome {
  /** To be sent. */
  readonly answer?: { readonly verb: Verb; readonly option: number };
  readonly change?: OptionChange;
}

export class OptionTable {
  readonly #agreement: Agreement;
  /** What is not there is off. At most 256 rows on each side. */
  readonly #states: Readonly<Record<Side, Map<number, OptionState>>> = { us: new Map(), peer: new Map() };

  constructor(agreement: Agreement) {
    this.#agreement = agreement;
  }

  isOn(side: Side, option: number): boolean {
    return this.#state(side, option) === 'yes';
  }

  /** The peer said it. */
  hear(verb: Verb, option: number): Outcome {
    const { side, wish } = HEARS[verb];
    const state = this.#state(side, option);
    const isRefused = wish === 'enable' && state === 'no' && !this.#agreement[side].has(option);
    return this.#take(side, option, isRefused ? REFUSAL : HEARD[wish][state]);
  }

  /** We want it so. */
  wish(side: Side, option: number, wish: Wish): Outcome {
    return this.#take(side, option, WISHED[wish][this.#state(side, option)]);
  }

  #state(side: Side, option: number): OptionState {
    return this.#states[side].get(option) ?? 'no';
  }

  #take(side: Side, option: number, { next, say }: Step): Outcome {
    const wasOn = this.isOn(side, option);
    if (next === 'no') this.#states[side].delete(option);
    else this.#states[side].set(option, next);
    const isOn = next === 'yes';
    return {
      ...(say === undefined ? {} : { answer: { verb: SAYS[side][say], option } }),
      ...(isOn === wasOn ? {} : { change: { side, option, isOn } }),
    };
  }
}
