/**
 * How many hosts are logged in to at once. To exchange keys with one takes some milliseconds of the thread,
 * in pieces; with nine hundred at once, as at the start of a monitor of many groups, all of those pieces
 * would be due in the same moment, and no heartbeat would leave for seconds.
 */

/** A host that does not go on with it for so long makes room for others. */
const PLACE_MS = 500;

interface Waiting {
  readonly isAwaited: () => boolean;
  readonly admit: () => void;
}

export class LoginGate {
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  /**
   * Resolves when there is a place, with what to call when it is not needed any more.
   * @param isAwaited somebody waits for this host: it goes before those that are only kept open
   */
  async enter(isAwaited: () => boolean): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((admit) => this.#waiting.push({ isAwaited, admit }));
    let isInside = true;
    const leave = (): void => {
      clearTimeout(timer);
      if (isInside) this.#next();
      isInside = false;
    };
    const timer = setTimeout(leave, PLACE_MS);
    return leave;
  }

  #next(): void {
    const awaited = this.#waiting.findIndex(({ isAwaited }) => isAwaited());
    const [next] = this.#waiting.splice(Math.max(awaited, 0), 1);
    if (next === undefined) this.#free += 1;
    else next.admit();
  }
}
