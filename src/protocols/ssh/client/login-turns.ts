/** Which way of logging in is tried next, as far as the server takes it (RFC 4252 §5). */
import { printable } from '../../../base/escape.ts';
import type { LoginWay, OfferedIdentity, Question } from './options.ts';

type Prompt = readonly { readonly prompt: string; readonly echo?: boolean }[];

/** Name, instructions, language, questions, and where the answers go. */
type AskedByLibrary = [string, string, string, Prompt, (answers: readonly string[]) => void];

/** What the library is told; `false`: there is nothing left. */
type NextWay =
  false | 'none' | { readonly type: string; readonly username: string; readonly [detail: string]: unknown };

export class LoginTurns {
  readonly #user: string;
  readonly #left: LoginWay[];
  readonly #tried: string[] = [];
  #accepted: readonly string[] = [];
  /** Why no further way could be tried, where that was not for want of one. */
  failure: unknown;
  readonly #complaints: string[] = [];
  #unused: readonly string[] = [];
  #asking = 0;
  #questioned = false;
  #password: Promise<string | undefined> | undefined;
  #identities: AsyncIterator<OfferedIdentity> | undefined;

  constructor(user: string, ways: readonly LoginWay[]) {
    this.#user = user;
    this.#left = [...ways];
  }

  /** A person is being asked. */
  get isAsking(): boolean {
    return this.#asking > 0;
  }

  /** A person is asked until the returned function is called. */
  pauseClock(): () => void {
    this.#asking += 1;
    return () => {
      this.#asking -= 1;
    };
  }

  /** `accepted`: what the server would take now; `null` before it was asked. Never rejects. */
  async next(accepted: readonly string[] | null): Promise<NextWay> {
    if (accepted === null) return 'none';
    this.#accepted = accepted;
    try {
      for (let way = this.#left.shift(); way !== undefined; way = this.#left.shift()) {
        if (this.failure !== undefined) return false;
        const next = await this.#turn(way);
        if (next !== undefined) return next;
      }
    } catch (error) {
      this.failure = error;
    }
    return false;
  }

  /** A way went wrong on this side, in a whole sentence; the next one may do. */
  complain(sentence: string): void {
    this.#complaints.push(sentence);
  }

  whyRefused(host: string): string {
    const takes = this.#accepted.map(printable).join(', ');
    const tried = this.#tried.length === 0 ? 'there was nothing to try' : `tried were ${this.#tried.join(', ')}`;
    const refused = `${host} refused the login of ${printable(this.#user)}: ${tried}; it takes ${takes === '' ? 'nothing' : takes}`;
    const whys = [...this.#unused, ...this.#complaints].map((sentence) => printable(sentence));
    return [refused, ...whys].map((sentence) => sentence.replace(/\.$/, '')).join('. ');
  }

  #takes(method: string): boolean {
    return this.#accepted.includes(method);
  }

  async #turn(way: LoginWay): Promise<NextWay | undefined> {
    const username = this.#user;
    switch (way.kind) {
      case 'key':
        if (!this.#takes('publickey')) return undefined;
        this.#tried.push(`the key ${printable(way.key.comment || way.key.type)}`);
        return { type: 'publickey', username, key: way.key };
      case 'identities':
        return this.#takes('publickey') ? await this.#identityTurn(way) : undefined;
      case 'password':
        return await this.#passwordTurn(way);
      case 'questions':
        if (!this.#takes('keyboard-interactive') || this.#questioned) return undefined;
        return this.#questionTurn(async (questions) => await way.answer(questions));
    }
  }

  /** The same way is left for the next turn, until it has no more keys. */
  async #identityTurn(way: Extract<LoginWay, { kind: 'identities' }>): Promise<NextWay | undefined> {
    this.#identities ??= way.keys[Symbol.asyncIterator]();
    this.#unused = way.unused ?? [];
    const resume = this.pauseClock();
    const next = await this.#identities.next().finally(resume);
    if (next.done === true) return undefined;
    const { agent, comment, file } = next.value;
    this.#left.unshift(way);
    this.#tried.push(`the key ${printable(file ?? comment)}`);
    return { type: 'agent', username: this.#user, agent };
  }

  /** Servers that know passwords only by question and answer are answered with it too. */
  async #passwordTurn(way: Extract<LoginWay, { kind: 'password' }>): Promise<NextWay | undefined> {
    const [direct, asked] = [this.#takes('password'), this.#takes('keyboard-interactive')];
    if (!direct && !asked) return undefined;
    this.#password ??= this.#ask(way.ask);
    const password = await this.#password;
    if (password === undefined) return undefined;
    if (!direct) return this.#questionTurn(async (questions) => passwordFor(questions, password));
    this.#tried.push('the password');
    return { type: 'password', username: this.#user, password };
  }

  #questionTurn(answer: (questions: readonly Question[]) => Promise<readonly string[] | undefined>): NextWay {
    this.#questioned = true;
    this.#tried.push('its questions');
    const prompt = (...[, , , prompts, finish]: AskedByLibrary): void => {
      const questions = prompts.map(({ prompt: text, echo }): Question => ({
        prompt: text,
        echo: echo === true ? 'shown' : 'hidden',
      }));
      const answers = this.#ask(() => (questions.length === 0 ? Promise.resolve([]) : answer(questions)));
      void answers.then((given) => finish(given ?? []));
    };
    return { type: 'keyboard-interactive', username: this.#user, prompt };
  }

  /** What goes wrong here ends the login: a file that is not there, or a person who gave up. */
  async #ask<T>(ask: () => Promise<T>): Promise<T | undefined> {
    const resume = this.pauseClock();
    try {
      return await ask();
    } catch (error) {
      this.failure ??= error;
      return undefined;
    } finally {
      resume();
    }
  }
}

/** One hidden question is the question for the password; to anything else it is no answer. */
const passwordFor = (questions: readonly Question[], password: string): readonly string[] | undefined =>
  questions.length === 1 && questions[0]?.echo === 'hidden' ? [password] : undefined;
