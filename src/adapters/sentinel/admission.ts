/**
 * Whether a client of the Sentinel endpoint has said the password, where there is one: by AUTH or in
 * HELLO, in the words of Redis. Who says a wrong one is let go, so that it cannot try many at once.
 */
import { isSecret } from "../same-secret.ts";
import { failure, OK, type Value } from "./values.ts";

const WRONG = failure("WRONGPASS invalid username-password pair or user is disabled.");
const WHO_ARE_YOU = failure("NOAUTH Authentication required.");

export class Admission {
  readonly #secret: string | null;
  #isIn: boolean;
  #isTurnedAway = false;

  /** @param secret null: nobody is asked */
  constructor(secret: string | null) {
    this.#secret = secret;
    this.#isIn = secret === null;
  }

  /** It said a wrong password. */
  get isTurnedAway(): boolean {
    return this.#isTurnedAway;
  }

  /** What is answered instead; undefined: the command may be answered. */
  check(words: readonly string[]): Value | undefined {
    const command = words[0]?.toLowerCase() ?? "";
    if (this.#secret === null || command === "quit") return undefined;
    if (command === "auth") return this.#enter(words.slice(1)) ? OK : WRONG;
    const login = command === "hello" ? loginIn(words) : null;
    if (login !== null && !this.#enter(login)) return WRONG;
    return this.#isIn ? undefined : WHO_ARE_YOU;
  }

  /** @param login `PASSWORD` or `USER PASSWORD`; the only user is `default`, as in Redis */
  #enter(login: readonly string[]): boolean {
    const [user, password] = login.length === 1 ? ["default", login[0]] : login;
    const isRight =
      login.length <= 2 && user === "default" && isSecret(password ?? "", this.#secret ?? "");
    if (isRight) this.#isIn = true;
    else this.#isTurnedAway = true;
    return isRight;
  }
}

/** `HELLO 3 AUTH USER PASSWORD …`; null: without. */
function loginIn(words: readonly string[]): readonly string[] | null {
  const at = words.findIndex((word, index) => index > 1 && word.toLowerCase() === "auth");
  return at < 0 ? null : words.slice(at + 1, at + 3);
}
