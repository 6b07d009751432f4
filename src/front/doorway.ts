/**
 * One door: opened, moved to another address, and closed, as the configuration says. The new address is
 * listened on before the old one is given up; while that cannot be, the old door stays as it was, and it is tried
 * again, for an address may come later than the monitor does.
 */
import { showAddress } from "../adapters/peer/address.ts";
import { messageOf } from "../errors.ts";
import type { DoorName, DoorSettings, FromFront } from "./protocol.ts";

const AGAIN_MS = 10_000;

export interface Listener {
  /** The port that it listens on. Rejects with the system's error. */
  listen(): Promise<number>;
  /** Gives the port up at once, and ends every connection. */
  close(): void;
}

interface Opened<S> {
  readonly settings: S;
  readonly listener: Listener;
}

export class Doorway<S extends DoorSettings> {
  readonly #name: DoorName;
  readonly #make: (settings: S) => Listener;
  readonly #say: (message: FromFront) => void;
  #wanted: S | null = null;
  #opened: Opened<S> | null = null;
  #trouble: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(name: DoorName, make: (settings: S) => Listener, say: (message: FromFront) => void) {
    this.#name = name;
    this.#make = make;
    this.#say = say;
  }

  /** Settles when that was tried for the first time. @param wanted null: no such door */
  use(wanted: S | null): Promise<void> {
    this.#wanted = wanted;
    this.#last = this.#last.then(() => this.#settle(wanted));
    return this.#last;
  }

  async #settle(wanted: S | null): Promise<void> {
    if (wanted !== this.#wanted) return;
    clearTimeout(this.#timer);
    if (wanted === null) return this.#close();
    if (this.#opened !== null && isSame(this.#opened.settings, wanted))
      return void this.#tell(null);
    try {
      await this.#replace(wanted);
      this.#tell(null);
    } catch (error) {
      this.#failed(wanted, error);
    }
  }

  async #replace(wanted: S): Promise<void> {
    const former = this.#opened;
    // What is in the way may be the old door itself.
    if (former !== null && former.settings.port === wanted.port)
      return this.#inPlaceOf(former, wanted);
    await this.#open(wanted);
    former?.listener.close();
  }

  async #inPlaceOf({ settings, listener }: Opened<S>, wanted: S): Promise<void> {
    listener.close();
    this.#opened = null;
    try {
      await this.#open(wanted);
    } catch (error) {
      await this.#open(settings);
      throw error;
    }
  }

  async #open(settings: S): Promise<void> {
    const listener = this.#make(settings);
    const port = await listener.listen();
    this.#opened = { settings, listener };
    const asked = settings.secret === null ? "" : ", of those who know its password";
    const at = showAddress({ ...settings, port });
    this.#log("info", "opened", `answers read-only questions on ${at}${asked}`);
  }

  #close(): void {
    if (this.#opened !== null) {
      this.#opened.listener.close();
      this.#log("info", "closed", `${showAddress(this.#opened.settings)} is closed`);
    }
    this.#opened = null;
    this.#tell(null);
  }

  #failed(wanted: S, error: unknown): void {
    const { where } = wanted;
    const kept =
      this.#opened === null ? "" : `, so ${showAddress(this.#opened.settings)} stays open`;
    const why = `cannot listen on ${showAddress(wanted)}${kept}, and tries again: ${messageOf(error)}`;
    const isNews = this.#tell(`${where}: ${why}`);
    if (isNews) this.#log("warn", kept === "" ? "failed" : "kept", `${why} (${where})`);
    this.#timer = setTimeout(() => void this.use(wanted), AGAIN_MS).unref();
  }

  #tell(text: string | null): boolean {
    if (text === this.#trouble) return false;
    this.#trouble = text;
    this.#say({ kind: "trouble", door: this.#name, text });
    return true;
  }

  #log(level: "info" | "warn", event: string, text: string): void {
    const name = this.#name;
    this.#say({ kind: "log", level, event: `${name}.${event}`, text: `${name}: ${text}` });
  }
}

/** Lines may have come or gone above it. */
function isSame<S extends DoorSettings>(one: S, other: S): boolean {
  const told = (settings: S) => JSON.stringify({ ...settings, where: "" });
  return told(one) === told(other);
}
